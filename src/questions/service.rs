//! What can be done with a question, inside the caller's transaction.
use super::bank::{self, BankQuestion};
use super::model::{Question, QuestionId, QuestionInput, QuestionRow};
use super::store;
use super::words::QuestionAudience;
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code};
use crate::http::{IfMatch, Patch};
use crate::meeting_questions::{self, Usage};
use crate::text::{distinct_labels, filled, fold};
use crate::{fields, trash};

pub const RESOURCE: &str = "question";

pub async fn create(tx: &mut Tx<'_>, id: QuestionId, input: QuestionInput) -> ApiResult<Question> {
    let row = fresh(tx, id, input)?;
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::QuestionCreated, id, 1, Vec::new());
    Ok(Question::own(row, Usage::default()))
}

/// The row of a new question.
pub fn fresh(tx: &Tx<'_>, id: QuestionId, input: QuestionInput) -> ApiResult<QuestionRow> {
    let blank = QuestionRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        deleted_at: None,
        based_on_id: None,
        category: input.category,
        text: String::new(),
        stage: input.stage,
        audience: Vec::new(),
        tags: Vec::new(),
        follow_up: None,
        folded: String::new(),
    };
    blank.told(input)
}

impl QuestionRow {
    /// With what a client wrote.
    fn told(self, input: QuestionInput) -> ApiResult<Self> {
        if input.based_on_id.is_some_and(|id| bank::place(id).is_none()) {
            return Err(ApiError::field("/based_on_id", "not_found", "is not a question of the bank"));
        }
        let text = input.text.trim().to_owned();
        let mut audience: Vec<QuestionAudience> = Vec::new();
        for one in input.audience {
            if !audience.contains(&one) {
                audience.push(one);
            }
        }
        if audience.is_empty() {
            audience.push(QuestionAudience::Anyone);
        }
        Ok(Self {
            based_on_id: input.based_on_id,
            category: input.category,
            folded: fold(&text),
            text,
            stage: input.stage,
            audience,
            tags: distinct_labels(input.tags),
            follow_up: filled(input.follow_up),
            ..self
        })
    }
}

/// A question of the bank, or one of the workspace's own.
pub async fn read(conn: &Conn, workspace: WorkspaceId, id: QuestionId) -> ApiResult<Question> {
    let usage = meeting_questions::usage(conn, workspace, &[id]).await?.remove(&id).unwrap_or_default();
    match bank::find(id) {
        Some(question) => Ok(Question::of_bank(question, usage)),
        None => Ok(Question::own(store::find(conn, workspace, id).await?, usage)),
    }
}

/// Questions of the workspace's own and of the bank as the API shows them.
pub async fn show_all(
    conn: &Conn,
    workspace: WorkspaceId,
    own: Vec<QuestionRow>,
    bank: Vec<&BankQuestion>,
) -> ApiResult<Vec<Question>> {
    let ids: Vec<_> = own.iter().map(|row| row.id).chain(bank.iter().map(|question| question.id)).collect();
    let usage = meeting_questions::usage(conn, workspace, &ids).await?;
    let of = |id: QuestionId| usage.get(&id).copied().unwrap_or_default();
    let own = own.into_iter().map(|row| (of(row.id), row)).map(|(usage, row)| Question::own(row, usage));
    Ok(own.chain(bank.into_iter().map(|question| Question::of_bank(question, of(question.id)))).collect())
}

/// What a question asks, if it is there.
pub async fn text(conn: &Conn, workspace: WorkspaceId, id: QuestionId) -> ApiResult<Option<String>> {
    match bank::find(id) {
        Some(question) => Ok(Some(question.text.clone())),
        None => store::text(conn, workspace, id).await,
    }
}

pub async fn patch(
    tx: &mut Tx<'_>,
    id: QuestionId,
    if_match: &IfMatch,
    patch: &Patch<QuestionInput>,
) -> ApiResult<Question> {
    let before = live(tx, id, if_match).await?;
    let usage = meeting_questions::usage(tx.conn, tx.workspace, &[id]).await?.remove(&id).unwrap_or_default();
    let shown = Question::own(before.clone(), usage);
    let after = before.clone().told(patch.apply(&shown.clone().into())?)?;
    let changed = fields::changed(&shown, &Question::own(after.clone(), usage));
    if changed.is_empty() {
        return Ok(shown);
    }
    let after = QuestionRow { version: before.version + 1, updated_at: tx.now, ..after };
    store::update(tx.conn, &after).await?;
    tx.record(Kind::QuestionUpdated, id, after.version, changed);
    Ok(Question::own(after, usage))
}

pub async fn delete(tx: &mut Tx<'_>, id: QuestionId, if_match: &IfMatch) -> ApiResult<()> {
    let row = live(tx, id, if_match).await?;
    let row = QuestionRow { deleted_at: Some(tx.now), version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    trash::put(tx, RESOURCE, id.into(), &row.text.chars().take(200).collect::<String>()).await?;
    tx.record(Kind::QuestionDeleted, id, row.version, Vec::new());
    Ok(())
}

/// Takes it out of the trash again.
pub async fn restore(tx: &mut Tx<'_>, id: QuestionId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?.ok_or_else(ApiError::not_found)?;
    let row = QuestionRow { deleted_at: None, version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    tx.record(Kind::QuestionRestored, id, row.version, Vec::new());
    Ok(())
}

/// Removes it for good.
pub async fn purge(tx: &mut Tx<'_>, id: QuestionId) -> ApiResult<()> {
    let Some(row) = store::lock(tx.conn, tx.workspace, id).await? else { return Ok(()) };
    store::purge(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::QuestionPurged, id, row.version + 1, Vec::new());
    Ok(())
}

/// It was asked, or answered: how often that was, and how useful it is, are other numbers now. Those of the bank have no
/// versions, and are told as they are.
pub async fn counted(tx: &mut Tx<'_>, id: QuestionId) -> ApiResult<()> {
    let version = match store::lock(tx.conn, tx.workspace, id).await? {
        Some(row) => {
            let row = QuestionRow { version: row.version + 1, updated_at: tx.now, ..row };
            store::update(tx.conn, &row).await?;
            row.version
        }
        None if bank::place(id).is_some() => 1,
        None => return Ok(()),
    };
    tx.record(Kind::QuestionUpdated, id, version, vec!["asked_count".to_owned(), "usefulness".to_owned()]);
    Ok(())
}

/// The question, locked until the end of the transaction. Those of the bank are nobody's to change.
async fn live(tx: &mut Tx<'_>, id: QuestionId, if_match: &IfMatch) -> ApiResult<QuestionRow> {
    if bank::place(id).is_some() {
        let detail = "a question of the bank cannot change: make one of your own, with `based_on_id`";
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    let row = store::lock(tx.conn, tx.workspace, id).await?.filter(|row| row.deleted_at.is_none());
    let row = row.ok_or_else(ApiError::not_found)?;
    if_match.check(row.version)?;
    Ok(row)
}

/// Those of these questions of the workspace's own that are not deleted.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[QuestionId]) -> ApiResult<Vec<Question>> {
    let rows = store::find_many(conn, workspace, ids).await?;
    show_all(conn, workspace, rows, Vec::new()).await
}
