//! The files of the library, in the order in which they are listed.

macro_rules! files {
    ($($slug:literal,)+) => {
        pub const ALL: &[(&str, &str)] = &[$(($slug, include_str!(concat!($slug, ".txt"))),)+];
    };
}

files! {
    "introduction-email-alumni",
    "introduction-email-referred",
    "introduction-email-warm",
    "introduction-email-cold",
    "introduction-email-panel",
    "introduction-linkedin-note-alumni",
    "introduction-linkedin-note-referred",
    "introduction-linkedin-note-cold",
    "introduction-linkedin-message-cold",
    "introduction-linkedin-message-referred",
    "introduction-phone-script",
    "introduction-voicemail-script",
    "introduction-text-message",
    "introduction-in-person",
    "follow-up-email-first",
    "follow-up-email-last",
    "follow-up-linkedin-message",
    "follow-up-phone-script",
    "follow-up-voicemail-script",
    "follow-up-text-message",
    "confirmation-email",
    "confirmation-linkedin-message",
    "confirmation-text-message",
    "reschedule-email",
    "reschedule-phone-script",
    "reschedule-text-message",
    "thank-you-email",
    "thank-you-email-for-introduction",
    "thank-you-linkedin-message",
    "thank-you-text-message",
    "introduction-request-email",
    "introduction-request-linkedin-message",
    "introduction-request-in-person",
    "update-email",
    "update-linkedin-message",
    "close-the-loop-email",
    "close-the-loop-text-message",
    "close-the-loop-linkedin-message",
    "congratulation-email",
    "congratulation-linkedin-message",
    "congratulation-text-message",
}
