//! The one error type that leaves a handler, and its wire shape: a problem document (RFC 9457).
use std::borrow::Cow;
use std::fmt;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, ResponseError};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::PoolError as ConnectError;
use diesel_async::pooled_connection::deadpool::PoolError;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::calm;

pub type ApiResult<T> = Result<T, ApiError>;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $status:ident, $name:literal, $title:literal;)+) => {
        /// Every code a client can meet. A code is never renamed and never reused; clients must expect new ones.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[doc = $doc])+ $variant),+ }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// As it stands in `code`, and at the end of `type`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// What it means and what to do about it, for `docs/errors.md` and the page of the code.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc, "\n"),+)),+ }
            }
        }
    };
}

codes! {
    /// The body is not a JSON text (RFC 8259), or is not an object at the top. `errors` says where it breaks.
    InvalidJson = BAD_REQUEST, "invalid_json", "The body is not valid JSON";
    /// A path segment or a query parameter is unknown, missing or out of range. `errors` names each.
    InvalidParameter = BAD_REQUEST, "invalid_parameter", "A parameter is wrong";
    /// A header that Inroad reads has a value it cannot read. `errors` names it.
    InvalidHeader = BAD_REQUEST, "invalid_header", "A header is wrong";
    /// The cursor was not made by this service, or for another list, sort or filter. Start again without one.
    InvalidCursor = BAD_REQUEST, "invalid_cursor", "The cursor does not fit this list";
    /// The request could not be read as HTTP expects, for instance a body that broke off.
    BadRequest = BAD_REQUEST, "bad_request", "The request could not be read";
    /// There is no `Authorization: Bearer` header.
    CredentialMissing = UNAUTHORIZED, "credential_missing", "A credential is needed";
    /// The bearer token is unknown, altered, expired or revoked. Refresh it or sign in again.
    InvalidToken = UNAUTHORIZED, "invalid_token", "The token is not valid";
    /// The e-mail address or the password is wrong. Which of the two is not said.
    InvalidCredentials = UNAUTHORIZED, "invalid_credentials", "The e-mail address or the password is wrong";
    /// What was handed in is not signed by the secret of its address, or too long ago. `errors` names the header.
    InvalidSignature = UNAUTHORIZED, "invalid_signature", "The signature is not valid";
    /// The refresh token is unknown, expired or was used before. When it was used before, its whole session has ended.
    InvalidRefreshToken = UNAUTHORIZED, "invalid_refresh_token", "The refresh token is not valid";
    /// A sensitive change asks for a sign-in within the last ten minutes. Sign in again, then repeat it.
    ReauthenticationRequired = UNAUTHORIZED, "reauthentication_required", "A recent sign-in is needed";
    /// The credential lacks the scope that this operation asks for; `detail` names it.
    ScopeMissing = FORBIDDEN, "scope_missing", "The credential lacks a scope";
    /// Your role in the workspace does not allow this; `detail` names the role that does.
    RoleInsufficient = FORBIDDEN, "role_insufficient", "Your role does not allow this";
    /// The account's e-mail address has to be verified before it can send or invite.
    EmailNotVerified = FORBIDDEN, "email_not_verified", "Verify your e-mail address first";
    /// Nothing is there, or it belongs to another workspace: the answer is the same.
    NotFound = NOT_FOUND, "not_found", "There is nothing here";
    /// The path exists, the method does not; `Allow` lists those that do.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method_not_allowed", "The method is not allowed here";
    /// `Accept` allows nothing that this operation can answer.
    NotAcceptable = NOT_ACCEPTABLE, "not_acceptable", "No acceptable representation";
    /// The request did not arrive within its time.
    RequestTimeout = REQUEST_TIMEOUT, "request_timeout", "The request took too long to arrive";
    /// An account with this e-mail address exists. Sign in, or reset its password.
    EmailTaken = CONFLICT, "email_taken", "The e-mail address has an account";
    /// Another company of this workspace has the same name; `errors` names it.
    CompanyExists = CONFLICT, "company_exists", "The company exists";
    /// Another tag has this name; merge the two instead.
    TagExists = CONFLICT, "tag_exists", "The tag exists";
    /// Another saved view of the same resource has this name.
    SavedViewExists = CONFLICT, "saved_view_exists", "The saved view exists";
    /// Another resource carries this external id; `errors` names it.
    ExternalIdTaken = CONFLICT, "external_id_taken", "The external id is taken";
    /// A workspace keeps at least one owner: make somebody else an owner first.
    LastOwner = CONFLICT, "last_owner", "The last owner cannot go";
    /// This person is a member already.
    AlreadyMember = CONFLICT, "already_member", "Already a member";
    /// The workspace has as many open invitations as it may have (`GET /v1/limits`). Withdraw some first.
    TooManyInvitations = CONFLICT, "too_many_invitations", "Too many open invitations";
    /// The workspace has as many API keys as it may have (`GET /v1/limits`). Revoke some first.
    TooManyApiKeys = CONFLICT, "too_many_api_keys", "Too many API keys";
    /// The workspace has as many webhook endpoints as it may have (`GET /v1/limits`). Delete one first.
    TooManyWebhookEndpoints = CONFLICT, "too_many_webhook_endpoints", "Too many webhook endpoints";
    /// The invitation was made for another e-mail address than this account's.
    InvitationForOther = CONFLICT, "invitation_for_other", "The invitation is for somebody else";
    /// What shall be restored collides with something that took its place since; `detail` says with what.
    RestoreConflict = CONFLICT, "restore_conflict", "It cannot be restored as it was";
    /// The import cannot be undone: it is not finished, was a dry run, or is undone already.
    ImportNotUndoable = CONFLICT, "import_not_undoable", "The import cannot be undone";
    /// The import is not running any more, so that there is nothing to cancel.
    ImportNotRunning = CONFLICT, "import_not_running", "The import does not run";
    /// Somebody cancelled the import while it ran. Nothing of the file was stored.
    ImportCancelled = CONFLICT, "import_cancelled", "The import was cancelled";
    /// The workspace has a mapping of columns with this name.
    ImportMappingExists = CONFLICT, "import_mapping_exists", "The mapping exists";
    /// This connector has introduced or named the same person before; `errors` names the introduction.
    IntroductionExists = CONFLICT, "introduction_exists", "The introduction exists";
    /// What is asked for cannot follow on the present state; `detail` says which states can.
    ImpossibleTransition = CONFLICT, "impossible_transition", "The state does not allow this";
    /// The merge cannot be undone: it is undone already, its time is over, or its survivor is not there; `detail` says
    /// which, and what to do first.
    MergeNotUndoable = CONFLICT, "merge_not_undoable", "The merge cannot be undone";
    /// This person, address or domain asked not to be written to; `errors` says which of them.
    DoNotContact = CONFLICT, "do_not_contact", "Do not contact";
    /// The list has this address or domain already; `detail` names the entry.
    AlreadyListed = CONFLICT, "already_listed", "The list has it already";
    /// Another confirmed meeting, with the way to it, takes some of this time; `detail` names it. `allow_overlap` has it
    /// all the same.
    MeetingOverlaps = CONFLICT, "meeting_overlaps", "Another meeting takes this time";
    /// The time that an invited person chose is not free any more: somebody was faster. `errors` has the times that are left.
    SlotTaken = CONFLICT, "slot_taken", "The time is taken";
    /// A time was booked by this link already. Read the booking again; it can be moved, or called off.
    AlreadyBooked = CONFLICT, "already_booked", "The link was used already";
    /// The workspace has as many calendar feeds as it may have (`GET /v1/limits`). Delete one first.
    TooManyCalendarFeeds = CONFLICT, "too_many_calendar_feeds", "Too many calendar feeds";
    /// The files of the workspace would take more than they may (`GET /v1/attachments/usage`). Delete some first.
    AttachmentQuota = CONFLICT, "attachment_quota", "Too many bytes are attached";
    /// The workspace has as many imported calendars as it may have (`GET /v1/limits`). Delete one first.
    TooManyBusyCalendars = CONFLICT, "too_many_busy_calendars", "Too many imported calendars";
    /// You already subscribed to this alert: a feed of the workspace has this address, or leads there; `errors` names it.
    FeedExists = CONFLICT, "feed_exists", "You already subscribed to this alert";
    /// The workspace has as many feeds as it may have (`GET /v1/limits`). Delete one first.
    TooManyFeeds = CONFLICT, "too_many_feeds", "Too many feeds";
    /// The workspace, or Inroad itself, has a follow-up plan with this name.
    FollowUpPlanExists = CONFLICT, "follow_up_plan_exists", "The plan exists";
    /// The follow-up plan is built in, or the workspace's default; `detail` says which, and what to do first.
    FollowUpPlanInUse = CONFLICT, "follow_up_plan_in_use", "The plan is in use";
    /// A follow-up plan that was attached to this message has started. Stop it, and the message goes without one.
    FollowUpRunExists = CONFLICT, "follow_up_run_exists", "The message has a plan";
    /// A mail server may be taking the message at this moment. Look again after `Retry-After`.
    BeingSent = CONFLICT, "being_sent", "The message is being sent";
    /// Neither the service nor the workspace has a mail server to send with.
    MailNotConfigured = CONFLICT, "mail_not_configured", "There is no mail server";
    /// The workspace has a mail account of its own through which no test mail went yet: see its `failure`. Until it is
    /// verified, or deleted, nothing is sent.
    MailAccountUnverified = CONFLICT, "mail_account_unverified", "The mail account is not verified";
    /// Only an e-mail of the seeker's can be handed to a mail program.
    NotAnEmail = CONFLICT, "not_an_email", "It is no e-mail to be sent";
    /// The contact lies in the trash: restore it first.
    ContactInTrash = CONFLICT, "contact_in_trash", "The contact lies in the trash";
    /// The first request with this `Idempotency-Key` still runs. Try again after `Retry-After`.
    IdempotencyInProgress = CONFLICT, "idempotency_in_progress", "The first request still runs";
    /// The change log is kept for 30 days, and the cursor is older. Take `GET /v1/changes/latest`, list everything again, and follow the log from there.
    ChangesExpired = GONE, "changes_expired", "These changes are no longer kept";
    /// The link was used, withdrawn or has expired. Ask for a new one.
    LinkExpired = GONE, "link_expired", "The link is no longer valid";
    /// The answer that was kept for this `Idempotency-Key` was about a person who was erased since.
    PersonErased = GONE, "person_erased", "The answer was about a person who was erased";
    /// The resource has another version than `If-Match` names. Read it again, then decide.
    PreconditionFailed = PRECONDITION_FAILED, "precondition_failed", "The resource has changed";
    /// The body or the file is larger than `GET /v1/limits` allows.
    TooLarge = PAYLOAD_TOO_LARGE, "too_large", "The request is too large";
    /// The file has none of the bytes that `Range` asks for; `Content-Range` tells how many it has.
    RangeNotSatisfiable = RANGE_NOT_SATISFIABLE, "range_not_satisfiable", "The file has no such bytes";
    /// The path and query are longer than 8 KiB.
    UriTooLong = URI_TOO_LONG, "uri_too_long", "The URL is too long";
    /// The request's headers are longer than 32 KiB together.
    HeadersTooLarge = REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large", "The headers are too large";
    /// The operation does not read bodies of this `Content-Type`; `Accept-Patch` or `Accept-Post` lists those it does.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "The media type is not supported";
    /// The body can be read, but fields are missing, unknown or invalid. `errors` names all of them.
    InvalidFields = UNPROCESSABLE_ENTITY, "invalid_fields", "Some fields are invalid";
    /// The password is too short, too long, common, or contains the account's own name or address.
    WeakPassword = UNPROCESSABLE_ENTITY, "weak_password", "The password is too weak";
    /// The file cannot be imported as a whole; `errors` says why. Nothing was stored.
    UnreadableFile = UNPROCESSABLE_ENTITY, "unreadable_file", "The file cannot be read";
    /// The file is none that may be attached: a PDF, a picture or an office file, by what it holds.
    UnsupportedFile = UNPROCESSABLE_ENTITY, "unsupported_file", "Such a file cannot be attached";
    /// What the URL names could not be fetched, or is not what it should be. `errors` says why. A URL that may not be asked
    /// at all is `invalid_fields`.
    FetchFailed = UNPROCESSABLE_ENTITY, "fetch_failed", "The URL cannot be fetched";
    /// The body is no mail as RFC 5322 has it, or one that nobody would write. Nothing of it is kept.
    UnreadableMail = UNPROCESSABLE_ENTITY, "unreadable_mail", "The mail cannot be read";
    /// The template is right, but cannot be filled with what is known of this contact; `errors` says where it fails.
    TemplateFailed = UNPROCESSABLE_ENTITY, "template_failed", "The template cannot be filled";
    /// The same `Idempotency-Key` came before with another body.
    IdempotencyKeyReused = UNPROCESSABLE_ENTITY, "idempotency_key_reused", "The idempotency key was used before";
    /// An item of an atomic batch failed, so that none was carried out; `errors` names all that failed.
    BatchFailed = UNPROCESSABLE_ENTITY, "batch_failed", "The batch failed as a whole";
    /// Too many requests. Wait as long as `Retry-After` says.
    RateLimited = TOO_MANY_REQUESTS, "rate_limited", "Too many requests";
    /// Something went wrong on our side. The log has the cause under the request id in `instance`.
    Internal = INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side";
    /// The database, or a queue in front of it, cannot take the request now. Nothing was stored; try again.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "Try again in a moment";
}

