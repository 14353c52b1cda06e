//! Every constraint that a client can violate has its meaning beside the statement that can violate it.
use std::path::Path;

use diesel_async::SimpleAsyncConnection;

use crate::support::TestApp;
use crate::walk::root;

/// Those that no client can violate, and why.
const UNREACHABLE: &[(&str, &[&str])] = &[
    (
        "the service makes the id, a UUID or a digest of its own randomness",
        &[
            "alerts_pkey",
            "busy_calendars_pkey",
            "webhook_deliveries_pkey",
            "webhook_endpoints_pkey",
            "calendar_feeds_pkey",
            "calendar_feeds_token_key",
            "circle_requests_pkey",
            "api_key_secrets_pkey",
            "api_keys_pkey",
            "companies_pkey",
            "contact_merges_pkey",
            "contacts_pkey",
            "do_not_contact_pkey",
            "duplicate_dismissals_pkey",
            "feeds_pkey",
            "follow_up_plans_pkey",
            "follow_up_runs_pkey",
            "follow_ups_pkey",
            "goals_pkey",
            "import_mappings_pkey",
            "insights_pkey",
            "imports_pkey",
            "inbound_addresses_pkey",
            "introductions_pkey",
            "invitations_pkey",
            "jobs_pkey",
            "meeting_invites_pkey",
            "meeting_questions_pkey",
            "meeting_offers_pkey",
            "meeting_offers_token_key",
            "meetings_pkey",
            "messages_pkey",
            "one_time_tokens_pkey",
            "positions_pkey",
            "questions_pkey",
            "attachments_pkey",
            "research_notes_pkey",
            "refresh_tokens_pkey",
            "saved_views_pkey",
            "sessions_pkey",
            "signing_keys_pkey",
            "stream_tickets_pkey",
            "templates_pkey",
            "users_pkey",
            "workspaces_pkey",
        ],
    ),
    (
        "the number is taken under the lock of its counter or its row, or counts the lines of one file",
        &["changes_pkey", "audit_log_pkey", "import_rows_pkey", "stage_moves_pkey", "template_versions_pkey"],
    ),
    (
        "written by ON CONFLICT, which says what another row means",
        &[
            "lost_connectors_pkey",
            "audit_heads_pkey",
            "contact_extras_pkey",
            "deliveries_pkey",
            "duplicate_dismissals_pair_key",
            "erased_keys_pkey",
            "alert_digests_pkey",
            "feed_items_pkey",
            "follow_up_digests_pkey",
            "follow_up_settings_pkey",
            "import_keys_pkey",
            "inbound_mails_pkey",
            "periodic_tasks_pkey",
            "search_walks_pkey",
            "attachment_files_pkey",
            "throttles_pkey",
            "lint_settings_pkey",
            "meeting_settings_pkey",
            "mail_accounts_pkey",
            "sending_settings_pkey",
            "seeker_profiles_pkey",
            "messages_external_key",
        ],
    ),
    ("the meeting is locked, and it was looked whether it has one", &["agendas_pkey"]),
    ("written under the lock of its key, after a look whether it is there", &["idempotency_keys_pkey"]),
    ("what goes to the trash was hidden before, by an update that finds it once", &["trash_pkey"]),
    ("the service names each contact of a meeting once", &["meeting_contacts_pkey"]),
    ("written under the lock of its meeting, after a look whether it is there", &["meeting_invites_address_key"]),
    ("written with their feed, which is new or locked", &["feed_items_feed_fkey", "alerts_feed_fkey"]),
    (
        "the feed is held or new, and what it is about is held by its writer",
        &["feeds_company_fkey", "feeds_contact_fkey"],
    ),
    ("times of one calendar that touch are put together", &["busy_times_pkey"]),
    (
        "written with ON CONFLICT DO NOTHING under the lock of their endpoint",
        &["webhook_deliveries_seq_key", "webhook_deliveries_endpoint_fkey"],
    ),
    ("times are written with their calendar, which is new or locked", &["busy_times_calendar_fkey"]),
    ("a contact is merged once, under its lock, and is gone then", &["contact_redirects_pkey"]),
    (
        "the service makes it from the id of the message, or takes it from a mail that it has in hand alone",
        &["messages_rfc_message_id_key"],
    ),
    ("the service puts the two in order", &["duplicate_dismissals_order_check"]),
    (
        "the service sets both columns, or one of them, from one value",
        &[
            "busy_calendars_source_check",
            "webhook_endpoints_previous_check",
            "webhook_endpoints_earlier_check",
            "circle_requests_answered_check",
            "introductions_introducer_check",
            "messages_template_check",
            "meetings_cost_check",
            "meetings_time_check",
            "follow_ups_reason_check",
            "follow_ups_settled_check",
        ],
    ),
    (
        "a closed set of words, which the document holds the body to or which only the service writes",
        &[
            "alert_digests_frequency_check",
            "alerts_state_check",
            "audit_log_actor_check",
            "webhook_deliveries_state_check",
            "webhook_endpoints_payload_check",
            "webhook_endpoints_reason_check",
            "calendar_feeds_follow_ups_check",
            "changes_actor_check",
            "circle_requests_answer_check",
            "circle_requests_channel_check",
            "companies_size_check",
            "contacts_how_found_check",
            "contacts_relationship_check",
            "contacts_stage_check",
            "contacts_stage_reason_check",
            "do_not_contact_kind_check",
            "external_ids_resource_check",
            "feeds_kind_check",
            "follow_up_runs_reason_check",
            "follow_up_runs_state_check",
            "follow_ups_closed_reason_check",
            "follow_ups_kind_check",
            "follow_ups_source_check",
            "follow_ups_state_check",
            "goals_outcome_check",
            "attachment_files_state_check",
            "attachments_text_state_check",
            "research_notes_importance_check",
            "research_notes_kind_check",
            "insights_confidence_check",
            "insights_stance_check",
            "import_rows_outcome_check",
            "imports_state_check",
            "introductions_state_check",
            "invitations_role_check",
            "meeting_invites_answer_check",
            "meeting_invites_method_check",
            "meeting_offers_state_check",
            "meetings_medium_check",
            "meetings_payer_check",
            "meetings_state_check",
            "mail_accounts_security_check",
            "members_role_check",
            "messages_channel_check",
            "messages_direction_check",
            "messages_purpose_check",
            "messages_reply_kind_check",
            "messages_source_check",
            "messages_state_check",
            "messages_waits_for_check",
            "one_time_tokens_purpose_check",
            "questions_category_check",
            "questions_stage_check",
            "saved_views_resource_check",
            "signing_keys_algorithm_check",
            "templates_audience_check",
            "templates_channel_check",
            "templates_purpose_check",
        ],
    ),
    (
        "checked before with all other fields, so that all faults are told at once",
        &[
            "contacts_closed_reason_check",
            "contacts_connector_self_check",
            "contacts_strength_check",
            "introductions_introduced_check",
            "introductions_self_check",
            "meeting_questions_usefulness_check",
            "meetings_finished_check",
            "positions_dates_check",
            "research_notes_about_check",
        ],
    ),
    (
        "the row it points to is locked, or was made, in the same transaction",
        &[
            "api_key_secrets_key_fkey",
            "contact_merges_survivor_fkey",
            "contact_redirects_survivor_fkey",
            "lost_connectors_contact_fkey",
            "lost_connectors_connector_fkey",
            "deliveries_message_fkey",
            "duplicate_dismissals_first_fkey",
            "duplicate_dismissals_second_fkey",
            "goals_meeting_fkey",
            "goals_serves_fkey",
            "import_rows_import_fkey",
            "insights_goal_fkey",
            "insights_meeting_fkey",
            "insights_question_fkey",
            "meeting_contacts_contact_fkey",
            "agendas_meeting_fkey",
            "meeting_contacts_meeting_fkey",
            "meeting_questions_goal_fkey",
            "meeting_questions_meeting_fkey",
            "members_user_id_fkey",
            "messages_contact_fkey",
            "messages_in_reply_to_fkey",
            "positions_contact_fkey",
            "refresh_tokens_session_id_fkey",
            "attachments_note_fkey",
            "research_notes_company_fkey",
            "research_notes_contact_fkey",
            "research_notes_meeting_fkey",
            "sessions_user_id_fkey",
            "stage_moves_contact_fkey",
            "template_versions_template_fkey",
        ],
    ),
    ("a job makes them: it is tried again, and finds no account then", &["one_time_tokens_user_id_fkey"]),
    (
        "an import that meets a contact that is purged meanwhile fails as a whole and says so",
        &["contact_extras_contact_fkey", "import_keys_contact_fkey"],
    ),
];

