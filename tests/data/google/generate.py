"""Writes the example files beside it. Everyone in them is invented."""
import csv, io, pathlib

HERE = pathlib.Path(__file__).parent
LRE, PDF = "\u202a", "\u202c"

TODAY = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,"
    "Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,"
    "E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,"
    "Phone 2 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,"
    "Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Relation 1 - Label,"
    "Relation 1 - Value,Event 1 - Label,Event 1 - Value,Website 1 - Label,Website 1 - Value,Custom Field 1 - Label,"
    "Custom Field 1 - Value"
).split(",")
OLD = (
    "Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Additional Name Yomi,Family Name Yomi,"
    "Name Prefix,Name Suffix,Initials,Nickname,Short Name,Maiden Name,Birthday,Gender,Location,Billing Information,"
    "Directory Server,Mileage,Occupation,Hobby,Sensitivity,Priority,Subject,Notes,Language,Photo,Group Membership,"
    "E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,"
    "Address 1 - Type,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,"
    "Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Organization 1 - Type,"
    "Organization 1 - Name,Organization 1 - Yomi Name,Organization 1 - Title,Organization 1 - Department,"
    "Organization 1 - Symbol,Organization 1 - Location,Organization 1 - Job Description,Website 1 - Type,"
    "Website 1 - Value,IM 1 - Type,IM 1 - Service,IM 1 - Value"
).split(",")

PEOPLE = [
    {
        "First Name": "Ada", "Middle Name": "Augusta", "Last Name": "Lovelace", "Name Prefix": "Dr.", "Name Suffix": "PhD",
        "Nickname": "Addie", "Organization Name": "Analytical Engines Ltd", "Organization Title": "Head of Computing",
        "Organization Department": "Research", "Birthday": "1990-12-10", "Notes": "Met at the fair.\nLikes \"numbers\", and tea.",
        "Photo": "https://lh3.example.com/contacts/ada", "Labels": "Alumni ::: Energy ::: * myContacts",
        "E-mail 1 - Label": "* Work", "E-mail 1 - Value": "ada@engines.example ::: ada.l@engines.example",
        "E-mail 2 - Label": "Home", "E-mail 2 - Value": "ada@home.example",
        "Phone 1 - Label": "Mobile", "Phone 1 - Value": f"{LRE}+44 20 7946 0958{PDF} ::: +44 20 7946 0959",
        "Phone 2 - Label": "Work Fax", "Phone 2 - Value": "+44 20 7946 0111",
        "Address 1 - Label": "Work", "Address 1 - Formatted": "12 St James's Square\nLondon\nSW1Y 4JH\nUnited Kingdom",
        "Address 1 - Street": "12 St James's Square", "Address 1 - City": "London", "Address 1 - Postal Code": "SW1Y 4JH",
        "Address 1 - Country": "United Kingdom", "Relation 1 - Label": "Spouse", "Relation 1 - Value": "William King",
        "Event 1 - Label": "Anniversary", "Event 1 - Value": "2015-07-08", "Website 1 - Label": "Profile",
        "Website 1 - Value": "https://www.linkedin.com/in/ada-lovelace", "Custom Field 1 - Label": "Cohort",
        "Custom Field 1 - Value": "2026 spring",
    },
    {
        "First Name": "美咲", "Last Name": "田中", "Phonetic First Name": "みさき", "Phonetic Last Name": "たなか",
        "Organization Name": "株式会社あおぞら", "Organization Title": "製品マネージャー", "Labels": "* myContacts",
        "Phone 1 - Label": "Mobile", "Phone 1 - Value": "090-1234-5678", "Birthday": " --04-12",
        "Address 1 - Label": "Home", "Address 1 - Street": "南青山1-1-1", "Address 1 - City": "港区", "Address 1 - Region": "東京都",
        "Address 1 - Postal Code": "107-0062", "Address 1 - Country": "日本",
    },
    {
        # Nobody's address is known of this one.
        "First Name": "Jörg", "Last Name": "Müßigbrodt", "Organization Name": "Straßenbau Köln GmbH & Co. KG",
        "Labels": "* myContacts ::: * starred", "Phone 1 - Label": "* Main", "Phone 1 - Value": "0221 4710 815",
        "Address 1 - Label": "* Home", "Address 1 - Country": "DE", "Address 1 - City": "Köln",
    },
    {"Organization Name": "Café Central", "Labels": "* myContacts", "E-mail 1 - Label": "*", "E-mail 1 - Value": "info@central.example"},
    # Two who share an address.
    {"First Name": "Olga", "Last Name": "Brandt", "E-mail 1 - Label": "Home", "E-mail 1 - Value": "family@brandt.example"},
    {"First Name": "Peter", "Last Name": "Reiter", "E-mail 1 - Label": "Home", "E-mail 1 - Value": "family@brandt.example"},
    {"First Name": "Bad", "Last Name": "Data", "E-mail 1 - Label": "Work", "E-mail 1 - Value": "bad.data@", "Phone 1 - Label": "", "Phone 1 - Value": "none"},
    {"Labels": "* myContacts", "Notes": "nobody"},
    {"Phone 1 - Label": "Mobile", "Phone 1 - Value": "+1 555 0100", "Labels": "* myContacts"},
]
BEFORE = [
    {
        "Name": "Ada Augusta Lovelace", "Given Name": "Ada", "Additional Name": "Augusta", "Family Name": "Lovelace",
        "Group Membership": "* myContacts ::: Alumni", "E-mail 1 - Type": "* Work", "E-mail 1 - Value": "ada@engines.example",
        "Phone 1 - Type": "Mobile", "Phone 1 - Value": "+44 20 7946 0958", "Organization 1 - Name": "Analytical Engines Ltd",
        "Organization 1 - Title": "Head of Computing", "Website 1 - Type": "Profile",
        "Website 1 - Value": "http\\://www.example.org/ada", "Occupation": "Mathematician", "IM 1 - Service": "Skype",
        "IM 1 - Value": "ada.lovelace", "Maiden Name": "Byron",
    },
    {"Name": "Grace Hopper", "Group Membership": "* My Contacts", "E-mail 1 - Type": "*", "E-mail 1 - Value": "grace@navy.example"},
    {
        "Name": "李小龙", "Given Name": "小龙", "Family Name": "李", "Given Name Yomi": "Xiaolong", "Family Name Yomi": "Li",
        "Phone 1 - Type": "Mobile", "Phone 1 - Value": "+86 138 0013 8000", "Organization 1 - Name": "青山科技有限公司",
        "Address 1 - Type": "Work", "Address 1 - Formatted": "南京路1号\n上海\n200000\n中国", "Address 1 - Country": "中国",
    },
]


def write(name, header, people, encoding="utf-8"):
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(people)
    (HERE / name).write_bytes(out.getvalue().encode(encoding))


write("contacts.csv", TODAY, PEOPLE)
write("contacts-old.csv", OLD, BEFORE, "utf-16")
