use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::api::Brief;
use super::sheet::Sheet;
use super::{fit, page, service};
use crate::app::App;
use crate::auth::{
    Access, ContactsRead, FeedsRead, FollowUpsRead, IntroductionsRead, MeetingsRead, MessagesRead, ResearchRead, sha256,
};
use crate::error::{ApiError, ApiResult};
use crate::http::accept::negotiated;
use crate::http::{Answer, Id, Params};
use crate::meetings::MeetingId;
use crate::text_enum;

const MARKDOWN: &str = "text/markdown";
const HTML: &str = "text/html";

text_enum! {
    /// How the brief is shown.
    BriefFormat {
        Json = "json",
        Markdown = "markdown",
        /// A page to print.
        Html = "html",
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct BriefQuery {
    /// Goes before `Accept`.
    #[param(inline)]
    format: Option<BriefFormat>,
    /// The day by which ages are counted: today, where the seeker is, unless said otherwise.
    on: Option<NaiveDate>,
    /// Print everything, on however many pages.
    whole: bool,
}

/// Read the brief of a meeting
///
/// Who they are and how you met, whom you both know and whose name you may use, everything said so far, research by kind,
/// what feeds have brought since the last contact, goals, questions, the agenda with its minutes, times in both zones, what is stale and what is missing. As JSON, as
/// Markdown (`Accept: text/markdown`), or as a page to print on A4 or Letter (`Accept: text/html`), which has two pages
/// at most unless `whole` asks for all. The same facts give the same bytes. Takes `contacts:read`, `introductions:read`,
/// `messages:read`, `follow_ups:read`, `research:read` and `feeds:read`, too.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path), BriefQuery), responses(
    (status = 200, description = "The brief", content(
        (Brief = "application/json"), (String = "text/markdown"), (String = "text/html"),
    ), headers(("ETag" = String, description = "The same for the same bytes"))),
    (status = 406, description = "`not_acceptable`: none of the three"),
))]
#[get("/meetings/{id}/brief")]
pub async fn read_brief(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<MeetingId>,
    Params(query): Params<BriefQuery>,
    request: HttpRequest,
) -> ApiResult<Answer<Brief>> {
    access.require::<ContactsRead>()?;
    access.require::<IntroductionsRead>()?;
    access.require::<MessagesRead>()?;
    access.require::<FollowUpsRead>()?;
    access.require::<ResearchRead>()?;
    access.require::<FeedsRead>()?;
    let offered =
        [("application/json", BriefFormat::Json), (MARKDOWN, BriefFormat::Markdown), (HTML, BriefFormat::Html)];
    let format = match query.format {
        Some(format) => format,
        None => negotiated(&request, &offered)?,
    };
    let workspace = access.workspace;
    let facts = app.db.read(workspace, async |conn| service::gather(conn, workspace, id).await).await?;
    let brief = service::brief(facts, query.on, app.now());
    let (kind, text) = match format {
        BriefFormat::Json => {
            let json = serde_json::to_string(&brief).map_err(|error| ApiError::internal(&error))?;
            ("application/json", json)
        }
        BriefFormat::Markdown => ("text/markdown; charset=utf-8", page::markdown(&Sheet::new(&brief))),
        BriefFormat::Html => {
            let sheet = Sheet::new(&brief);
            let sheet = if query.whole { sheet } else { fit::to_two_pages(sheet) };
            ("text/html; charset=utf-8", page::html(&sheet)?)
        }
    };
    let digest = hex::encode(&sha256(text.as_bytes())[..8]);
    let answer = Answer::rendered(kind, text).header(header::ETAG, &format!("\"{digest}\""))?;
    let answer = answer.header(header::VARY, "accept")?;
    match format {
        BriefFormat::Html => answer.header(header::CONTENT_SECURITY_POLICY, page::policy()),
        _ => Ok(answer),
    }
}