/// The workspace was deleted meanwhile: `error.rs` gives all of them their meaning at once.
const OF_WORKSPACE: &str = "_workspace_id_fkey";

fn stores(folder: &Path, found: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            stores(&path, found);
        } else if path.ends_with("store.rs") || path.components().any(|part| part.as_os_str() == "store") {
            found.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[actix_web::test]
async fn every_constraint_has_its_meaning() {
    let app = TestApp::new().await;
    let mut text = String::new();
    stores(&root().join("src"), &mut text);
    let named = |name: &str| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name);
    // Constraints, and unique indexes that are none.
    let all = "SELECT conname::text AS text FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            AND contype IN ('c', 'f', 'u', 'x', 'p') AND conrelid::regclass::text <> '__diesel_schema_migrations'
        UNION SELECT i.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
            WHERE i.relnamespace = 'public'::regnamespace AND x.indisunique AND i.relname NOT LIKE '\\_\\_diesel%'
        ORDER BY 1";
    let mut all = app.texts(all).await;
    all.retain(|name| !name.ends_with(OF_WORKSPACE));
    let unreachable: Vec<&str> = UNREACHABLE.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let mut faults = Vec::new();
    for name in &all {
        let listed = unreachable.contains(&name.as_str());
        match (named(name), listed) {
            (false, false) => faults.push(format!("{name}: name it in a store.rs with its meaning")),
            (true, true) => faults.push(format!("{name}: has a meaning, take it off the list")),
            _ => {}
        }
    }
    let gone = unreachable.iter().filter(|name| !all.iter().any(|known| known == *name));
    faults.extend(gone.map(|name| format!("{name}: is no constraint any more")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A write that has waited for the deletion of its workspace is told that its credential is good for nothing any more.
#[actix_web::test]
async fn a_write_into_a_workspace_that_is_deleted_meanwhile_is_refused() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let mut conn = app.connection().await;
    conn.batch_execute(&format!("BEGIN; DELETE FROM workspaces WHERE id = '{}'", ada.workspace)).await.unwrap();
    let write = app.post("/v1/companies", &ada, serde_json::json!({ "name": "Engines" }));
    let commit = async {
        let waits = "SELECT count(*)::text AS text FROM pg_stat_activity WHERE datname = current_database()
            AND wait_event_type = 'Lock'";
        while app.texts(waits).await != ["1"] {
            actix_web::rt::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        conn.batch_execute("COMMIT").await.unwrap();
    };
    let (reply, ()) = futures_util::join!(write, commit);
    assert_eq!(reply.expect(401).code(), "invalid_token");
}
