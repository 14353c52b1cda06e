use actix_web::web::{Data, Path};
use actix_web::{delete, get, patch, post};

use super::model::{Tag, TagInput, TagMergeInput};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, TagsRead, TagsWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, PageQuery};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, IdempotencyKey, Paging, Params, Patch};
use crate::page;

page! {
    /// A page of tags.
    TagPage of Tag
}

/// List tags
///
/// All that something carries, in alphabetical order, with how many carry them.
#[utoipa::path(tag = "tags", security(("bearer" = ["tags:read"])), params(PageQuery), responses(
    (status = 200, description = "A page of tags", body = TagPage),
))]
#[get("/tags")]
pub async fn list_tags(
    app: Data<App>,
    access: Access<TagsRead>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<TagPage>> {
    let after: Option<String> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let list = async |conn: &_| store::list(conn, workspace, after.as_deref(), query.fetch()).await;
    let mut rows = app.db.read(workspace, list).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| row.key.clone())?;
    paging.answer(&TagPage { data: rows.into_iter().map(Tag::from).collect(), next_cursor })
}

/// Rename a tag
///
/// On everything that carries it, in whatever case it is spelled there. Each is a change of that resource.
#[utoipa::path(tag = "tags", security(("bearer" = ["tags:write"])),
    params(("tag" = String, Path, description = "The tag, percent-encoded", max_length = 100)),
    request_body = TagInput, responses(
    (status = 200, description = "The tag as it is now", body = Tag),
    (status = 409, description = "`tag_exists`: another tag has this name"),
))]
#[patch("/tags/{tag}")]
pub async fn rename_tag(
    app: Data<App>,
    access: Access<TagsWrite>,
    tag: Path<String>,
    _none: NoParams,
    patch: Patch<TagInput>,
) -> ApiResult<Answer<Tag>> {
    app.write(&access, async |tx| {
        let present = service::known(tx, &tag).await?;
        let TagInput { name } = patch.apply(&TagInput { name: present.name })?;
        Answer::ok(&service::rename(tx, &tag, &name).await?)
    })
    .await
}

/// Make several tags one
#[utoipa::path(tag = "tags", security(("bearer" = ["tags:write"])), request_body = TagMergeInput, responses(
    (status = 200, description = "The tag that they are now", body = Tag),
))]
#[post("/tags/merge")]
pub async fn merge_tags(
    app: Data<App>,
    access: Access<TagsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<TagMergeInput>,
) -> ApiResult<Answer<Tag>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| Answer::ok(&service::merge(tx, &input).await?)).await
}

/// Take a tag off everything that carries it
#[utoipa::path(tag = "tags", security(("bearer" = ["tags:write"])),
    params(("tag" = String, Path, description = "The tag, percent-encoded", max_length = 100)), responses(
    (status = 204, description = "Nothing carries it any more"),
))]
#[delete("/tags/{tag}")]
pub async fn delete_tag(
    app: Data<App>,
    access: Access<TagsWrite>,
    tag: Path<String>,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, &tag).await).await?;
    Ok(Answer::no_content())
}
