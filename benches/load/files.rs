//! The files that are imported: invented people, in the formats of LinkedIn, Google, Outlook and vCard.
use std::fmt::Write;

use crate::data::{FAMILY, GIVEN};

/// A kind of file.
pub struct Format {
    pub name: &'static str,
    pub media_type: &'static str,
    /// A file of so many rows.
    pub make: fn(usize) -> String,
}

pub const FORMATS: [Format; 4] = [
    Format { name: "LinkedIn connections", media_type: "text/csv", make: linkedin },
    Format { name: "Google contacts", media_type: "text/csv", make: google },
    Format { name: "Outlook contacts", media_type: "text/csv", make: outlook },
    Format { name: "vCard 4.0", media_type: "text/vcard", make: vcard },
];

/// What a row says.
struct Person {
    row: usize,
    given: &'static str,
    family: String,
    company: String,
    email: String,
    phone: String,
}

/// Nearly every one has a name of their own, as in life.
fn people(rows: usize) -> impl Iterator<Item = Person> {
    let (given, family): (Vec<_>, Vec<_>) = (GIVEN.split(',').collect(), FAMILY.split(',').collect());
    (0..rows).map(move |row| Person {
        row,
        given: given[row % given.len()],
        family: format!("{}-{}", family[row / 40 % family.len()], family[row / 2000 % family.len()]),
        company: format!("Company {}, Inc.", row * 7919 % (rows / 10 + 1)),
        email: format!("person{row}@example.com"),
        phone: format!("+43 660 {:07}", row),
    })
}

/// A file of a head and a line for each row. Writing into a string cannot fail.
fn lines(head: &str, rows: usize, write: impl Fn(&mut String, &Person) -> std::fmt::Result) -> String {
    let mut text = head.to_owned();
    for person in people(rows) {
        let _ = write(&mut text, &person);
    }
    text
}

/// `Connections.csv`. One in twenty shows an e-mail address.
fn linkedin(rows: usize) -> String {
    let head = "Notes:\n\"When exporting your connection data, you may notice that some of the email addresses are \
                missing.\"\n\nFirst Name,Last Name,URL,Email Address,Company,Position,Connected On\n";
    lines(head, rows, |text, Person { row, given, family, company, email, .. }| {
        let email = if row % 20 == 0 { email } else { "" };
        writeln!(
            text,
            "{given},{family},https://www.linkedin.com/in/person-{row},{email},\"{company}\",Product Manager,\
             {:02} Mar 20{:02}",
            row % 28 + 1,
            row % 15 + 10,
        )
    })
}

fn google(rows: usize) -> String {
    let head = "First Name,Middle Name,Last Name,Nickname,Organization Name,Organization Title,Birthday,Notes,Labels,\
                E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Street,\
                Address 1 - City,Address 1 - Postal Code,Address 1 - Country,Website 1 - Label,Website 1 - Value\r\n";
    lines(head, rows, |text, Person { row, given, family, company, email, phone }| {
        write!(
            text,
            "{given},,{family},,\"{company}\",Product Manager,,\"Met at the fair, hall {row}\",* myContacts ::: Alumni,\
             * Work,{email},Mobile,{phone},Work,{row} Ring Road,Vienna,1010,Austria,Profile,https://people.example/{row}\r\n"
        )
    })
}

fn outlook(rows: usize) -> String {
    let head = "\"Title\",\"First Name\",\"Middle Name\",\"Last Name\",\"Suffix\",\"Company\",\"Department\",\"Job Title\",\
                \"Business Street\",\"Business City\",\"Business Postal Code\",\"Business Country/Region\",\"Business Phone\",\
                \"Mobile Phone\",\"Categories\",\"E-mail Address\",\"E-mail Type\",\"E-mail Display Name\",\"Notes\",\
                \"Referred By\"\r\n";
    lines(head, rows, |text, Person { row, given, family, company, email, phone }| {
        write!(
            text,
            "\"\",\"{given}\",\"\",\"{family}\",\"\",\"{company}\",\"Research\",\"Product Manager\",\"{row} Ring Road\",\
             \"Vienna\",\"1010\",\"Austria\",\"\",\"{phone}\",\"Alumni;Energy\",\"{email}\",\"SMTP\",\
             \"{given} {family}\",\"Met at the fair, hall {row}\",\"\"\r\n"
        )
    })
}

fn vcard(rows: usize) -> String {
    lines("", rows, |text, Person { row, given, family, company, email, phone }| {
        let company = company.replace(',', "\\,");
        write!(
            text,
            "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:0190a000-0000-7000-9000-{row:012}\r\nN:{family};{given};;;\r\n\
             FN:{given} {family}\r\nORG:{company}\r\nTITLE:Product Manager\r\nEMAIL;TYPE=work:{email}\r\n\
             TEL;VALUE=uri;TYPE=cell:tel:{}\r\nADR;TYPE=work:;;{row} Ring Road;Vienna;;1010;Austria\r\n\
             URL:https://people.example/{row}\r\nCATEGORIES:Alumni,Energy\r\nNOTE:Met at the fair\\, hall {row}\r\n\
             END:VCARD\r\n",
            phone.replace(' ', "-"),
        )
    })
}
