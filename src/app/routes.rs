//! Which slices there are.
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use chrono::Duration;
use serde_json::Value;
use utoipa::OpenApi;
use utoipa_actix_web::{AppExt, scope};

use super::document::Base;
use super::service;
use crate::auth::{self, access};
use crate::http::{idempotency, limits};
use crate::jobs::{Loop, Registry, Task};
use crate::mail::{SendMail, SendSealedMail};
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
        .configure(service::configure)
        .configure(calendars::configure_feeds)
        .service(
            scope("/v1")
                .wrap(from_fn(merges::redirect))
                .wrap(from_fn(access::authenticate))
                // Matched in this order: what is asked for most comes first, but for literal paths below a pattern's.
                .configure(duplicates::configure)
                .configure(merges::configure)
                .configure(contacts::configure)
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
                .configure(briefs::configure)
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

/// The kinds of job that slices enqueue.
pub fn jobs() -> Registry {
    Registry::default()
        .with::<SendMail>()
        .with::<SendSealedMail>()
        .with::<auth::recovery::SendLink>()
        .with::<messages::SendMessage>()
        .with::<invites::SendInvite>()
        .with::<meetings::Tick>()
        .with::<busy::FetchCalendar>()
        .with::<busy::FollowCalendar>()
        .with::<mail_accounts::VerifyMailAccount>()
        .with::<attachments::ReadWords>()
}

/// What runs all the time.
pub fn loops() -> Vec<Loop> {
    vec![|app, stopped| Box::pin(webhooks::run(app, stopped)), |app, stopped| Box::pin(feeds::poll(app, stopped))]
}

/// What comes round.
pub fn periodic_tasks() -> Vec<Task> {
    vec![
        Task {
            name: "settle_interrupted_imports",
            every: Duration::seconds(20),
            run: |app| Box::pin(async move { transfer::settle_interrupted(&app).await }),
        },
        Task {
            name: "let_introductions_go_stale",
            every: Duration::minutes(10),
            run: |app| Box::pin(async move { introductions::let_go_stale(&app).await }),
        },
        Task {
            name: "follow_busy_calendars",
            every: Duration::hours(1),
            run: |app| Box::pin(async move { busy::refresh(&app).await }),
        },
        Task {
            name: "fetch_busy_calendars",
            every: Duration::minutes(1),
            run: |app| Box::pin(async move { busy::fetch_due(&app).await }),
        },
        Task {
            name: "let_go_past_confirmations",
            every: Duration::minutes(1),
            run: |app| Box::pin(async move { follow_ups::let_go_past_confirmations(&app).await }),
        },
        Task {
            name: "send_due_digests",
            every: Duration::seconds(30),
            run: |app| Box::pin(async move { follow_ups::send_due_digests(&app).await }),
        },
        Task {
            name: "send_due_alert_digests",
            every: Duration::seconds(30),
            run: |app| Box::pin(async move { alerts::send_due_digests(&app).await }),
        },
        Task {
            name: "forget_old_alerts",
            every: Duration::hours(1),
            run: |app| Box::pin(async move { alerts::forget_old(&app).await }),
        },
        Task {
            name: "settle_attachments",
            every: Duration::minutes(1),
            run: |app| Box::pin(async move { attachments::settle(&app).await }),
        },
        Task {
            name: "find_left_attachments",
            every: Duration::hours(1),
            run: |app| Box::pin(async move { attachments::find_left(&app).await }),
        },
        Task {
            name: "empty_trash",
            every: Duration::minutes(10),
            run: |app| Box::pin(async move { trash::purge_old(&app).await }),
        },
        Task {
            name: "end_old_merges",
            every: Duration::hours(1),
            run: |app| Box::pin(async move { merges::purge_old(&app).await }),
        },
        Task {
            name: "walk_for_search",
            every: Duration::seconds(30),
            run: |app| Box::pin(async move { search::walk(&app).await }),
        },
        Task {
            name: "forget_idempotency_keys",
            every: Duration::hours(1),
            run: |app| {
                Box::pin(async move {
                    app.rate_limits.sweep();
                    app.db.single(async |conn| idempotency::forget_old(conn, app.now()).await).await
                })
            },
        },
        Task {
            name: "forget_old_deliveries",
            every: Duration::hours(1),
            run: |app| Box::pin(async move { webhooks::forget_old(&app).await }),
        },
        Task {
            name: "forget_old_changes",
            every: Duration::minutes(10),
            run: |app| Box::pin(async move { changes::forget_old(&app).await }),
        },
        Task {
            name: "forget_old_credentials",
            every: Duration::hours(1),
            run: |app| Box::pin(async move { auth::forget_old(&app).await }),
        },
        Task {
            name: "forget_old_mails",
            every: Duration::hours(1),
            run: |app| Box::pin(async move { inbound::forget_old(&app).await }),
        },
        Task {
            name: "forget_old_audit",
            every: Duration::hours(1),
            run: |app| Box::pin(async move { audit::forget_old(&app).await }),
        },
    ]
}

/// The paths of the document, to tell a wrong method from a wrong path.
pub struct Paths(Vec<(Vec<String>, Vec<Method>)>);

impl Paths {
    pub fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        Self(
            paths
                .map(|(path, item)| {
                    let methods = item.as_object().into_iter().flatten();
                    let methods =
                        methods.filter_map(|(name, _)| Method::from_bytes(name.to_uppercase().as_bytes()).ok());
                    (path.split('/').map(str::to_owned).collect(), methods.collect())
                })
                .collect(),
        )
    }

    /// The methods of a path, `HEAD` and `OPTIONS` included; none where there is no such path.
    pub fn methods(&self, path: &str) -> Vec<&str> {
        let given: Vec<&str> = path.split('/').collect();
        // What has a path of its own is no id.
        let literal = self.0.iter().any(|(pattern, _)| *pattern == given);
        let takes = |want: &str, have: &str| want.starts_with('{') && !have.is_empty() && !(literal && want == "{id}");
        let fits = |pattern: &[String]| {
            pattern.len() == given.len()
                && pattern.iter().zip(&given).all(|(want, have)| want == have || takes(want, have))
        };
        let mut methods: Vec<&str> = Vec::new();
        for (_, found) in self.0.iter().filter(|(pattern, _)| fits(pattern)) {
            methods.extend(found.iter().map(Method::as_str));
            if found.contains(&Method::GET) {
                methods.push("HEAD");
            }
        }
        if !methods.is_empty() {
            methods.push("OPTIONS");
        }
        methods.sort_unstable();
        methods.dedup();
        methods
    }
}