/// The body of every answer that is not a success (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A URI that resolves to the page of this code.
    #[schema(format = "uri-reference", example = "http://127.0.0.1:8080/problems/invalid_fields")]
    pub r#type: String,
    /// The code in words.
    #[schema(example = "Some fields are invalid")]
    pub title: String,
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong with this request, for people; its wording may change.
    #[schema(example = "1 field is invalid")]
    pub detail: String,
    /// `urn:uuid:` and the request id, under which the log has it. `urn:inroad:request:` when the client made the id.
    #[schema(example = "urn:uuid:019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e")]
    pub instance: String,
    pub code: Code,
    /// All faults at once; empty when `detail` says it all.
    pub errors: Vec<Fault>,
}

/// One fault, and where it is: `pointer` (RFC 6901, into the body), `parameter` or `header`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/emails/0/address")]
    pub pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Of a text that is read line by line, such as a template's: where in it, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, example = 3)]
    pub line: Option<u32>,
    /// And the character of that line, counted from 1 in Unicode scalar values.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, example = 12)]
    pub column: Option<u32>,
    /// What kind of fault, lower snake case: `required`, `unknown_field`, `wrong_type`, `too_long`, …
    #[schema(value_type = String, example = "invalid_format")]
    pub code: Cow<'static, str>,
    #[schema(value_type = String, example = "is not an e-mail address")]
    pub detail: Cow<'static, str>,
    /// What may be meant instead, where there are few such values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternatives: Option<Vec<String>>,
}

