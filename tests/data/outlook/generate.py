"""Writes the example files beside it. Everyone in them is invented."""
import csv, io, pathlib

HERE = pathlib.Path(__file__).parent
DESKTOP = (
    "Title|First Name|Middle Name|Last Name|Suffix|Company|Department|Job Title|Business Street|Business Street 2|"
    "Business Street 3|Business City|Business State|Business Postal Code|Business Country/Region|Home Street|Home Street 2|"
    "Home Street 3|Home City|Home State|Home Postal Code|Home Country/Region|Other Street|Other Street 2|Other Street 3|"
    "Other City|Other State|Other Postal Code|Other Country/Region|Assistant's Phone|Business Fax|Business Phone|"
    "Business Phone 2|Callback|Car Phone|Company Main Phone|Home Fax|Home Phone|Home Phone 2|ISDN|Mobile Phone|Other Fax|"
    "Other Phone|Pager|Primary Phone|Radio Phone|TTY/TDD Phone|Telex|Account|Anniversary|Assistant's Name|"
    "Billing Information|Birthday|Business Address PO Box|Categories|Children|Directory Server|E-mail Address|E-mail Type|"
    "E-mail Display Name|E-mail 2 Address|E-mail 2 Type|E-mail 2 Display Name|E-mail 3 Address|E-mail 3 Type|"
    "E-mail 3 Display Name|Gender|Government ID Number|Hobby|Home Address PO Box|Initials|Internet Free Busy|Keywords|"
    "Language|Location|Manager's Name|Mileage|Notes|Office Location|Organizational ID Number|Other Address PO Box|Priority|"
    "Private|Profession|Referred By|Sensitivity|Spouse|User 1|User 2|User 3|User 4|Web Page"
).split("|")
ONLINE = (
    "First Name|Middle Name|Last Name|Title|Suffix|Nickname|Given Yomi|Surname Yomi|E-mail Address|E-mail 2 Address|"
    "E-mail 3 Address|Home Phone|Home Phone 2|Business Phone|Business Phone 2|Mobile Phone|Car Phone|Other Phone|"
    "Primary Phone|Pager|Business Fax|Home Fax|Other Fax|Company Main Phone|Callback|Radio Phone|Telex|TTY/TDD Phone|IMAddress|"
    "Job Title|Department|Company|Office Location|Manager's Name|Assistant's Name|Assistant's Phone|Company Yomi|"
    "Business Street|Business City|Business State|Business Postal Code|Business Country/Region|Home Street|Home City|"
    "Home State|Home Postal Code|Home Country/Region|Other Street|Other City|Other State|Other Postal Code|"
    "Other Country/Region|Personal Web Page|Spouse|Schools|Hobby|Location|Web Page|Birthday|Anniversary|Notes"
).split("|")
NOISE = {"Gender": "Unspecified", "Priority": "Normal", "Private": "False", "Sensitivity": "Normal", "Anniversary": "0/0/00", "Birthday": "0/0/00", "E-mail Type": "SMTP"}

PEOPLE = [
    {
        "Title": "Mme", "First Name": "Chloé", "Last Name": "Lefèvre", "Company": "Société d'Études", "Department": "Données",
        "Job Title": "Chargée d'études", "Business Street": "10 rue de la Paix", "Business City": "Paris",
        "Business Postal Code": "75002", "Business Country/Region": "France", "Business Phone": "+33 1 42 68 53 00",
        "Mobile Phone": "+33 6 12 34 56 78", "E-mail Address": "chloe@etudes.example",
        "E-mail Display Name": "Chloé Lefèvre (chloe@etudes.example)", "E-mail 2 Address": "chloe@maison.example",
        "Birthday": "4/30/1988", "Categories": "Alumni;Énergie", "Notes": "Parle à l'œuvre –\r\nvoir « notes ».\r\n",
        "Referred By": "Søren Ågård", "Spouse": "Émile", "Web Page": "www.etudes.example",
    },
    {
        "First Name": "Søren", "Last Name": "Ågård", "Company": "Fjellheim A/S", "Job Title": "Rådgiver",
        "Home Street": "Østergade 1", "Home Street 2": "2. th.", "Home City": "København", "Home Postal Code": "1100",
        "Home Country/Region": "Denmark", "Home Phone": "+45 33 12 34 56", "Anniversary": "6/1/2010", "Referred By": "Nobody Known",
    },
    # Without an address.
    {"First Name": "Ana", "Last Name": "Núñez", "Company": "Peñalara Consultores", "Referred By": "Chloé Lefèvre"},
    {"Company": "Blumen Müller", "Company Main Phone": "+49 30 123456"},
    {"Notes": "an empty card"},
]
ONLINE_PEOPLE = [
    {
        "First Name": "Priya", "Last Name": "Raghunathan", "Suffix": "PhD", "E-mail Address": "priya@soil.example",
        "Job Title": "Principal Scientist", "Company": "Institute for Soil, Water & Air", "Mobile Phone": "+1 (415) 555-2671",
        "Schools": "University of Madras; ETH Zürich", "Birthday": "1985-02-03", "Home City": "Oakland", "Home State": "CA",
        "Home Country/Region": "United States", "Nickname": "Pri", "IMAddress": "priya.r", "Personal Web Page": "https://priya.example",
    },
    {"First Name": "Thomas", "Last Name": "O'Brien", "E-mail Address": "thomas@bakery.example", "Schools": "Trinity College", "Notes": "Makes bread"},
]


def write(name, header, people, encoding, noise=NOISE):
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    out.write(",".join(f'"{text}"' for text in header) + "\r\n")
    noise = {key: value for key, value in noise.items() if key in header}
    writer.writerows({**noise, **person} for person in people)
    (HERE / name).write_bytes(out.getvalue().encode(encoding))


write("contacts-windows-1252.csv", DESKTOP, PEOPLE, "cp1252")
write("contacts-utf16.csv", DESKTOP, PEOPLE, "utf-16")
write("contacts-utf8-bom.csv", DESKTOP, PEOPLE, "utf-8-sig")
write("outlook-com.csv", ONLINE, ONLINE_PEOPLE, "utf-8-sig", {})
