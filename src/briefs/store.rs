//! The statements of a brief. Each finds its rows by the meeting alone, so that all of them are sent at once.
use diesel::dsl::{array, auto_type, max};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::model::{
    AgendaFacts, AlertFacts, EarlierFacts, GoalFacts, InsightFacts, MeetingFacts, MessageFacts, NoteFacts, NotedFacts,
    PersonFacts, PositionFacts, PromiseFacts, QuestionFacts, TieFacts,
};
use crate::alerts::AlertState;
use crate::db::schema::{
    agendas, alerts, companies, contacts, feeds, follow_ups, goals, insights, introductions, meeting_contacts,
    meeting_questions, meetings, messages, positions, research_notes,
};
use crate::db::{Conn, Prebuilt, WorkspaceId};
use crate::error::ApiResult;
use crate::follow_ups::{FollowUpKind, FollowUpState};
use crate::meetings::{MeetingId, MeetingState};
use crate::messages::MessageState;
use crate::research_notes::ResearchNoteImportance;

/// Characters of a text of which a brief has the beginning.
const BEGINNING: i32 = 600;
pub const MESSAGES: usize = 20;
pub const EARLIER: usize = 10;
pub const INSIGHTS: usize = 30;
pub const PROMISES: usize = 20;
pub const TIES: usize = 20;
pub const NOTES: usize = 60;
pub const ALERTS: usize = 15;
pub const GOALS: usize = 20;

/// One more than a brief shows, so that it can tell whether there are more.
fn one_more(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1)
}

diesel::alias!(
    contacts as connectors: Connectors,
    contacts as others: Others,
    meeting_contacts as together: Together,
);

/// The meetings that any of the people of one are in.
macro_rules! theirs {
    ($workspace:expr, $meeting:expr) => {{
        let same = together.on(together
            .field(meeting_contacts::workspace_id)
            .eq(meeting_contacts::workspace_id)
            .and(together.field(meeting_contacts::contact_id).eq(meeting_contacts::contact_id)));
        meeting_contacts::table
            .inner_join(same)
            .filter(meeting_contacts::workspace_id.eq($workspace))
            .filter(together.field(meeting_contacts::meeting_id).eq($meeting))
            .select(meeting_contacts::meeting_id)
    }};
}

/// The companies where the people of a meeting work now.
macro_rules! employers {
    ($workspace:expr, $meeting:expr) => {{
        let now = positions::workspace_id.eq($workspace).and(positions::is_current);
        positions::table
            .filter(now.and(positions::contact_id.eq_any(people($workspace, $meeting))))
            .filter(positions::company_id.is_not_null())
            .select(positions::company_id.assume_not_null())
    }};
}

/// The industries of the people of a meeting, in lower case.
macro_rules! industries {
    ($workspace:expr, $meeting:expr) => {
        contacts::table
            .filter(contacts::workspace_id.eq($workspace).and(contacts::id.eq_any(people($workspace, $meeting))))
            .select(inroad_lower(unnest(contacts::industries)))
    };
}

/// The notes about the people of a meeting, where they work now, their industries and the meeting.
macro_rules! noted {
    ($workspace:expr, $meeting:expr) => {{
        let about = research_notes::contact_id
            .assume_not_null()
            .eq_any(array::<SqlUuid, _>(people($workspace, $meeting)))
            .or(research_notes::meeting_id.assume_not_null().eq($meeting))
            .or(research_notes::company_id
                .assume_not_null()
                .eq_any(array::<SqlUuid, _>(employers!($workspace, $meeting))))
            .or(inroad_lower(research_notes::industry.assume_not_null())
                .eq_any(array::<Text, _>(industries!($workspace, $meeting))));
        let live = research_notes::workspace_id.eq($workspace).and(research_notes::deleted_at.is_null());
        research_notes::table.filter(live).filter(about)
    }};
}

/// Whom the meeting is with.
#[auto_type(no_type_alias)]
fn people(workspace: WorkspaceId, meeting: MeetingId) -> _ {
    meeting_contacts::table
        .filter(meeting_contacts::workspace_id.eq(workspace))
        .filter(meeting_contacts::meeting_id.eq(meeting))
        .select(meeting_contacts::contact_id)
}

pub async fn meeting(mut conn: &Conn, workspace: WorkspaceId, id: MeetingId) -> ApiResult<Option<MeetingFacts>> {
    let live = meetings::workspace_id.eq(workspace).and(meetings::id.eq(id)).and(meetings::deleted_at.is_null());
    Ok(Prebuilt(MeetingFacts::query().filter(live).limit(1)).get_result(&mut conn).await.optional()?)
}

