//! The variables that a template can name.
use serde::Serialize;
use utoipa::ToSchema;

use crate::text_enum;

text_enum! {
    /// What a variable holds.
    TemplateVariableKind {
        Text = "text",
        /// Several texts, to be joined or looped over.
        List = "list",
        /// A day, for the filter `date`.
        Date = "date",
        /// A moment, for the filters `date`, `time` and `weekday`, which tell it in the contact's zone.
        Instant = "instant",
        Number = "number",
    }
}

/// A variable as the catalogue has it.
pub struct Variable {
    /// The group and the name in it. A last part `*` stands for any name.
    pub path: &'static str,
    pub kind: TemplateVariableKind,
    pub what: &'static str,
    /// Its value in the example, by which texts are tried that are for no contact yet; items of lists are separated by
    /// `; `.
    pub example: &'static str,
}

macro_rules! variables {
    ($($path:literal $kind:ident $what:literal, $example:literal;)+) => {
        /// Every variable, group by group.
        pub const ALL: &[Variable] = &[$(
            Variable { path: $path, kind: TemplateVariableKind::$kind, what: $what, example: $example },
        )+];
    };
}

variables! {
    "contact.name" Text "Their whole name.", "Ada Lovelace";
    "contact.first_name" Text "What to call them: the preferred name, else the given name.", "Ada";
    "contact.given_name" Text "Their given name.", "Ada";
    "contact.family_name" Text "Their family name.", "Lovelace";
    "contact.prefix" Text "What stands before the name.", "Dr";
    "contact.formal_name" Text "Prefix and family name, where both are known.", "Dr Lovelace";
    "contact.pronouns" Text "Their pronouns.", "she/her";
    "contact.headline" Text "What they say of themselves in a line.", "Computing for energy storage";
    "contact.email" Text "Their primary e-mail address.", "ada@engines.example";
    "contact.phone" Text "Their primary telephone number.", "+44 20 7946 0958";
    "contact.location" Text "Where they live or work.", "London";
    "contact.time_zone" Text "The IANA name of their zone.", "Europe/London";
    "contact.school" Text "The first school of their education.", "University of Leeds";
    "contact.industry" Text "The first of their industries.", "energy storage";
    "contact.industries" List "All their industries.", "energy storage; software";
    "contact.expertise" List "What they know about.", "battery modelling; forecasting";
    "contact.shared_ground" List "What the seeker and they have in common.",
        "studied physics at Leeds; sang in the university choir";
    "contact.how_found" Text "How the seeker found them, as a word of the API.", "alumni";
    "contact.how_found_detail" Text "How the seeker found them, in words.", "the Leeds alumni directory";
    "contact.how_found_on" Date "When the seeker found them.", "2026-02-16";
    "contact.last_contacted_on" Date "When the two last had to do with each other.", "2026-03-02";
    "contact.custom_fields.*" Text "A custom field of the contact, by its name.", "spring 2026";
    "company.name" Text "Where they work now.", "Analytical Engines Ltd";
    "company.location" Text "Where that is.", "London";
    "company.website" Text "Its website.", "https://engines.example";
    "company.industry" Text "The first of its industries.", "energy storage";
    "company.custom_fields.*" Text "A custom field of the company, by its name.", "200 staff";
    "position.title" Text "What they do there.", "Head of Computing";
    "position.started_on" Date "Since when.", "2023-09-01";
    "connector.name" Text "Who introduced or named them: only where that person said that the name may be used.",
        "Tom Hargreaves";
    "connector.first_name" Text "The first name of that person.", "Tom";
    "shared_ground" Text "The first thing that the seeker and they have in common.", "studied physics at Leeds";
    "seeker.name" Text "The seeker's name, from the profile.", "Robin Okafor";
    "seeker.first_name" Text "The preferred name, else the first word of the name.", "Robin";
    "seeker.pronouns" Text "The seeker's pronouns.", "they/them";
    "seeker.current_situation" Text "What the seeker is now, as it goes on after \"I am\".", "a physics teacher in Leeds";
    "seeker.introduction" Text "Who the seeker is, in one sentence.",
        "I teach physics in Leeds and want to understand how people work in energy storage.";
    "seeker.field_of_interest" Text "What the seeker wants to learn about.", "energy storage";
    "seeker.school" Text "The seeker's school.", "University of Leeds";
    "seeker.email" Text "The seeker's e-mail address.", "robin@example.org";
    "seeker.phone" Text "The seeker's telephone number.", "+44 113 496 0000";
    "seeker.location" Text "Where the seeker lives.", "Leeds";
    "seeker.website" Text "A page about the seeker.", "https://www.linkedin.com/in/robin-okafor";
    "seeker.signature" Text "What stands below a message, else the name.", "Robin Okafor";
    "seeker.time_zone" Text "The IANA name of the seeker's zone.", "Europe/London";
    "meeting.starts_at" Instant "When the meeting begins.", "2026-03-12T14:30:00Z";
    "meeting.ends_at" Instant "When it ends.", "2026-03-12T14:45:00Z";
    "meeting.duration_minutes" Number "How long it is.", "15";
    "meeting.date" Date "The day on which it begins, in the contact's zone.", "2026-03-12";
    "meeting.time" Text "The time of day at which it begins, in the contact's zone and with its name.", "14:30 GMT";
    "meeting.place" Text "Where it is: the address, the number to call, or the link.", "the café at Kings Place";
    "meeting.medium" Text "What it is, as it goes on after \"our\": a phone call, a video call, coffee, a visit.", "coffee";
    "meeting.title" Text "What it is called.", "Fifteen minutes about grid storage";
    "note.reason" Text "Why the seeker writes to this person and no other, as it goes on after \"I\".",
        "read your piece on modelling how batteries age";
    "note.topic" Text "What the seeker would like to ask about.", "the move from teaching to modelling";
    "note.event" Text "Where the seeker heard or met them, as it goes on after \"at\".", "the evening on grid storage in Leeds";
    "note.takeaway" Text "One specific thing that was learned in the conversation.",
        "your advice to rebuild one published model before reading any more about it";
    "note.next_step" Text "What the seeker has done or will do because of it.",
        "I have started on the Doyle model and hope to have it running by the end of the month";
    "note.outcome" Text "What came of an introduction or of advice.",
        "She told me how her team hires its analysts from the lab and suggested a course I had not heard of";
    "note.person" Text "Somebody whom the seeker would like to meet, or has met.", "Priya Raman";
    "note.news" Text "What somebody is congratulated on, as it goes on after \"on\".",
        "the award for your grid model";
    "note.times" Text "Times that the seeker offers.", "Tuesday 17 March at 10:00 or Thursday 19 March at 15:00";
    "today" Date "The day on which the text is made, in the contact's zone.", "2026-03-09";
}

