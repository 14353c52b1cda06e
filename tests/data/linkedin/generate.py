"""Writes the example files beside it. Everyone in them is invented."""
import csv, io, pathlib, zipfile

HERE = pathlib.Path(__file__).parent
NOTES = (
    'Notes:\r\n"When exporting your connection data, you may notice that some of the email addresses are missing. '
    'You will only see email addresses for connections who have allowed their connections to see or download their '
    'email address using this setting https://www.linkedin.com/psettings/privacy/email. You can learn more here '
    'https://www.linkedin.com/help/linkedin/answer/261"\r\n\r\n'
)
HEADER = ["First Name", "Last Name", "URL", "Email Address", "Company", "Position", "Connected On"]
IN = "https://www.linkedin.com/in/"
ROWS = [
    ("Amara", "Okafor", IN + "amara-okafor-7b1a92", "", "Northwind Energy", "Grid Analyst", "12 Mar 2025"),
    ("Jörg", "Müßigbrodt", IN + "j%C3%B6rg-m%C3%BC%C3%9Figbrodt", "", "Straßenbau Köln GmbH & Co. KG", "Geschäftsführer", "08 Mar 2025"),
    ("José María", "Núñez", IN + "jose-maria-nunez", "jm.nunez@example.com", "Peñalara Consultores", "Consultor sénior", "01 Mar 2025"),
    ("Chloé", "Lefèvre", IN + "chlo%C3%A9-lef%C3%A8vre-a1", "", "Société d'Études", "Chargée d'études", "27 Feb 2025"),
    ("美咲", "田中", IN + "%E7%BE%8E%E5%92%B2-%E7%94%B0%E4%B8%AD-5a", "", "株式会社あおぞら", "製品マネージャー", "20 Feb 2025"),
    ("伟", "王", IN + "wei-wang-88c", "", "青山科技有限公司", "软件工程师", "19 Feb 2025"),
    ("민준", "김", IN + "minjun-kim", "", "한빛소프트웨어", "연구원", "18 Feb 2025"),
    ("Priya", "Raghunathan, PhD", IN + "priya-raghunathan-phd", "", "Institute for Soil, Water & Air", "Principal Scientist", "14 Feb 2025"),
    ("Thomas", 'O\'Brien "Tommy"', IN + "tommyobrien", "", 'The "Other" Bakery', "Owner", "11 Feb 2025"),
    ("Sofia 🌱", "Lindqvist", IN + "sofia-lindqvist", "", "Grönska AB 🌍", "Head of Sustainability 👩‍🔬", "09 Feb 2025"),
    ("", "", "", "", "", "", "05 Feb 2025"),
    ("Dr. Miriam", "Adler-Cohen, MBA, PMP", IN + "miriamadlercohen", "miriam@adler.example", "Adler, Cohen & Partners, LLP", "Managing Partner", "03 Feb 2025"),
    ("Piotr", "Wiśniewski", IN + "piotr-wi%C5%9Bniewski-0b2", "", "Zielona Łąka Sp. z o.o.", "Kierownik projektu", "30 Jan 2025"),
    ("Nguyễn", "Thị Hương", IN + "huong-nguyen-vn", "", "Công ty Sen Vàng", "Kế toán trưởng", "28 Jan 2025"),
    ("Екатерина", "Соколова", IN + "ekaterina-sokolova-1", "", "Северный Ветер", "Дизайнер", "25 Jan 2025"),
    ("ليلى", "حداد", IN + "layla-haddad", "", "\u200fشركة النخيل\u200f", "مهندسة", "22 Jan 2025"),
    ("Noa", "בן־דוד", IN + "noa-ben-david", "", "גלים בע״מ", "Product Lead", "21 Jan 2025"),
    ("Ana  Lúcia", " da Silva ", IN + "ana-lucia-da-silva", "", "  Rio   Claro  ", "Analista\nde dados", "17 Jan 2025"),
    ("Ben", "Carter", "https://uk.linkedin.com/in/Ben-Carter-42/", "", "Carter Ltd", "Director", "15 Jan 2025"),
    ("Ingrid", "Solberg", "https://no.linkedin.com/pub/ingrid-solberg/a7/576/b50?trk=x", "", "Fjellheim AS", "Rådgiver", "10 Jan 2025"),
    ("Marcus", "", IN + "marcus-x", "", "", "Student", "08 Jan 2025"),
    ("", "Yamamoto", IN + "yamamoto-h", "", "Self-employed", "", "06 Jan 2025"),
    ("Olivia", "Brand", IN + "olivia-brand", "", "", "", "02 Jan 2025"),
    ("Samuel", "Adeyemi", IN + "samuel-adeyemi", "samuel.adeyemi", "Lagos Rail", "Planner", "30 Dec 2024"),
    ("Greta", "Vogel", IN + "greta-vogel", "", "Vogel & Söhne", "Tischlerin", "31 Feb 2024"),
    ("Hugo", "Marchand", "https://example.com/hugo", "", "Marchand SARL", "Gérant", "20 Dec 2024"),
    ("", "", "", "", "", "", "18 Dec 2024"),
    ("Zoë", "van den Berg", IN + "zo%C3%AB-van-den-berg", "", "Ĳsselmeer Data B.V.", "Data Engineer", "16 Dec 2024"),
    ("'=Ravi", "Menon", IN + "ravi-menon", "", "'+Plus Studio", "'@Large", "12 Dec 2024"),
    ("Lucía", "Fernández", IN + "lucia-fernandez-9", "", "Hospital San Martín", "Médica", "09 Dec 2024"),
    ("Aoife", "Ní Bhriain", IN + "aoife-ni-bhriain", "", "Sruth; Teoranta", "Eagarthóir", "05 Dec 2024"),
    ("Kwame", "Mensah", IN + "kwame-mensah", "", "Volta\tWorks", "Technician", "30 Nov 2024"),
    ("Elif", "Yıldız", IN + "elif-y%C4%B1ld%C4%B1z", "", "İstanbul Mimarlık", "Mimar", "28 Nov 2024"),
    ("Mateo", "Rossi", IN + "mateo-rossi", "", "Rossi S.p.A.", "Responsabile vendite", "25 Nov 2024"),
    ("Hannah", "Schäfer (Klein)", IN + "hannah-schaefer", "", "Universität Nordstadt", "Wissenschaftliche Mitarbeiterin", "21 Nov 2024"),
    ("Arjun", "Kapoor", IN + "arjunkapoor", "", "Kapoor | Partners", "Founder | Investor | Speaker", "19 Nov 2024"),
    ("Freya", "Jónsdóttir", IN + "freya-jonsdottir", "", "Norðurljós ehf.", "Forritari", "14 Nov 2024"),
    ("Diego", "Castaño", IN + "diego-castano", "", "Café & Cía.", "Barista", "11 Nov 2024"),
    ("Mei-Ling", "Chen 陳美玲", IN + "mei-ling-chen", "", "Formosa Robotics", "VP, Engineering", "07 Nov 2024"),
    ("Ruth", "Mwangi", IN + "ruth-mwangi", "ruth@mwangi.example", "Rift Valley Seeds", "Agronomist", "02 Nov 2024"),
    ("X Æ", "Ångström", IN + "x-ae-angstrom", "", "Ørsund", "—", "29 Oct 2024"),
    ("Fatima", "al-Zahra", IN + "fatima-al-zahra", "", "Open Maps", "GIS Specialist", "20 Oct 2024"),
    ("Julian", "Weiß", IN + "julian-wei%C3%9F", "", "", "", "3 Oct 2024"),
    ("Last", "One", IN + "last-one", "", "Omega", "Closer", "1 Jan 2010"),
]
WESTERN = [row for row in ROWS if all(ord(c) < 0x180 or c in "—" for field in row for c in field)]