impl Fault {
    fn new(code: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        let (code, detail) = (code.into(), detail.into());
        Self {
            pointer: None,
            parameter: None,
            header: None,
            line: None,
            column: None,
            code,
            detail,
            alternatives: None,
        }
    }

    pub fn field(
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { pointer: Some(pointer.into()), ..Self::new(code, detail) }
    }

    pub fn parameter(
        name: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { parameter: Some(name.into()), ..Self::new(code, detail) }
    }

    pub fn header(
        name: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { header: Some(name.into()), ..Self::new(code, detail) }
    }

    /// With what may be meant instead.
    pub fn offering(self, alternatives: impl Into<Vec<String>>) -> Self {
        Self { alternatives: Some(alternatives.into()), ..self }
    }

    /// The same fault, at this place of the text.
    pub fn at(self, line: u32, column: u32) -> Self {
        Self { line: Some(line), column: Some(column), ..self }
    }

    /// The same fault of an item inside a larger body.
    pub fn below(mut self, prefix: &str) -> Self {
        if let Some(pointer) = &mut self.pointer {
            pointer.insert_str(0, prefix);
        }
        self
    }
}

/// What a client is told of a 5xx.
const HIDDEN: &str = "the cause is in the log, under the request id in `instance`";

/// What went wrong with a request, as the client may know it. The cause of a 5xx is logged where it is made.
#[derive(Debug)]
pub struct ApiError {
    pub code: Code,
    pub detail: Cow<'static, str>,
    pub errors: Vec<Fault>,
    /// Boxed, so that the error stays small in every `Result`.
    headers: Vec<(HeaderName, HeaderValue)>,
    /// See [`ApiError::is_stale_plan`].
    stale_plan: bool,
    /// See [`ApiError::cause`].
    cause: Option<Box<str>>,
}

