//! Meetings: conversations with one or several contacts, from the first proposal to what became of them.
//!
//! `POST GET /v1/meetings`, `GET PATCH DELETE /v1/meetings/{id}`, what can happen to one: `POST /v1/meetings/{id}/confirm`,
//! `/reconfirm`, `/reschedule`, `/complete`, `/cancel`, `/no-show`, and `GET PATCH /v1/meetings/settings`.
mod actions;
mod api;
mod booking;
mod debrief;
mod draft;
mod export;
mod history;
mod live;
mod model;
mod people;
mod query;
mod routes;
mod search;
mod service;
mod settings;
mod states;
mod steps;
mod store;
mod time;
mod timeline;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::api::{CancelInput, ConfirmInput, Cost, Meeting, MeetingContact, MeetingInput, Place, ReconfirmInput};
pub use self::booking::{Chosen, around, book, busy, called, deleted_or_not, hold, ids_with, read};
pub use self::debrief::{DebriefInput, DebriefRecord, put as write_debrief};
pub use self::export::{MeetingRecord, after, load};
pub use self::live::{FinishInput, MeetingClock, StartInput, Tick, clock, finish, stamp, start};
pub use self::model::{Details as MeetingDetails, MeetingId};
pub use self::people::{contact_erased, contact_held, contact_merged, contact_unmerged, contacts_renamed, free_texts};
pub use self::search::found;
pub use self::service::{RESOURCE, by_what_it_is, confirmed, create, duration, purge, read_many, restore, stays};
pub use self::settings::preferences;
pub use self::steps::{cancel, complete, confirm, reconfirm};
pub use self::store::{LINK, SETTINGS, TAKEN, is_there, live_ids, open_with, parties, reindex};
pub use self::time::{LocalSpan, WallClock, local, start as instant, told};
pub use self::timeline::timeline;
pub use self::words::{MeetingMedium, MeetingParty, MeetingPayer, MeetingState};

/// The settings go before the meetings' routes: `settings` is no meeting's id.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::read_meeting_settings)
        .service(routes::patch_meeting_settings)
        .service(routes::create_meeting)
        .service(routes::list_meetings)
        .service(routes::read_meeting)
        .service(routes::patch_meeting)
        .service(routes::upsert_meeting)
        .service(routes::delete_meeting)
        .service(actions::confirm_meeting)
        .service(actions::reconfirm_meeting)
        .service(actions::reschedule_meeting)
        .service(actions::complete_meeting)
        .service(actions::cancel_meeting)
        .service(actions::note_no_show)
        .service(actions::start_meeting)
        .service(actions::finish_meeting)
        .service(actions::read_meeting_clock)
        .service(debrief::routes::read_debrief)
        .service(debrief::routes::put_debrief)
        .service(debrief::routes::patch_debrief)
        .service(debrief::routes::draft_thank_you);
}
