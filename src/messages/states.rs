//! Which state can follow on which.
use super::model::MessageRow;
use super::words::MessageChannel;
use super::words::MessageState::{self, Bounced, Cancelled, Draft, Failed, Received, Replied, Scheduled, Sent};
use crate::error::{ApiError, ApiResult, Code};

impl MessageState {
    /// The states that can follow.
    pub fn next(self) -> &'static [Self] {
        match self {
            Draft => &[Scheduled, Sent, Cancelled],
            Scheduled => &[Draft, Scheduled, Sent, Failed, Cancelled],
            Sent => &[Replied, Bounced],
            // An answer to what came back as undeliverable: somebody got it all the same.
            Bounced => &[Replied],
            Failed => &[Draft, Scheduled, Sent, Cancelled],
            Cancelled => &[Draft],
            Replied => &[Replied],
            Received => &[],
        }
    }

    /// The text may still change: nobody has it yet.
    pub fn is_open(self) -> bool {
        matches!(self, Draft | Scheduled | Failed | Cancelled)
    }
}

impl MessageRow {
    /// The states that can follow: only an e-mail is sent by the service.
    pub fn next_states(&self) -> Vec<MessageState> {
        let by_service = self.channel == MessageChannel::Email;
        self.state.next().iter().copied().filter(|next| by_service || *next != Scheduled).collect()
    }

    /// Refuses a state that cannot follow. Why nothing but an e-mail can be scheduled, its fields tell.
    pub fn go(&self, to: MessageState) -> ApiResult<()> {
        if self.state.next().contains(&to) {
            return Ok(());
        }
        let possible: Vec<String> = self.next_states().iter().map(|state| format!("`{}`", state.name())).collect();
        let possible = if possible.is_empty() { "nothing".to_owned() } else { possible.join(", ") };
        let detail =
            format!("a message that is `{}` cannot become `{}`; possible: {possible}", self.state.name(), to.name());
        Err(ApiError::new(Code::ImpossibleTransition, detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [MessageState; 8] = [Draft, Scheduled, Sent, Replied, Bounced, Failed, Cancelled, Received];

    #[test]
    fn what_was_sent_is_never_open_again() {
        for state in ALL.into_iter().filter(|state| !state.is_open()) {
            assert!(state.next().iter().all(|next| !next.is_open()), "{state:?}");
        }
    }
}
