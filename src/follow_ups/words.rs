//! The closed sets of words of a follow-up.
use crate::error::{ApiError, ApiResult, Code};
use crate::text_enum;

text_enum! {
    /// What is due.
    FollowUpKind {
        /// Ask again, for there was no answer.
        Nudge = "nudge",
        ThankYou = "thank_you",
        /// What the seeker promised.
        PromiseMine = "promise_mine",
        /// What the contact promised.
        PromiseTheirs = "promise_theirs",
        KeepInTouch = "keep_in_touch",
        /// Tell whoever introduced the seeker what came of it.
        CloseTheLoop = "close_the_loop",
        /// Confirm a meeting, the day before.
        Confirm = "confirm",
        Other = "other",
    }
}

text_enum! {
    /// Where it stands.
    FollowUpState {
        Open = "open",
        Done = "done",
        /// Somebody decided that it need not be done.
        Dismissed = "dismissed",
        /// It closed by itself, for its reason is gone: `closed_reason` says how.
        Closed = "closed",
    }
}

text_enum! {
    /// Who made it.
    FollowUpSource {
        /// A person, or a client of the API.
        Manual = "manual",
        /// A follow-up plan.
        Plan = "plan",
        /// Inroad itself: keeping in touch, a promised introduction, a meeting.
        Automatic = "automatic",
    }
}

text_enum! {
    /// Why it closed by itself.
    ClosedReason {
        /// The contact answered.
        Replied = "replied",
        /// The message could not be delivered.
        Bounced = "bounced",
        /// The contact, the address or its domain is not to be written to.
        DoNotContact = "do_not_contact",
        /// A meeting was agreed on.
        Meeting = "meeting",
        /// The contact's stage is `closed`.
        ContactClosed = "contact_closed",
        ContactDeleted = "contact_deleted",
        /// The message that it asked for went out.
        MessageSent = "message_sent",
        /// The two were in touch.
        Touched = "touched",
        IntroductionMade = "introduction_made",
        IntroductionDeclined = "introduction_declined",
        LoopClosed = "loop_closed",
        /// Somebody stopped the plan that made it.
        PlanStopped = "plan_stopped",
        /// The meeting was called off, is only a proposal again, or somebody did not come.
        MeetingCancelled = "meeting_cancelled",
        /// The other side said again that it will come.
        MeetingConfirmed = "meeting_confirmed",
        MeetingOver = "meeting_over",
        /// Another one took its place.
        Superseded = "superseded",
    }
}

impl ClosedReason {
    /// Why a nudge that was to go later does not, in words. Who must not be written to, or is deleted, is told when its
    /// time comes: until then that may be taken back.
    pub fn overtakes(self) -> Option<&'static str> {
        match self {
            Self::Replied => Some("the contact answered meanwhile"),
            Self::Bounced => Some("a message to the contact came back meanwhile"),
            Self::Meeting => Some("a meeting with the contact was agreed on meanwhile"),
            Self::ContactClosed => Some("the contact was closed meanwhile"),
            _ => None,
        }
    }
}

impl FollowUpKind {
    /// Doing it means writing to the contact, so that it makes no sense with whom one must not write to.
    pub fn writes(self) -> bool {
        !matches!(self, Self::PromiseMine | Self::PromiseTheirs | Self::Other)
    }

    /// What to do with somebody, in a few words.
    pub fn words(self, name: &str) -> String {
        match self {
            Self::Nudge => format!("Nudge {name}"),
            Self::ThankYou => format!("Thank {name}"),
            Self::PromiseMine => format!("Keep your promise to {name}"),
            Self::PromiseTheirs => format!("Remind {name} of their promise"),
            Self::KeepInTouch => format!("Stay in touch with {name}"),
            Self::CloseTheLoop => format!("Tell {name} what came of it"),
            Self::Confirm => format!("Confirm the meeting with {name}"),
            Self::Other => format!("Follow up with {name}"),
        }
    }
}

impl FollowUpState {
    /// The states that can follow.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Open => &[Self::Done, Self::Dismissed],
            Self::Done | Self::Dismissed | Self::Closed => &[Self::Open],
        }
    }

    /// Refuses a state that cannot follow. A follow-up that is open can be snoozed, too.
    pub fn go(self, to: Self) -> ApiResult<()> {
        if self.next().contains(&to) {
            return Ok(());
        }
        let possible: Vec<&str> = self.next().iter().map(|state| state.name()).collect();
        let detail = format!(
            "a follow-up that is `{}` cannot become `{}`; possible are: {}",
            self.name(),
            to.name(),
            possible.join(", ")
        );
        Err(ApiError::new(Code::ImpossibleTransition, detail))
    }
}
