//! What the closed sets of words are called on a sheet.
use crate::agendas::AgendaKind;
use crate::contacts::{HowFound, Relationship};
use crate::meetings::{MeetingMedium, MeetingPayer, MeetingState};
use crate::messages::{MessageChannel, MessageDirection};
use crate::research_notes::ResearchNoteKind;

pub fn medium(medium: MeetingMedium) -> &'static str {
    match medium {
        MeetingMedium::Phone => "Phone call",
        MeetingMedium::Video => "Video call",
        MeetingMedium::Coffee => "Coffee",
        MeetingMedium::OnSite => "Where they work",
        MeetingMedium::Other => "Meeting",
    }
}

pub fn state(state: MeetingState) -> &'static str {
    match state {
        MeetingState::Proposed => "proposed, not confirmed yet",
        MeetingState::Confirmed => "confirmed",
        MeetingState::Completed => "took place",
        MeetingState::Cancelled => "called off",
        MeetingState::NoShow => "missed",
    }
}

pub fn payer(payer: MeetingPayer) -> &'static str {
    match payer {
        MeetingPayer::Seeker => "you",
        MeetingPayer::Contact => "they do",
        MeetingPayer::Each => "each for themselves",
        MeetingPayer::Nobody => "nobody",
    }
}

pub fn how_found(how: HowFound) -> &'static str {
    match how {
        HowFound::Linkedin => "LinkedIn",
        HowFound::Alumni => "alumni network",
        HowFound::SocialNetwork => "social network",
        HowFound::Newspaper => "newspaper",
        HowFound::BusinessPublication => "business publication",
        HowFound::Event => "event",
        HowFound::Referral => "referral",
        HowFound::Cold => "cold",
        HowFound::Import => "import",
        HowFound::Other => "other",
    }
}

pub fn relationship(relationship: Relationship) -> Option<&'static str> {
    Some(match relationship {
        Relationship::Family => "family",
        Relationship::Friend => "friend",
        Relationship::Neighbour => "neighbour",
        Relationship::Colleague => "colleague",
        Relationship::FormerColleague => "former colleague",
        Relationship::Teacher => "teacher",
        Relationship::Classmate => "classmate",
        Relationship::Alumni => "fellow alumni",
        Relationship::Acquaintance => "acquaintance",
        Relationship::None => return None,
    })
}

pub fn agenda(kind: AgendaKind) -> &'static str {
    match kind {
        AgendaKind::Thanks => "Thanks",
        AgendaKind::Questions => "Questions",
        AgendaKind::WhoElse => "Who else should I talk to?",
        AgendaKind::NextStep => "Next step",
        AgendaKind::Other => "Other",
        AgendaKind::Spare => "Spare",
    }
}

pub fn message(direction: MessageDirection, channel: MessageChannel) -> String {
    let who = match direction {
        MessageDirection::Outgoing => "you",
        MessageDirection::Incoming => "they",
    };
    format!("{who} by {}", channel.name().replace('_', " "))
}

pub fn research(kind: ResearchNoteKind) -> &'static str {
    match kind {
        ResearchNoteKind::AboutPage => "“About” pages",
        ResearchNoteKind::Biography => "Biographies",
        ResearchNoteKind::Portfolio => "Portfolios",
        ResearchNoteKind::PressRelease => "Press releases",
        ResearchNoteKind::Brochure => "Brochures",
        ResearchNoteKind::AnnualReport => "Annual reports",
        ResearchNoteKind::News => "News",
        ResearchNoteKind::SocialProfile => "Social profiles",
        ResearchNoteKind::Publication => "Publications",
        ResearchNoteKind::Talk => "Talks",
        ResearchNoteKind::SalaryData => "Salary data",
        ResearchNoteKind::OwnThought => "Your own thoughts",
        ResearchNoteKind::Other => "Other notes",
    }
}
