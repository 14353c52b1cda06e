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