impl ApiError {
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), headers: Vec::new(), stale_plan: false, cause: None }
    }

    pub fn with(mut self, fault: Fault) -> Self {
        self.errors.push(fault);
        self
    }

    /// The same error of an item inside a larger body.
    pub fn below(mut self, prefix: &str) -> Self {
        self.errors = self.errors.into_iter().map(|fault| fault.below(prefix)).collect();
        self
    }

    pub fn header(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "no such thing in this workspace")
    }

    /// 405, with the methods that there are.
    pub fn method_not_allowed(method: &Method, path: &str, methods: &[&str]) -> Self {
        let error = Self::new(Code::MethodNotAllowed, format!("{path} has no {method}"));
        match HeaderValue::from_str(&methods.join(", ")) {
            Ok(allow) => error.header(header::ALLOW, allow),
            Err(_) => error,
        }
    }

    /// 422, or `Ok` when nothing is wrong.
    pub fn check(errors: Vec<Fault>) -> ApiResult<()> {
        if errors.is_empty() { Ok(()) } else { Err(Self::faults(Code::InvalidFields, "field", errors)) }
    }

    pub fn field(
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::faults(Code::InvalidFields, "field", vec![Fault::field(pointer, code, detail)])
    }

    /// An error whose detail counts its faults.
    pub fn faults(code: Code, what: &str, errors: Vec<Fault>) -> Self {
        let detail = match errors.len() {
            1 => format!("1 {what} is invalid"),
            n => format!("{n} {what}s are invalid"),
        };
        Self { errors, ..Self::new(code, detail) }
    }

    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Something has to be waited for. Where many fail for the same cause, the log tells it once and counts the others;
    /// each request has it in its own line.
    pub fn unavailable(cause: &dyn fmt::Display) -> Self {
        let cause = cause.to_string();
        calm::failed(&cause);
        Self::passing(cause)
    }

    /// The transaction waited for another one that waited for it, and was ended by the database: it may come again.
    pub fn is_deadlock(&self) -> bool {
        self.cause.as_deref().is_some_and(|cause| cause.contains(DEADLOCK))
    }

    /// As [`unavailable`](Self::unavailable): the database is what is not there.
    pub fn database_away(cause: &dyn fmt::Display) -> Self {
        let cause = cause.to_string();
        calm::away(&cause);
        Self::passing(cause)
    }

    fn passing(cause: String) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(Code::Unavailable, HIDDEN).retry_after(1) }
    }

    /// Logs the cause here, once, and tells the client nothing of it.
    pub fn internal(cause: &dyn fmt::Display) -> Self {
        tracing::error!(code = Code::Internal.name(), "a request failed: {cause}");
        Self::new(Code::Internal, HIDDEN)
    }

    /// What the log has to say of a request that failed with it, where it has not been said yet.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Logs what could not be done for it, unless it is one of a crowd that the log knows of.
    pub fn tell(&self, what: &str) {
        match self.code {
            Code::Unavailable => tracing::debug!("{what}: {self}"),
            _ => tracing::warn!("{what}: {self}"),
        }
    }

    /// Whether a statement that the connection had prepared no longer fits the schema, because a migration came
    /// between. On a connection that has not prepared it yet the same statement works.
    pub fn is_stale_plan(&self) -> bool {
        self.stale_plan
    }

    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// The problem document, with the parts that only the request knows.
    pub fn problem(&self, base_url: &str, request_id: &str) -> Problem {
        Problem {
            r#type: format!("{base_url}/problems/{}", self.code.name()),
            title: self.code.title().to_owned(),
            status: self.code.status().as_u16(),
            detail: self.detail.to_string(),
            instance: match Uuid::try_parse(request_id) {
                Ok(id) => format!("urn:uuid:{id}"),
                Err(_) => format!("urn:inroad:request:{request_id}"),
            },
            code: self.code,
            errors: self.errors.clone(),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.detail)
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    /// Without a body: `http::problem` writes it, for only the outermost layer knows the request.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        for (name, value) in &self.headers {
            response.headers_mut().append(name.clone(), value.clone());
        }
        response
    }
}

