//! The routes of all slices.
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use utoipa::OpenApi;
use utoipa_actix_web::{AppExt, scope};

use super::{document::Base, pages};
use crate::auth::{self, access};
use crate::http::limits;
use crate::{
    agendas, alerts, attachments, audit, bookings, briefs, busy, calendars, changes, circle_requests, companies,
    contacts, do_not_contact, duplicates, erasure, exports, feeds, follow_ups, goals, inbound, insights, introductions,
    invites, lint, mail_accounts, meeting_questions, meetings, merges, messages, network, next_steps, profile,
    questions, research_notes, saved_views, search, sending, tags, templates, timeline, traces, transfer, trash,
    webhooks,
};

/// All routes, and the document as their handlers say it.
pub fn routes() -> (
    actix_web::App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse,
            Error = actix_web::Error,
            InitError = (),
        >,
    >,
    utoipa::openapi::OpenApi,
) {
    actix_web::App::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .configure(pages::configure)
        .configure(calendars::configure_feeds)
        .service(
            scope("/v1")
                .wrap(from_fn(merges::redirect))
                .wrap(from_fn(access::authenticate))
                // Matched in this order: what is asked for most comes first, but for literal paths below a pattern's.
                .configure(duplicates::configure)
                .configure(merges::configure)
                .configure(contacts::configure)
                .configure(briefs::configure)
                .configure(erasure::configure)
                .configure(companies::configure)
                .configure(introductions::configure)
                .configure(circle_requests::configure)
                .configure(network::configure)
                .configure(timeline::configure)
                .configure(next_steps::configure)
                .configure(exports::configure)
                .configure(search::configure)
                .configure(tags::configure)
                .configure(saved_views::configure)
                .service(limits::read_limits)
                .configure(auth::configure)
                .configure(audit::configure)
                .configure(messages::configure)
                .configure(bookings::configure)
                .configure(calendars::configure)
                .configure(busy::configure)
                .configure(webhooks::configure)
                .configure(invites::configure)
                .configure(meetings::configure)
                .configure(goals::configure)
                .configure(questions::configure)
                .configure(meeting_questions::configure)
                .configure(agendas::configure)
                .configure(insights::configure)
                .configure(feeds::configure)
                .configure(alerts::configure)
                .configure(traces::configure)
                .configure(research_notes::configure)
                .configure(attachments::configure)
                .configure(do_not_contact::configure)
                .configure(sending::configure)
                .configure(inbound::configure)
                .configure(mail_accounts::configure)
                .configure(lint::configure)
                .configure(templates::configure)
                .configure(profile::configure)
                .configure(follow_ups::configure)
                .configure(transfer::configure)
                .configure(trash::configure)
                .configure(changes::configure),
        )
        .split_for_parts()
}
