//! `GET /v1/limits`: every limit a client can run into.
use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::page;
use super::{Answer, params::NoParams};
use crate::app::App;
use crate::error::ApiResult;

/// Items of one batch.
pub const BATCH: usize = 500;
/// Depth of a JSON body.
pub const DEPTH: usize = 32;

/// What can happen to one meeting.
pub const MEETING_STEPS: usize = 200;

/// Feeds of meetings of a workspace.
pub const CALENDAR_FEEDS: i64 = 20;

/// Endpoints that are told of a workspace's changes.
pub const WEBHOOK_ENDPOINTS: i64 = 50;

/// Calendars that a workspace imports to tell when the seeker is busy.
pub const BUSY_CALENDARS: i64 = 20;
/// Bytes of such a calendar.
pub const CALENDAR_BYTES: usize = 8 * 1024 * 1024;

/// Alerts that a digest names.
pub const DIGEST_ALERTS: i64 = 50;
/// Feeds of a workspace.
pub const FEEDS: i64 = 20_000;
/// Words and phrases of each kind that a feed is matched by.
pub const FEED_PHRASES: usize = 50;

/// Questions of a meeting.
pub const MEETING_QUESTIONS: i64 = 50;

/// Insights of a meeting.
pub const INSIGHTS: i64 = 50;
/// Attachments of a research note.
pub const NOTE_ATTACHMENTS: i64 = 20;
/// Bytes of words that are read of a PDF, and of all PDFs of a note together: with a note's own they make no more than
/// PostgreSQL's `tsvector` takes.
pub const ATTACHED_WORDS: usize = 350_000;
/// Bytes of an attachment.
pub const ATTACHMENT_BYTES: usize = 25 * 1024 * 1024;
/// Nudges of a follow-up plan.
pub const PLAN_STEPS: usize = 10;
/// Days off in the settings of follow-ups.
pub const DAYS_OFF: usize = 366;
/// Follow-ups that a digest names.
pub const DIGEST_FOLLOW_UPS: i64 = 50;
/// Bytes that a template may become.
pub const RENDERED_BYTES: usize = 64 * 1024;
/// Characters of a template's text.
pub const TEMPLATE_CHARACTERS: usize = 20_000;

/// Invitations of a workspace that wait for an answer.
pub const PENDING_INVITATIONS: i64 = 100;
/// API keys that a workspace may have.
pub const API_KEYS: i64 = 100;

