//! Sending: an e-mail is put on its way in the transaction that asks for it, and a job hands it to a mail server.
//!
//! What cannot be taken back is written down before and after: that an attempt begins, that the text is handed over, how
//! the server answered. A job that takes over from one that died reads there how far it came. While the text was not
//! handed over, it tries again; once it was, and no answer is written, it does not, for the server may have the message:
//! the message fails, and says so. So no server that accepted a message gets it twice, and none is lost unseen.
mod attempt;
mod job;
mod model;
mod plan;
mod request;
pub mod routes;
mod store;
mod wake;

pub use self::job::SendMessage;
pub use self::request::{Sender, refuse_in_flight, schedule, send};
pub use self::store::{ancestors, is_attempting};
pub use self::wake::more_may_go;
