//! What mails to members that come by themselves have in common: whom they go to, and the link that turns them off.
mod store;
mod unsubscribe;

pub use self::store::{Reader, reader};
pub use self::unsubscribe::Mails;
