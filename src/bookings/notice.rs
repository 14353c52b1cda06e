//! The mail by which whoever offered times learns what the invited person did with the link.
use chrono::DateTime;
use uuid::Uuid;

use super::model::OfferRow;
use crate::auth::members;
use crate::changes::Tx;
use crate::error::ApiResult;
use crate::jobs;
use crate::mail::SendMail;
use crate::meetings::{self, Meeting};

/// What was done.
#[derive(Debug, Clone, Copy)]
pub enum News {
    Booked,
    Moved,
    CalledOff,
    Declined,
    NoneSuits,
}

impl News {
    fn subject(self) -> &'static str {
        match self {
            Self::Booked => "Booked",
            Self::Moved => "Moved",
            Self::CalledOff => "Called off",
            Self::Declined => "Declined",
            Self::NoneSuits => "Another time is needed",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Booked => "has booked a time by your link",
            Self::Moved => "has moved your meeting to another time",
            Self::CalledOff => "has called off your meeting",
            Self::Declined => "has declined your invitation",
            Self::NoneSuits => "says that none of the times suits",
        }
    }
}

/// Puts the mail on its way, unless nobody wants it. `meeting` is as it stands now, `words` what the invited person wrote.
pub async fn tell(
    tx: &mut Tx<'_>,
    offer: &OfferRow,
    meeting: &Meeting,
    news: News,
    words: Option<&str>,
) -> ApiResult<()> {
    let Some(member) = offer.made_by.filter(|_| offer.wants_mail) else { return Ok(()) };
    // Whoever offered the times may have left.
    let Some(member) = members::mailbox(tx.conn, tx.workspace, member).await? else { return Ok(()) };
    let names: Vec<&str> = meeting.contacts.iter().filter_map(|contact| contact.name.as_deref()).collect();
    let who = if names.is_empty() { "The invited person".to_owned() } else { names.join(", ") };
    let mut lines = vec![format!("Hello {},", member.name), String::new(), format!("{who} {}:", news.sentence())];
    lines.extend([String::new(), meetings::called(meeting)]);
    if let Some(local) = meeting.seeker_local.as_ref().filter(|_| !matches!(news, News::Declined | News::NoneSuits)) {
        let starts = DateTime::parse_from_rfc3339(&local.starts).unwrap_or_default().format("%A, %-d %B %Y, %H:%M");
        lines.push(format!(
            "{starts} ({}, {}), {} minutes",
            local.abbreviation, meeting.seeker_zone, meeting.duration_minutes
        ));
    }
    let place = meeting.place.iter().flat_map(|place| [&place.name, &place.address, &place.phone, &place.link]);
    lines.extend(place.flatten().cloned());
    lines.extend(words.into_iter().flat_map(|words| [String::new(), words.to_owned()]));
    lines.push(String::new());
    let subject = format!("{}: {who}", news.subject());
    let mail = SendMail {
        to: member.address,
        to_name: Some(member.name),
        subject,
        text: lines.join("\n"),
        unsubscribe_url: None,
    };
    jobs::enqueue(tx.conn, Some(tx.workspace), &mail, Uuid::now_v7(), tx.now).await
}
