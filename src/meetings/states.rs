//! Which state can follow on which.
use super::words::MeetingState::{self, Cancelled, Completed, Confirmed, NoShow, Proposed};
use crate::error::{ApiError, ApiResult, Code};

impl MeetingState {
    /// The states that can follow. Another time brings a meeting that did not take place back to the first two.
    pub fn next(self) -> &'static [Self] {
        match self {
            Proposed => &[Confirmed, Completed, Cancelled],
            Confirmed => &[Proposed, Completed, Cancelled, NoShow],
            // What was noted by mistake can be set right.
            Completed => &[NoShow],
            Cancelled => &[Proposed, Confirmed],
            NoShow => &[Proposed, Confirmed, Completed],
        }
    }

    /// It is still to come, as far as anybody knows.
    pub fn is_open(self) -> bool {
        matches!(self, Proposed | Confirmed)
    }

    /// Refuses a state that cannot follow.
    pub fn go(self, to: Self) -> ApiResult<()> {
        if self.next().contains(&to) {
            return Ok(());
        }
        let possible: Vec<String> = self.next().iter().map(|state| format!("`{}`", state.name())).collect();
        let (from, to, possible) = (self.name(), to.name(), possible.join(", "));
        let detail = format!("a meeting that is `{from}` cannot become `{to}`; possible: {possible}");
        Err(ApiError::new(Code::ImpossibleTransition, detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [MeetingState; 5] = [Proposed, Confirmed, Completed, Cancelled, NoShow];

    #[test]
    fn what_took_place_is_never_to_come_again() {
        assert!(Completed.next().iter().all(|next| !next.is_open()));
        for state in ALL {
            assert!(!state.next().is_empty() && !state.next().contains(&state), "{state:?}");
            assert!(ALL.iter().all(|to| state.go(*to).is_ok() == state.next().contains(to)));
        }
        assert!(Completed.go(Confirmed).unwrap_err().detail.contains("possible: `no_show`"));
    }
}
