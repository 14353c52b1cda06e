//! The closed sets of words of a contact.
use crate::text_enum;

text_enum! {
    /// Where the conversation with this person stands.
    Stage {
        Identified = "identified",
        Researching = "researching",
        Contacted = "contacted",
        Replied = "replied",
        Scheduled = "scheduled",
        Met = "met",
        Thanked = "thanked",
        InTouch = "in_touch",
        /// With a `stage_reason`.
        Closed = "closed",
    }
}

text_enum! {
    /// Why a contact is closed.
    StageReason {
        Declined = "declined",
        NoResponse = "no_response",
        NotRelevant = "not_relevant",
        DoNotContact = "do_not_contact",
    }
}

text_enum! {
    /// How the seeker came upon the person.
    HowFound {
        Linkedin = "linkedin",
        Alumni = "alumni",
        SocialNetwork = "social_network",
        Newspaper = "newspaper",
        BusinessPublication = "business_publication",
        Event = "event",
        Referral = "referral",
        Cold = "cold",
        Import = "import",
        Other = "other",
    }
}

text_enum! {
    /// What the person is to the seeker.
    Relationship {
        Family = "family",
        Friend = "friend",
        Neighbour = "neighbour",
        Colleague = "colleague",
        FormerColleague = "former_colleague",
        Teacher = "teacher",
        Classmate = "classmate",
        Alumni = "alumni",
        Acquaintance = "acquaintance",
        None = "none",
    }
}

text_enum! {
    /// How the person likes to be reached.
    Channel {
        Email = "email",
        Linkedin = "linkedin",
        Phone = "phone",
        TextMessage = "text_message",
        Video = "video",
        InPerson = "in_person",
        Other = "other",
    }
}