impl From<DieselError> for ApiError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::NotFound => Self::not_found(),
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
            | DieselError::BrokenTransactionManager => Self::database_away(&error),
            DieselError::DatabaseError(
                DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UnableToSendCommand,
                _,
            ) => Self::unavailable(&error),
            // SQLSTATE 0A000, for which diesel has no kind; nothing else has these words.
            DieselError::DatabaseError(_, info) if info.message() == "cached plan must not change result type" => {
                Self { stale_plan: true, ..Self::unavailable(&error) }
            }
            // The workspace was deleted meanwhile; every table of a workspace points to it.
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info)
                if info.constraint_name().is_some_and(|name| name.ends_with("_workspace_id_fkey")) =>
            {
                Self::new(Code::InvalidToken, "the workspace is gone")
            }
            DieselError::DatabaseError(_, info) if is_going(info.message()) => Self::database_away(&error),
            DieselError::DatabaseError(_, info) if is_passing(info.message()) => Self::unavailable(&error),
            _ => Self::internal(&error),
        }
    }
}

/// Faults of the server's state rather than of the statement: diesel has no kinds for them.
fn is_going(message: &str) -> bool {
    const GOING: [&str; 5] = [
        "terminating connection",
        "the database system is",
        "connection closed",
        "too many clients",
        "remaining connection slots",
    ];
    GOING.iter().any(|text| message.contains(text))
}