pub async fn persons(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<PersonFacts>> {
    let person = contacts::table.on(contacts::workspace_id
        .eq(meeting_contacts::workspace_id)
        .and(contacts::id.eq(meeting_contacts::contact_id))
        .and(contacts::deleted_at.is_null()));
    let connector = connectors.on(connectors
        .field(contacts::workspace_id)
        .eq(contacts::workspace_id)
        .and(connectors.field(contacts::id).nullable().eq(contacts::connector_id))
        .and(connectors.field(contacts::deleted_at).is_null()));
    let own = meeting_contacts::workspace_id.eq(workspace).and(meeting_contacts::meeting_id.eq(meeting));
    let rows = meeting_contacts::table.inner_join(person).left_join(connector).filter(own);
    let columns = (
        contacts::id,
        contacts::display_name,
        contacts::profile,
        contacts::emails,
        contacts::industries,
        contacts::how_found,
        contacts::connector_id,
        connectors.field(contacts::display_name).nullable(),
        contacts::relationship,
        contacts::strength,
        contacts::stage,
        contacts::last_touch_at,
        beginning(contacts::notes, BEGINNING),
    );
    Ok(Prebuilt(rows.select(columns).order((meeting_contacts::ordinal, contacts::id))).load(&mut conn).await?)
}

pub async fn positions(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<PositionFacts>> {
    let company = companies::table.on(companies::workspace_id
        .eq(positions::workspace_id)
        .and(companies::id.nullable().eq(positions::company_id))
        .and(companies::deleted_at.is_null()));
    let theirs = positions::workspace_id.eq(workspace).and(positions::contact_id.eq_any(people(workspace, meeting)));
    let columns = (
        positions::contact_id,
        companies::id.nullable(),
        companies::name.nullable(),
        positions::company_name,
        companies::website.nullable(),
        positions::title,
        positions::started_on,
        positions::ended_on,
        positions::is_current,
    );
    let rows = positions::table.left_join(company).filter(theirs).select(columns);
    Ok(Prebuilt(rows.order((positions::contact_id, positions::ordinal, positions::id))).load(&mut conn).await?)
}

/// Introductions to and by these people, the newest first, with what the other one is called.
pub async fn ties(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<TieFacts>> {
    let introducer = contacts::table.on(contacts::workspace_id
        .eq(introductions::workspace_id)
        .and(contacts::id.nullable().eq(introductions::introducer_id))
        .and(contacts::deleted_at.is_null()));
    let introduced = others.on(others
        .field(contacts::workspace_id)
        .eq(introductions::workspace_id)
        .and(others.field(contacts::id).nullable().eq(introductions::introduced_id))
        .and(others.field(contacts::deleted_at).is_null()));
    let live = introductions::workspace_id.eq(workspace).and(introductions::deleted_at.is_null());
    let theirs = introductions::introducer_id
        .assume_not_null()
        .eq_any(array::<SqlUuid, _>(people(workspace, meeting)))
        .or(introductions::introduced_id.assume_not_null().eq_any(array::<SqlUuid, _>(people(workspace, meeting))));
    let columns = (
        introductions::introducer_id,
        contacts::display_name.nullable(),
        introductions::introduced_id,
        others.field(contacts::display_name).nullable(),
        introductions::introduced_name,
        introductions::state,
        introductions::may_use_name,
    );
    let rows = introductions::table.left_join(introducer).left_join(introduced).filter(live).filter(theirs);
    Ok(Prebuilt(rows.select(columns).order(introductions::id.desc()).limit(one_more(TIES))).load(&mut conn).await?)
}

/// What was written and said to and by these people, the newest first. Drafts were not.
pub async fn messages(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<MessageFacts>> {
    let live = messages::workspace_id.eq(workspace).and(messages::deleted_at.is_null());
    let said = messages::state.eq_any([MessageState::Sent, MessageState::Replied, MessageState::Received]);
    let theirs = messages::contact_id.eq_any(people(workspace, meeting));
    let columns = (
        messages::id,
        messages::contact_id,
        messages::occurred_at,
        messages::direction,
        messages::channel,
        messages::subject,
        beginning(messages::body.nullable(), BEGINNING),
    );
    let rows = messages::table.filter(live.and(said)).filter(theirs).select(columns);
    let newest = (messages::occurred_at.desc(), messages::id.desc());
    Ok(Prebuilt(rows.order(newest).limit(one_more(MESSAGES))).load(&mut conn).await?)
}

/// The conversations with any of these people that took place before, the newest first.
pub async fn earlier(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<EarlierFacts>> {
    let live = meetings::workspace_id.eq(workspace).and(meetings::deleted_at.is_null());
    let over = live.and(meetings::state.eq(MeetingState::Completed)).and(meetings::id.ne(meeting));
    let rows = EarlierFacts::query().filter(over).filter(meetings::id.eq_any(theirs!(workspace, meeting)));
    let newest = (meetings::starts_at.desc().nulls_last(), meetings::id.desc());
    Ok(Prebuilt(rows.order(newest).limit(one_more(EARLIER))).load(&mut conn).await?)
}

/// What was learned from these people before, the newest first.
pub async fn insights(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<InsightFacts>> {
    let live = insights::workspace_id.eq(workspace).and(insights::deleted_at.is_null());
    let before = live.and(insights::meeting_id.ne(meeting));
    let rows = InsightFacts::query().filter(before).filter(insights::meeting_id.eq_any(theirs!(workspace, meeting)));
    Ok(Prebuilt(rows.order(insights::id.desc()).limit(one_more(INSIGHTS))).load(&mut conn).await?)
}

/// What was promised, and is not done yet.
pub async fn promises(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<PromiseFacts>> {
    let live = follow_ups::workspace_id.eq(workspace).and(follow_ups::deleted_at.is_null());
    let open = live.and(follow_ups::state.eq(FollowUpState::Open));
    let promised = open.and(follow_ups::kind.eq_any([FollowUpKind::PromiseMine, FollowUpKind::PromiseTheirs]));
    let rows = PromiseFacts::query().filter(promised);
    let rows = rows.filter(follow_ups::contact_id.eq_any(people(workspace, meeting)));
    Ok(Prebuilt(rows.order((follow_ups::due_at, follow_ups::id)).limit(one_more(PROMISES))).load(&mut conn).await?)
}

/// What was noted about these people, where they work now, their industries and this meeting: first what is pinned and
/// what matters, then the newest.
pub async fn notes(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<NoteFacts>> {
    let columns = (
        research_notes::id,
        research_notes::contact_id,
        research_notes::company_id,
        research_notes::meeting_id,
        research_notes::industry,
        research_notes::kind,
        research_notes::title,
        research_notes::excerpt,
        beginning(research_notes::body, BEGINNING),
        research_notes::source_url,
        research_notes::site,
        research_notes::author,
        research_notes::published_on,
        research_notes::accessed_on,
        research_notes::importance,
        research_notes::pinned,
        research_notes::created_at,
    );
    let first = (
        research_notes::pinned.desc(),
        research_notes::importance.eq(ResearchNoteImportance::High).desc(),
        research_notes::importance.eq(ResearchNoteImportance::Low).asc(),
        research_notes::published_on.desc().nulls_last(),
        research_notes::id.desc(),
    );
    let rows = noted!(workspace, meeting).select(columns).order(first);
    Ok(Prebuilt(rows.limit(one_more(NOTES))).load(&mut conn).await?)
}

/// When all of that was noted, and about whom, without what it says: a row for each day.
pub async fn noted(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<NotedFacts>> {
    let about = (
        research_notes::kind,
        research_notes::contact_id,
        research_notes::company_id,
        research_notes::published_on,
        research_notes::accessed_on,
    );
    let rows = noted!(workspace, meeting).group_by(about).select((about, max(research_notes::created_at)));
    Ok(Prebuilt(rows).load(&mut conn).await?)
}

/// What feeds about these people, where they work now and their industries have brought and was not dismissed, the latest
/// first.
pub async fn alerts(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<AlertFacts>> {
    let feed = feeds::table.on(feeds::workspace_id.eq(alerts::workspace_id).and(feeds::id.eq(alerts::feed_id)));
    let about = feeds::contact_id
        .assume_not_null()
        .eq_any(array::<SqlUuid, _>(people(workspace, meeting)))
        .or(feeds::company_id.assume_not_null().eq_any(array::<SqlUuid, _>(employers!(workspace, meeting))))
        .or(inroad_lower(feeds::industry.assume_not_null()).eq_any(array::<Text, _>(industries!(workspace, meeting))));
    let live = alerts::workspace_id.eq(workspace).and(alerts::state.ne(AlertState::Dismissed));
    let columns = (
        alerts::id,
        feeds::kind,
        feeds::name,
        feeds::title,
        alerts::title,
        beginning(alerts::summary.nullable(), BEGINNING),
        alerts::url,
        alerts::dated_at,
        alerts::research_note_id,
    );
    let rows = alerts::table.inner_join(feed).filter(live).filter(about).select(columns);
    let latest = (alerts::dated_at.desc(), alerts::id.desc());
    Ok(Prebuilt(rows.order(latest).limit(one_more(ALERTS))).load(&mut conn).await?)
}

pub async fn goals(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<GoalFacts>> {
    let own = goals::workspace_id.eq(workspace).and(goals::meeting_id.eq(meeting).assume_not_null());
    let rows = GoalFacts::query().filter(own.and(goals::deleted_at.is_null()));
    Ok(Prebuilt(rows.order((goals::rank, goals::id)).limit(one_more(GOALS))).load(&mut conn).await?)
}

pub async fn questions(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<QuestionFacts>> {
    let own = meeting_questions::workspace_id.eq(workspace).and(meeting_questions::meeting_id.eq(meeting));
    let rows = QuestionFacts::query().filter(own);
    Ok(Prebuilt(rows.order((meeting_questions::position, meeting_questions::id))).load(&mut conn).await?)
}

pub async fn agenda(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Option<AgendaFacts>> {
    let own = agendas::workspace_id.eq(workspace).and(agendas::meeting_id.eq(meeting));
    Ok(Prebuilt(AgendaFacts::query().filter(own).limit(1)).get_result(&mut conn).await.optional()?)
}

diesel::define_sql_function! {
    /// The first characters of a text.
    #[sql_name = "left"]
    fn beginning(text: Nullable<Text>, characters: Integer) -> Nullable<Text>;
}

diesel::define_sql_function! {
    /// A row for each label.
    fn unnest(labels: Array<Text>) -> Text;
}

diesel::define_sql_function! {
    /// In lower case, as the index over industries has them.
    fn inroad_lower(text: Text) -> Text;
}