/// A group of variables, or nothing of the kind.
pub fn is_group(path: &str) -> bool {
    ALL.iter().any(|one| one.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// The variable with this path.
pub fn find(path: &str) -> Option<&'static Variable> {
    ALL.iter().find(|one| match one.path.strip_suffix('*') {
        Some(group) => path.strip_prefix(group).is_some_and(|name| !name.is_empty()),
        None => one.path == path,
    })
}

/// A variable that a template can name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TemplateVariable {
    /// As a template names it. A last part `*` stands for the name of a custom field.
    #[schema(example = "contact.first_name")]
    pub name: String,
    pub kind: TemplateVariableKind,
    pub description: String,
    /// Its value in the example.
    #[schema(example = "Ada")]
    pub example: String,
    /// How to write it with a fallback.
    #[schema(example = "{{ contact.first_name|default(\"there\") }}")]
    pub usage: String,
    /// Only the seeker knows it: it has a value where the call gives one in `values`.
    pub given_by_caller: bool,
}

/// What can be done with a variable in a template.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TemplateFilter {
    #[schema(example = "first_name")]
    pub name: String,
    #[schema(example = "The first name of a whole name.")]
    pub description: String,
    #[schema(example = "{{ contact.name|first_name }}")]
    pub usage: String,
}

/// Everything that a template can name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TemplateVariables {
    pub data: Vec<TemplateVariable>,
    pub filters: Vec<TemplateFilter>,
}

impl From<&Variable> for TemplateVariable {
    fn from(variable: &Variable) -> Self {
        let Variable { path, kind, what, example } = *variable;
        let path_of_one = path.replace(".*", "[\"cohort\"]");
        let usage = match kind {
            TemplateVariableKind::Text => format!("{{{{ {path_of_one}|default(\"…\") }}}}"),
            TemplateVariableKind::List => format!("{{{{ {path_of_one}|and_list|default(\"…\") }}}}"),
            TemplateVariableKind::Date => format!("{{{{ {path_of_one}|date|default(\"recently\") }}}}"),
            TemplateVariableKind::Instant => format!("{{{{ {path_of_one}|date }}}} at {{{{ {path_of_one}|time }}}}"),
            TemplateVariableKind::Number => format!("{{{{ {path_of_one}|default(15) }}}}"),
        };
        Self {
            name: path.to_owned(),
            kind,
            description: what.to_owned(),
            example: example.to_owned(),
            usage,
            given_by_caller: path.starts_with("note."),
        }
    }
}
