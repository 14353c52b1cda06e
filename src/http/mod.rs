//! HTTP as `docs/API-DESIGN.md` has it: bodies, patches, pages, answers, and the frame around every request.
pub mod accept;
pub mod answer;
pub mod body;
pub mod cursor;
pub mod frame;
pub mod html;
pub mod idempotency;
pub mod limits;
pub mod page;
pub mod params;
mod pointer;
pub mod precondition;
pub mod prefer;
pub mod rate_limit;
pub mod schema;
pub mod strict_json;
pub mod trace;
pub mod upload;

pub use self::answer::Answer;
pub use self::body::{Body, NoBody, Patch, Ruled, Rules};
pub use self::idempotency::IdempotencyKey;
pub use self::page::Paging;
pub use self::params::{Id, Params};
pub use self::precondition::{IfMatch, IfNoneMatch};
