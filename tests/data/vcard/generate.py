"""Writes the example files beside it. Everyone in them is invented."""
import base64, pathlib, quopri

HERE = pathlib.Path(__file__).parent
PHOTO = base64.b64encode(bytes(range(256)) * 4).decode()


def fold(line, width=75, indent=" "):
    raw, parts = line.encode(), []
    while len(raw) > width:
        cut = width
        while raw[cut] & 0xC0 == 0x80:
            cut -= 1
        parts.append(raw[:cut])
        raw = indent.encode() + raw[cut:]
    parts.append(raw)
    return b"\r\n".join(parts)


def write(name, text):
    lines = [line for line in text.strip("\n").split("\n")]
    (HERE / name).write_bytes(b"".join(fold(line) + b"\r\n" for line in lines))


def qp(text, charset="utf-8"):
    """With soft breaks, as version 2.1 folds."""
    return quopri.encodestring(text.encode(charset), quotetabs=True).replace(b" ", b"=20").replace(b"\n", b"\r\n")


OLD = b"\r\n".join([
    b"BEGIN:VCARD", b"VERSION:2.1",
    b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:" + qp("Müßigbrodt;Jörg;;Dr.;"),
    b"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:" + qp("Dr. Jörg Müßigbrodt"),
    b"ORG;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:" + qp("Straßenbau Köln GmbH & Co. KG;Tiefbau", "latin-1"),
    b"TITLE;ENCODING=QUOTED-PRINTABLE:" + qp("Geschäftsführer", "cp1252"),
    b"TEL;WORK;VOICE:0221 4710 815", b"TEL;CELL;PREF:+49 171 1234567",
    b"EMAIL;INTERNET:joerg@strassenbau.example",
    b"ADR;WORK;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:" + qp(";;Straße der langen Namen, die man umbrechen muss 1;Köln;;50667;Deutschland"),
    b"NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:" + qp("Erste Zeile = 1") + b"=0D=0A=\r\n"
    + qp("Zweite Zeile mit vielen Wörtern, damit sie umbrochen werden muss"),
    b"PHOTO;JPEG;ENCODING=BASE64:",
    b"\r\n".join(b" " + PHOTO[at:at + 72].encode() for at in range(0, len(PHOTO), 72)),
    b"", b"X-SKYPE:joerg.m", b"BDAY:1970-01-02", b"END:VCARD",
    b"BEGIN:VCARD", b"VERSION:2.1", b"N:Smith;John;;;", b"TEL;HOME:555-0100", b"AGENT:",
    b"BEGIN:VCARD", b"VERSION:2.1", b"N:Friday;Fred", b"END:VCARD", b"EMAIL:john@smith.example", b"END:VCARD", b"",
])
(HERE / "v2.1.vcf").write_bytes(OLD)

