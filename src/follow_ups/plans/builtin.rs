//! The plans that every workspace has.
use chrono::DateTime;
use uuid::Uuid;

use super::model::{FollowUpPlan, Step};

/// Before every id that is made of a time, and the same in every workspace.
const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0000 + number)
}

/// Asks again after seven business days, at most twice.
pub const STANDARD: Uuid = id(1);
const GENTLE: Uuid = id(2);
const NONE: Uuid = id(3);

/// Business days to wait for an answer: Duke's "3B7".
const PATIENCE: i32 = 7;
/// Business days after which to try somebody else at the company.
const ALTERNATIVE: i32 = 3;

/// In the order of their ids.
pub fn all() -> [FollowUpPlan; 3] {
    [
        plan(STANDARD, "standard", 2, Some(ALTERNATIVE)),
        plan(GENTLE, "gentle", 1, Some(ALTERNATIVE)),
        plan(NONE, "none", 0, None),
    ]
}

fn plan(id: Uuid, name: &str, nudges: usize, alternative: Option<i32>) -> FollowUpPlan {
    FollowUpPlan {
        id: id.into(),
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        name: name.to_owned(),
        is_built_in: true,
        steps: vec![Step { after_business_days: PATIENCE, title: None }; nudges],
        try_someone_else_after_business_days: alternative,
    }
}