/// The limits of this service.
#[derive(Debug, Serialize, ToSchema)]
pub struct Limits {
    /// Bytes of a JSON body.
    #[schema(example = 1_048_576)]
    body_bytes: usize,
    /// Bytes of a file to import.
    #[schema(example = 33_554_432)]
    import_bytes: usize,
    /// Bytes of a mail that is handed in.
    #[schema(example = 10_485_760)]
    inbound_bytes: usize,
    /// Messages that a workspace may send on a day.
    #[schema(example = 50)]
    daily_messages: i32,
    /// Nesting of a JSON body.
    #[schema(example = 32)]
    json_depth: usize,
    /// Items of a page unless said otherwise.
    #[schema(example = 50)]
    page_default: u16,
    #[schema(example = 200)]
    page_max: u16,
    /// Items of a batch.
    #[schema(example = 500)]
    batch_items: usize,
    /// Characters of a text field, unless its schema says otherwise.
    #[schema(example = 4096)]
    text_characters: usize,
    /// Characters of notes.
    #[schema(example = 65_536)]
    notes_characters: usize,
    #[schema(example = 100)]
    tags: usize,
    #[schema(example = 50)]
    emails: usize,
    /// Contacts of a meeting.
    #[schema(example = 20)]
    meeting_contacts: usize,
    /// Questions of a meeting.
    #[schema(example = 50)]
    meeting_questions: i64,
    /// Insights of a meeting.
    #[schema(example = 50)]
    meeting_insights: i64,
    /// What can happen to one meeting: each other time or state counts.
    #[schema(example = 200)]
    meeting_steps: usize,
    /// Nudges of a follow-up plan.
    #[schema(example = 10)]
    follow_up_plan_steps: usize,
    /// Days off in the settings of follow-ups.
    #[schema(example = 366)]
    follow_up_days_off: usize,
    /// Follow-ups that a daily mail names.
    #[schema(example = 50)]
    follow_up_digest_items: i64,
    /// Characters of a template's text.
    #[schema(example = 20_000)]
    template_characters: usize,
    /// Bytes that a template may become when it is filled.
    #[schema(example = 65_536)]
    rendered_bytes: usize,
    /// Invitations of a workspace that wait for an answer.
    #[schema(example = 100)]
    pending_invitations: i64,
    /// Feeds of meetings of a workspace.
    #[schema(example = 20)]
    calendar_feeds: i64,
    /// Calendars that a workspace imports to tell when the seeker is busy.
    #[schema(example = 20)]
    busy_calendars: i64,
    /// Bytes of such a calendar, sent as it is or fetched.
    #[schema(example = 8_388_608)]
    calendar_bytes: usize,
    /// Feeds of a workspace.
    #[schema(example = 20_000)]
    feeds: i64,
    /// Words and phrases that a feed is matched by, of each kind.
    #[schema(example = 50)]
    feed_phrases: usize,
    /// Bytes of an attachment.
    #[schema(example = 26_214_400)]
    attachment_bytes: usize,
    /// Bytes that the attachments of a workspace may take together.
    #[schema(example = 1_073_741_824)]
    attachment_quota_bytes: i64,
    /// Bytes of words, in UTF-8, that are read of a PDF, and of all PDFs of a research note together.
    #[schema(example = 350_000)]
    attachment_words_bytes: usize,
    /// Attachments of a research note.
    #[schema(example = 20)]
    research_note_attachments: i64,
    /// Endpoints that are told of its changes.
    #[schema(example = 50)]
    webhook_endpoints: i64,
    /// Alerts that a mail names.
    #[schema(example = 50)]
    alert_digest_items: i64,
    /// API keys of a workspace.
    #[schema(example = 100)]
    api_keys: i64,
    /// Seconds a request may take to arrive.
    #[schema(example = 30)]
    request_seconds: u64,
    /// Requests a minute for one credential; `null` is no limit.
    #[schema(required, example = 600)]
    requests_per_minute: Option<u32>,
}

/// The limits of this service
#[utoipa::path(tag = "service", responses((status = 200, description = "The limits", body = Limits)))]
#[get("/limits")]
pub async fn read_limits(app: Data<App>, _none: NoParams) -> ApiResult<Answer<Limits>> {
    Answer::ok(&Limits {
        body_bytes: app.config.body_limit,
        import_bytes: app.config.import_limit,
        inbound_bytes: app.config.inbound_limit,
        daily_messages: app.config.daily_messages,
        json_depth: DEPTH,
        page_default: page::DEFAULT_LIMIT,
        page_max: page::MAX_LIMIT,
        batch_items: BATCH,
        text_characters: 4096,
        notes_characters: 65_536,
        tags: 100,
        emails: 50,
        meeting_contacts: 20,
        meeting_questions: MEETING_QUESTIONS,
        meeting_insights: INSIGHTS,
        meeting_steps: MEETING_STEPS,
        follow_up_plan_steps: PLAN_STEPS,
        follow_up_days_off: DAYS_OFF,
        follow_up_digest_items: DIGEST_FOLLOW_UPS,
        template_characters: TEMPLATE_CHARACTERS,
        rendered_bytes: RENDERED_BYTES,
        pending_invitations: PENDING_INVITATIONS,
        calendar_feeds: CALENDAR_FEEDS,
        busy_calendars: BUSY_CALENDARS,
        calendar_bytes: CALENDAR_BYTES,
        alert_digest_items: DIGEST_ALERTS,
        feeds: FEEDS,
        feed_phrases: FEED_PHRASES,
        attachment_bytes: ATTACHMENT_BYTES,
        attachment_quota_bytes: app.config.attachment_quota,
        attachment_words_bytes: ATTACHED_WORDS,
        research_note_attachments: NOTE_ATTACHMENTS,
        webhook_endpoints: WEBHOOK_ENDPOINTS,
        api_keys: API_KEYS,
        request_seconds: app.config.request_timeout.as_secs(),
        requests_per_minute: app.config.rate_limit.map(std::num::NonZeroU32::get),
    })
}