write("v3.0.vcf", f"""
BEGIN:VCARD
VERSION:3.0
PRODID:-//Example Inc.//Contacts 1.0//EN
UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1
N:Lovelace;Ada;Augusta,Noel;Dr.,Prof.;PhD
FN:Dr. Ada Lovelace
NICKNAME:Addie,Countess
ORG:Analytical Engines Ltd;Research;Numbers
TITLE:Head of Computing
ROLE:Programmer
EMAIL;TYPE=INTERNET,WORK;TYPE=PREF:ada@engines.example
EMAIL;TYPE=INTERNET,HOME:ada@home.example
TEL;TYPE=WORK,VOICE:+44 20 7946 0958
TEL;TYPE=CELL:+44 7700 900123
ADR;TYPE=WORK:;Floor 2;12 St James's Square;London;;SW1Y 4JH;United Kingdom
LABEL;TYPE=WORK:12 St James's Square\\nLondon
URL:https\\://www.engines.example/ada
NOTE:First line\\nSecond\\, with a comma\\; and a semicolon and enough words that it has to be folded somewhere in the middle of all this text
CATEGORIES:Energy,Alumni\\, old
BDAY:1990-12-10
GEO:51.507;-0.137
TZ:Europe/London
PHOTO;ENCODING=b;TYPE=JPEG:{PHOTO}
X-FAVOURITE-NUMBER:7
REV:2026-01-01T00:00:00Z
END:VCARD
""")
write("v4.0.vcf", """
BEGIN:VCARD
VERSION:4.0
UID:urn:uuid:0a9b2c11-7c2e-4f5f-9f55-0f6f2f9d7c77
KIND:individual
FN;PREF=1:Grace Hopper
N:Hopper;Grace;Brewster Murray;Rear Adm.;
PRONOUNS:she/her
TEL;VALUE=uri;TYPE="work,voice";PREF=1:tel:+1-202-555-0143;ext=102
TEL;VALUE=uri;TYPE=home:tel:+1-202-555-0199
EMAIL;PREF=2:grace@home.example
EMAIL;PREF=1;TYPE=work:grace@navy.example
ADR;TYPE=home;LABEL="1 Navy Way\\nArlington":;;1 Navy Way;Arlington;VA;22201;US
BDAY:--0412
ANNIVERSARY:1930-06-15
GENDER:F
LANG;PREF=1:en
RELATED;TYPE=colleague;VALUE=text:Howard Aiken
RELATED;TYPE=friend:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1
SOCIALPROFILE;SERVICE-TYPE=LinkedIn:https://www.linkedin.com/in/grace-hopper
SOCIALPROFILE;SERVICE-TYPE=Mastodon;VALUE=text:@grace@example.social
EXPERTISE;LEVEL=expert:compilers
TZ:America/New_York
ORG;SORT-AS="Navy":United States Navy;Bureau of Ships
TITLE:Director
NOTE;LANGUAGE=en:Speaks of nanoseconds.
CLIENTPIDMAP:1;urn:uuid:53e374d9-337e-4727-8803-a1e9c14e0556
X-CUSTOM;X-PARAM="a;b:c":kept as it is
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:group
FN:Friends
MEMBER:urn:uuid:0a9b2c11-7c2e-4f5f-9f55-0f6f2f9d7c77
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:org
FN:Café Central
EMAIL:info@central.example
END:VCARD
""")
write("apple.vcf", f"""
BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//macOS 15.1//EN
N:Okafor;Amara;;;
FN:Amara Okafor
ORG:Northwind Energy;
TITLE:Grid Analyst
EMAIL;type=INTERNET;type=HOME;type=pref:amara@home.example
item1.EMAIL;type=INTERNET:amara@northwind.example
item1.X-ABLabel:Conference
TEL;type=IPHONE;type=CELL;type=VOICE;type=pref:+234 803 123 4567
item2.ADR;type=HOME;type=pref:;;1 Marina Road;Lagos;;101001;Nigeria
item2.X-ABADR:ng
item3.URL;type=pref:https://northwind.example/amara
item3.X-ABLabel:_$!<HomePage>!$_
item4.X-ABRELATEDNAMES:Chidi Okafor
item4.X-ABLabel:_$!<Spouse>!$_
item5.X-ABDATE:2015-07-08
item5.X-ABLabel:_$!<Anniversary>!$_
X-SOCIALPROFILE;type=linkedin:http://www.linkedin.com/in/amara-okafor-7b1a92
X-SOCIALPROFILE;type=twitter;x-user=amara:http://twitter.com/amara
X-SOCIALPROFILE;type=gamecenter;x-user=amara:x-apple:amara
X-PHONETIC-FIRST-NAME:uh-MAH-rah
BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-06
PHOTO;ENCODING=b;TYPE=JPEG:{PHOTO}
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:;;;;
FN:Northwind Energy
ORG:Northwind Energy;
TEL;type=MAIN:+234 1 234 5678
X-ABShowAs:COMPANY
END:VCARD
""")
write("android.vcf", """
BEGIN:VCARD
VERSION:2.1
N:;Mum;;;
FN:Mum
TEL;CELL:+1-555-0101
END:VCARD
BEGIN:VCARD
VERSION:2.1
TEL;CELL:+15550102
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4E=C3=BA=C3=B1=65=7A;=4A=6F=73=C3=A9;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4A=6F=73=C3=A9=20=4E=C3=BA=C3=B1=65=7A
TEL;CELL;PREF:+34 600 123 456
EMAIL;HOME:jose@nunez.example
X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Pepe;1;;;;;;;;;;;;;
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4E=C3=BA=C3=B1=65=7A;=4A=6F=73=C3=A9;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4A=6F=73=C3=A9=20=4E=C3=BA=C3=B1=65=7A
TEL;WORK:+34 910 123 456
EMAIL;HOME:jose@nunez.example
END:VCARD
""")
write("cjk.vcf", """
BEGIN:VCARD
VERSION:3.0
N;LANGUAGE=ja:田中;美咲;;;
FN:田中美咲
X-PHONETIC-FIRST-NAME:みさき
X-PHONETIC-LAST-NAME:たなか
ORG:株式会社あおぞら;製品部
TITLE:製品マネージャー
TEL;TYPE=CELL:090-1234-5678
ADR;TYPE=WORK:;;南青山1-1-1;港区;東京都;107-0062;日本
NOTE:展示会でお会いしました。とても親切に、長い時間をかけて、会社のことを詳しく説明してくださいました。
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:왕;민준;;;
FN:왕민준
EMAIL;TYPE=WORK:minjun@hanbit.example
END:VCARD
""")