const DEADLOCK: &str = "deadlock detected";

/// Faults of the moment.
fn is_passing(message: &str) -> bool {
    ["canceling statement due to", DEADLOCK].iter().any(|text| message.contains(text))
}

impl From<PoolError> for ApiError {
    fn from(error: PoolError) -> Self {
        Self::database_away(&error)
    }
}

impl From<ConnectError> for ApiError {
    fn from(error: ConnectError) -> Self {
        Self::database_away(&error)
    }
}

/// Gives a violated constraint its meaning, beside the statement that can violate it.
pub trait OnConstraint<T> {
    fn on_constraint(self, name: &str, meaning: impl FnOnce() -> ApiError) -> ApiResult<T>;
}

impl<T, E: Into<ApiError> + AsConstraint> OnConstraint<T> for Result<T, E> {
    fn on_constraint(self, name: &str, meaning: impl FnOnce() -> ApiError) -> ApiResult<T> {
        self.map_err(|error| if error.constraint() == Some(name) { meaning() } else { error.into() })
    }
}

/// An error that may be a violated constraint.
pub trait AsConstraint {
    fn constraint(&self) -> Option<&str>;
}

impl AsConstraint for DieselError {
    fn constraint(&self) -> Option<&str> {
        match self {
            DieselError::DatabaseError(_, info) => info.constraint_name(),
            _ => None,
        }
    }
}
