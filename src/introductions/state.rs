//! How far an introduction is, and what can come next.
use chrono::Duration;

use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::text_enum;

/// How long a promise is waited for before a gentle reminder is due.
pub const PATIENCE: Duration = Duration::days(7);

text_enum! {
    /// How far the introduction is. A promise of which nothing was heard for seven days is `stale`.
    State {
        Named = "named",
        Promised = "promised",
        Made = "made",
        Declined = "declined",
        Stale = "stale",
    }
}

impl State {
    /// What can follow. An introduction that was made stays made.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Named => &[Self::Promised, Self::Made, Self::Declined, Self::Stale],
            Self::Promised => &[Self::Made, Self::Declined, Self::Stale],
            Self::Stale => &[Self::Promised, Self::Made, Self::Declined],
            Self::Declined => &[Self::Promised, Self::Made],
            Self::Made => &[],
        }
    }

    /// 409, with the states that can follow, when `to` cannot.
    pub fn check_move(self, to: Self) -> ApiResult<()> {
        if self == to || self.next().contains(&to) {
            return Ok(());
        }
        let possible: Vec<&str> = self.next().iter().map(|state| state.name()).collect();
        let possible = match possible.as_slice() {
            [] => "nothing can follow".to_owned(),
            list => format!("possible are: {}", list.join(", ")),
        };
        let detail = format!("an introduction that is `{}` cannot become `{}`; {possible}", self.name(), to.name());
        Err(ApiError::new(Code::ImpossibleTransition, detail.clone()).with(Fault::field(
            "/state",
            "not_allowed",
            detail,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [State; 5] = [State::Named, State::Promised, State::Made, State::Declined, State::Stale];

    #[test]
    fn no_way_leads_back_to_a_mere_name_nor_on_from_what_is_made() {
        for state in ALL {
            assert!(state.check_move(state).is_ok());
            assert_eq!(state.check_move(State::Named).is_ok(), state == State::Named);
            assert_eq!(State::Made.check_move(state).is_ok(), state == State::Made);
            assert!(state.check_move(State::Made).is_ok());
        }
    }

    #[test]
    fn a_refusal_says_what_is_possible() {
        let refused = State::Stale.check_move(State::Named).expect_err("no way back");
        assert!(refused.detail.ends_with("possible are: promised, made, declined"), "{}", refused.detail);
        let refused = State::Made.check_move(State::Declined).expect_err("made is made");
        assert!(refused.detail.ends_with("nothing can follow"), "{}", refused.detail);
    }
}