def table(header, rows, end="\n", delimiter=","):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def fits(row):
    try:
        "".join(row).encode("cp1252")
        return True
    except UnicodeEncodeError:
        return False


def without_url(row):
    first, last, _, email, company, title, _ = row
    return first, last, email, company, title


current = NOTES.replace("\r\n", "\n") + table(HEADER, ROWS)
old_header = [name for name in HEADER if name != "URL"]
old_dates = ["3/12/18, 4:05 PM", "03/08/18", "12/31/2017", "2017-12-05", "12/5/17, 11:15 AM"]
old = table(old_header, [without_url(row) + (date,) for row, date in zip(WESTERN, old_dates)], "\r\n")
# The member's own messages and invitations, newest first; texts are pieces of HTML.
ME = ("Sam Seeker", IN + "sam-seeker")
AMARA = ("Amara Okafor", IN + "amara-okafor-7b1a92")
MIRIAM = ("Dr. Miriam Adler-Cohen, MBA, PMP", IN + "miriamadlercohen")
ELIF = ("Elif Yıldız", IN + "elif-y%C4%B1ld%C4%B1z")
TANAKA = ("美咲 田中", IN + "%E7%BE%8E%E5%92%B2-%E7%94%B0%E4%B8%AD-5a")
SALES = ("Max Sales", IN + "max-sales-1")
GONE = ("LinkedIn Member", "")
MESSAGES = (
    "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER,"
    "ATTACHMENTS,IS MESSAGE DRAFT"
).split(",")


