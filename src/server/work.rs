//! What the slices do beside requests: jobs, loops, and what comes round.
use chrono::Duration;

use crate::auth;
use crate::http::idempotency;
use crate::jobs::{Loop, Registry, Task, Work};
use crate::mail::{SendMail, SendSealedMail};
use crate::{
    alerts, attachments, audit, busy, changes, feeds, follow_ups, inbound, introductions, invites, mail_accounts,
    meetings, merges, messages, search, transfer, trash, webhooks,
};

/// What slices do beside requests.
pub fn work() -> Work {
    Work { jobs: jobs(), loops: loops(), periodic: periodic_tasks() }
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
fn loops() -> Vec<Loop> {
    vec![|app, stopped| Box::pin(webhooks::run(app, stopped)), |app, stopped| Box::pin(feeds::poll(app, stopped))]
}

/// What comes round.
fn periodic_tasks() -> Vec<Task> {
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
