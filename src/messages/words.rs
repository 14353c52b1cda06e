//! The closed sets of words of a message.
use crate::text_enum;

text_enum! {
    /// Whether the seeker wrote it, or the contact.
    MessageDirection {
        Outgoing = "outgoing",
        Incoming = "incoming",
    }
}

text_enum! {
    /// By what way it goes. The scripts are what the seeker means to say, on the phone or to a machine.
    MessageChannel {
        Email = "email",
        /// The few characters that go with an invitation to connect.
        LinkedinNote = "linkedin_note",
        LinkedinMessage = "linkedin_message",
        PhoneScript = "phone_script",
        VoicemailScript = "voicemail_script",
        TextMessage = "text_message",
        InPerson = "in_person",
    }
}

text_enum! {
    /// What it is for.
    MessagePurpose {
        Introduction = "introduction",
        FollowUp = "follow_up",
        Confirmation = "confirmation",
        Reschedule = "reschedule",
        ThankYou = "thank_you",
        /// Asks somebody to introduce the seeker to somebody else.
        IntroductionRequest = "introduction_request",
        Update = "update",
        /// Tells whoever introduced the seeker what came of it.
        CloseTheLoop = "close_the_loop",
        Congratulation = "congratulation",
    }
}

text_enum! {
    /// Where it stands.
    MessageState {
        Draft = "draft",
        Scheduled = "scheduled",
        Sent = "sent",
        Replied = "replied",
        Bounced = "bounced",
        Failed = "failed",
        Cancelled = "cancelled",
        /// Every incoming message.
        Received = "received",
    }
}

text_enum! {
    /// What kind of answer it is.
    ReplyKind {
        Yes = "yes",
        No = "no",
        Later = "later",
        /// They named somebody else.
        Referred = "referred",
        /// Written by a machine: it is no answer.
        OutOfOffice = "out_of_office",
    }
}

text_enum! {
    /// How Inroad came by it.
    MessageSource {
        Manual = "manual",
        Import = "import",
        /// Handed in by a mail server.
        Inbound = "inbound",
    }
}

text_enum! {
    /// Why a scheduled message is not sent yet.
    MessageWait {
        /// The mail server could not take it; it is tried again.
        Retry = "retry",
        /// As many messages as the workspace may send have gone out that day.
        DailyLimit = "daily_limit",
        /// It came to its turn when the contact is not awake.
        WakingHours = "waking_hours",
    }
}

text_enum! {
    /// What becomes of a time at which the contact is not awake.
    OutsideHours {
        /// The call is refused, and told the next time that fits.
        Refuse = "refuse",
        /// The next time that fits is taken.
        Move = "move",
        /// The time is taken as it is.
        Allow = "allow",
    }
}
