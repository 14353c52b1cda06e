//! All slices put together: their routes and their document, what they do beside requests, what follows of a write in
//! others, and the HTTP server around them. The only list of slices.
mod document;
mod pages;
mod reactions;
mod routes;
mod serve;
mod work;

pub use self::document::{document, text as document_text};
pub use self::serve::{Running, serve};
pub use self::work::{jobs, work};
use crate::app::Slices;

/// What the application is told of its slices.
pub fn slices() -> Slices {
    let document = document();
    Slices {
        text: document_text(&document),
        bodies: document::body_schemas(&document),
        document,
        react: |tx| Box::pin(reactions::react(tx)),
        gauge: |app| Box::pin(crate::webhooks::gauge(app)),
    }
}