def message(conversation, sender, receivers, date, text, title="", subject="", folder="INBOX", attachments="", draft="No"):
    names, urls = (",".join(one[index] for one in receivers) for index in (0, 1))
    return conversation, title, *sender, names, urls, f"{date} UTC", subject, text, folder, attachments, draft


def paragraphs(*texts):
    return "".join(f'<p class="spinmail-quill-editor__spin-break">{text}</p>' for text in texts)


WROTE = [
    message("2-YTE=", AMARA, [ME], "2025-03-20 07:58:41", "Gladly 🙂 Thursday at 16:30?\nBring questions about the grid."),
    message("2-YTE=", ME, [AMARA], "2025-03-19 18:02:10", "Dear Amara,\n\nthank you for connecting. Could I ask you for 20 minutes about grid analysis?"),
    message("2-YjI=", MIRIAM, [ME], "2025-03-18 12:00:00", paragraphs("I am away until April &amp; write then.", "Miriam"), subject="Re: A question"),
    message("2-YjI=", ME, [MIRIAM], "2025-03-17 09:15:33", paragraphs("Dear Dr. Adler-Cohen,", "a question about &quot;partnership&quot;…"), subject="A question"),
    message("2-YzM=", ELIF, [ME, TANAKA], "2025-03-16 20:45:00", "Merhaba ikiniz, tanıştırayım!", title="Elif, Sam & 美咲"),
    message("2-YzM=", ME, [ELIF, TANAKA], "2025-03-16 21:05:09", "Thank you both. ありがとうございます。", title="Elif, Sam & 美咲"),
    message("2-ZDQ=", SALES, [ME], "2025-03-15 08:00:00", paragraphs("Exclusive offer for <b>you</b>"), subject="Grow now", folder="SPAM"),
    message("2-ZTU=", GONE, [ME], "2019-11-06 14:23:07", "Good luck!", folder="ARCHIVE"),
    message("2-ZjY=", ME, [AMARA], "2025-03-21 06:00:00", "never sent", draft="Yes"),
    message("2-Zzc=", ME, [ELIF], "2025-03-14 10:00:00", "", attachments="https://www.linkedin.com/dms/cv.pdf"),
]
INVITATIONS = "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl".split(",")


def invitation(sender, receiver, at, text=""):
    direction = "OUTGOING" if sender == ME else "INCOMING"
    return sender[0], receiver[0], at, text, direction, sender[1], receiver[1]


INVITED = [
    invitation(ME, AMARA, "3/11/25, 9:33 AM", "Dear Amara, your talk on batteries made me curious, \"very\" curious."),
    invitation(ME, TANAKA, "2/19/25, 11:59 PM"),
    invitation(ELIF, ME, "11/27/24, 12:05 PM", "Tanışalım mı?"),
    invitation(SALES, ME, "1/2/24, 8:00 AM"),
]
messages, invitations = table(MESSAGES, WROTE), table(INVITATIONS, INVITED)
files = {
    "Connections.csv": current.encode(),
    "messages.csv": messages.encode(),
    "Invitations.csv": invitations.encode(),
    "Connections-utf16.csv": (NOTES + table(HEADER, ROWS, "\r\n", "\t")).encode("utf-16"),
    "Connections-windows-1252.csv": table(HEADER, filter(fits, WESTERN), "\r\n", ";").encode("cp1252"),
    "Connections-old.csv": old.encode("utf-8-sig"),
    "no-header.csv": table(ROWS[0], ROWS[1:10]).encode(),
}
for name, content in files.items():
    (HERE / name).write_bytes(content)

entries = {
    "Profile.csv": "First Name,Last Name,Maiden Name,Address,Birth Date,Headline,Summary,Industry,Zip Code,Geo Location,Twitter Handles,Websites,Instant Messengers\n",
    "messages.csv": "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER\n",
    "Invitations.csv": "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl\n",
    "Connections.csv": current,
    "Jobs/Saved Jobs.csv": "Saved Date,Job Url,Job Title,Company Name\n",
}
whole = entries | {"messages.csv": messages, "Invitations.csv": invitations}
for archive_name, entries in {"archive.zip": entries, "archive-with-messages.zip": whole}.items():
    with zipfile.ZipFile(HERE / archive_name, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            # A fixed date, so that the same people give the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (2025, 3, 14, 9, 0, 0)), content, zipfile.ZIP_DEFLATED)
