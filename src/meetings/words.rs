//! The closed sets of words of a meeting.
use crate::text_enum;

text_enum! {
    /// How the two talk.
    MeetingMedium {
        Phone = "phone",
        Video = "video",
        Coffee = "coffee",
        /// Where the contact works.
        OnSite = "on_site",
        Other = "other",
    }
}

text_enum! {
    /// Where it stands.
    MeetingState {
        Proposed = "proposed",
        Confirmed = "confirmed",
        Completed = "completed",
        Cancelled = "cancelled",
        /// Somebody did not come.
        NoShow = "no_show",
    }
}

text_enum! {
    /// One of the two sides.
    MeetingParty {
        Seeker = "seeker",
        Contact = "contact",
    }
}

text_enum! {
    /// Who pays for the coffee.
    MeetingPayer {
        Seeker = "seeker",
        Contact = "contact",
        /// Each for themselves.
        Each = "each",
        Nobody = "nobody",
    }
}

text_enum! {
    /// What happened to a meeting.
    MeetingStepKind {
        Proposed = "proposed",
        Confirmed = "confirmed",
        /// The other side said again that it will come.
        Reconfirmed = "reconfirmed",
        /// It got another time, or another duration.
        Rescheduled = "rescheduled",
        /// The two began to talk.
        Started = "started",
        Completed = "completed",
        Cancelled = "cancelled",
        NoShow = "no_show",
    }
}
