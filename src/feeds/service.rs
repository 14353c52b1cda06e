//! What can be done with a feed, inside the caller's transaction, and what is asked before it begins.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use url::Url;

use super::fetch::{self, Failure, Visit};
use super::lists::{OpmlImport, OpmlRefusal};
use super::model::{Feed, FeedId, FeedInput, FeedKind, FeedRow, Seen};
use super::opml::Outline;
use super::read::Item;
use super::{arrival, schedule, store, urls};
use crate::alerts;
use crate::app::App;
use crate::changes::{Actor, Kind, Tx};
use crate::companies::{self, CompanyId};
use crate::contacts::{self, ContactId};
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::fields;
use crate::http::limits::FEEDS;
use crate::http::{IfMatch, Patch};
use crate::text::filled;
use crate::trash;

/// What the trash calls a feed.
pub const RESOURCE: &str = "feed";

/// By what feeds of one address are told apart.
const TIES: [&str; 5] = ["kind", "company_id", "contact_id", "industry", "saved_search"];

/// What is at an address that somebody gave.
pub struct Place {
    given: Url,
    visit: Visit,
}

impl Place {
    fn keys(&self) -> Vec<String> {
        vec![urls::key(&self.given), urls::key(&self.visit.url)]
    }
}

/// "You already subscribed to this alert", with the first.
fn exists(row: &FeedRow) -> ApiError {
    let name = row.name.as_ref().or(row.title.as_ref()).unwrap_or(&row.url);
    let detail = format!(
        "you already subscribed to this alert: the feed {} (\"{name}\") has this address, and is about the same",
        row.id
    );
    ApiError::new(Code::FeedExists, detail.clone()).with(Fault::field("/url", "taken", detail))
}

/// Looks what is at an address, before a feed of it is written.
pub async fn look(app: &App, workspace: WorkspaceId, input: &FeedInput, but: Option<FeedId>) -> ApiResult<Place> {
    let url = read_url(app, &input.url)?;
    let given = url.clone();
    let keys = [urls::key(&given)];
    let same = async |conn: &_| store::same(conn, workspace, &keys, input, but).await;
    if let Some(first) = app.db.read(workspace, same).await? {
        return Err(exists(&first));
    }
    let visit = fetch::visit(app, url, &Seen::default()).await.map_err(|failure| failure.at("/url"))?;
    Ok(Place { given, visit })
}

/// Reads an address as people copy it from their readers.
fn read_url(app: &App, text: &str) -> ApiResult<Url> {
    let text = text.trim();
    let text = match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("feed") && rest.starts_with("//") => {
            format!("https:{rest}")
        }
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("feed") => rest.to_owned(),
        _ => text.to_owned(),
    };
    app.outgoing.read(&text).map_err(|refusal| refusal.at("/url"))
}

/// The same address may be watched for two companies, say, each with rules of its own: each is asked by itself.
async fn refuse_same(tx: &mut Tx<'_>, keys: &[String], input: &FeedInput, but: Option<FeedId>) -> ApiResult<()> {
    store::hold_subscriptions(tx.conn, tx.workspace).await?;
    let first = store::same(tx.conn, tx.workspace, keys, input, but).await?;
    first.map_or(Ok(()), |first| Err(exists(&first)))
}

async fn refuse_too_many(tx: &Tx<'_>, adding: usize) -> ApiResult<()> {
    let count = store::count(tx.conn, tx.workspace).await?;
    if count + i64::try_from(adding).unwrap_or(i64::MAX) <= FEEDS {
        return Ok(());
    }
    let detail = format!("a workspace has at most {FEEDS} feeds, and this one has {count}: delete one first");
    Err(ApiError::new(Code::TooManyFeeds, detail))
}

pub async fn create(app: &App, tx: &mut Tx<'_>, id: FeedId, input: FeedInput, place: Place) -> ApiResult<Feed> {
    check(tx, &input, None).await?;
    refuse_same(tx, &place.keys(), &input, None).await?;
    refuse_too_many(tx, 1).await?;
    let blank = blank(tx.workspace, id, tx.now, input.kind);
    let row = placed(app, told(blank, input), &place);
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::FeedCreated, id, 1, Vec::new());
    let items = place.visit.parsed.map(|parsed| parsed.items).unwrap_or_default();
    arrival::arrived(app, tx, &row, items).await?;
    Ok(row.into())
}

/// A feed with what it brought, as somebody tells of it: nothing is asked.
pub async fn told_of(app: &App, tx: &mut Tx<'_>, id: FeedId, input: FeedInput, items: Vec<Item>) -> ApiResult<()> {
    check(tx, &input, None).await?;
    let url = read_url(app, &input.url)?;
    let blank = given(blank(tx.workspace, id, tx.now, input.kind), &url);
    let row = moved(told(blank, input), &url);
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::FeedCreated, id, 1, Vec::new());
    arrival::arrived(app, tx, &row, items).await
}

/// Watches the feeds of a list, without asking any of them yet.
pub async fn take_in(app: &App, tx: &mut Tx<'_>, outlines: Vec<Outline>, kind: FeedKind) -> ApiResult<OpmlImport> {
    let (mut report, mut rows) = (OpmlImport::default(), Vec::new());
    let ids: Vec<CompanyId> = outlines.iter().filter_map(|outline| outline.own.company_id).collect();
    companies::hold(tx.conn, tx.workspace, &ids).await?;
    let companies = companies::names(tx.conn, tx.workspace, &ids).await?;
    let ids: Vec<ContactId> = outlines.iter().filter_map(|outline| outline.own.contact_id).collect();
    let contacts = contacts::hold(tx.conn, tx.workspace, &ids).await?;
    for outline in outlines {
        let url = match read_url(app, &outline.url) {
            Ok(url) => url,
            Err(error) => {
                let reason = error.errors.first().map(|fault| fault.detail.to_string()).unwrap_or_default();
                report.refused.push(OpmlRefusal { url: outline.url, reason: format!("the URL {reason}") });
                continue;
            }
        };
        let short = |text: Option<String>| text.map(|text| text.chars().take(200).collect());
        let Outline { own, .. } = outline;
        let row = FeedRow {
            title: short(outline.title),
            name: short(own.name),
            industry: short(own.industry.or(outline.folder)),
            saved_search: short(own.saved_search),
            rules: Json(own.rules),
            enabled: !own.is_off,
            // Whoever brings a list from elsewhere brings ids that are of no use here.
            company_id: own.company_id.filter(|company| companies.contains_key(company)),
            contact_id: own.contact_id.filter(|contact| contacts.contains(contact)),
            ..blank(tx.workspace, app.new_id(), tx.now, own.kind.unwrap_or(kind))
        };
        let row = match own.given_url.and_then(|text| read_url(app, &text).ok()) {
            Some(typed) => given(row, &typed),
            None => given(row, &url),
        };
        rows.push((own.kind.is_some(), moved(row, &url)));
    }
    let keys: Vec<String> = rows.iter().map(|(_, row)| row.url_key.clone()).collect();
    store::hold_subscriptions(tx.conn, tx.workspace).await?;
    let known = store::of_keys(tx.conn, tx.workspace, &keys).await?;
    let addresses = known.iter().flat_map(|row| [row.url_key.clone(), row.given_key.clone()]);
    let mut addresses: HashSet<String> = addresses.collect();
    let subscriptions =
        known.iter().flat_map(|row| [subscription(row, &row.url_key), subscription(row, &row.given_key)]);
    let mut subscriptions: HashSet<Subscription> = subscriptions.collect();
    let listed = rows.len();
    // Our own lists say what each is about; others have but the address.
    rows.retain(|(own, row)| {
        let is_new = subscriptions.insert(subscription(row, &row.url_key));
        addresses.insert(row.url_key.clone()) || (*own && is_new)
    });
    let rows: Vec<FeedRow> = rows.into_iter().map(|(_, row)| row).collect();
    refuse_too_many(tx, rows.len()).await?;
    if !rows.is_empty() {
        store::insert_all(tx.conn, &rows).await?;
    }
    report.created = rows.iter().map(|row| row.id).collect();
    for id in &report.created {
        tx.record(Kind::FeedCreated, *id, 1, Vec::new());
    }
    report.existing = listed - report.created.len();
    Ok(report)
}

/// By what feeds of one workspace are the same: an address, and what they are about.
type Subscription = (String, FeedKind, Option<CompanyId>, Option<ContactId>, Option<String>, Option<String>);

fn subscription(row: &FeedRow, key: &str) -> Subscription {
    let industry = row.industry.as_deref().map(str::to_lowercase);
    (key.to_owned(), row.kind, row.company_id, row.contact_id, industry, row.saved_search.clone())
}

/// A feed of which nothing is known.
fn blank(workspace: WorkspaceId, id: FeedId, now: DateTime<Utc>, kind: FeedKind) -> FeedRow {
    FeedRow {
        workspace_id: workspace,
        id,
        version: 1,
        created_at: now,
        updated_at: now,
        url: String::new(),
        url_key: String::new(),
        given_key: String::new(),
        host: String::new(),
        name: None,
        title: None,
        site_url: None,
        kind,
        company_id: None,
        contact_id: None,
        industry: None,
        saved_search: None,
        rules: Json::default(),
        enabled: true,
        disabled_reason: None,
        seen: Seen::default(),
        polled_at: None,
        next_poll_at: now,
        failures: 0,
        failing_since: None,
        error: None,
        redirected_to: None,
        given_url: None,
        deleted_at: None,
    }
}

/// With what was written, but for the address.
fn told(row: FeedRow, input: FeedInput) -> FeedRow {
    FeedRow {
        name: filled(input.name),
        kind: input.kind,
        company_id: input.company_id,
        contact_id: input.contact_id,
        industry: filled(input.industry),
        saved_search: filled(input.saved_search),
        rules: Json(input.rules),
        enabled: input.enabled,
        disabled_reason: row.disabled_reason.filter(|_| !input.enabled),
        ..row
    }
}

/// At another address, as it was found there.
fn placed(app: &App, row: FeedRow, place: &Place) -> FeedRow {
    let row = given(row, &place.given);
    let row = schedule::went_well(app, row, &place.visit);
    called(moved(row, &place.visit.url), &place.visit)
}

fn given(row: FeedRow, url: &Url) -> FeedRow {
    FeedRow { given_key: urls::key(url), given_url: Some(url.to_string()), ..row }
}

fn moved(row: FeedRow, url: &Url) -> FeedRow {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = format!("{}{port}", url.host_str().unwrap_or_default());
    FeedRow { url: url.to_string(), url_key: urls::key(url), host, ..row }
}

/// As it calls itself.
fn called(row: FeedRow, visit: &Visit) -> FeedRow {
    match &visit.parsed {
        Some(parsed) => FeedRow { title: parsed.title.clone(), site_url: parsed.site_url.clone(), ..row },
        None => row,
    }
}

/// What lies in the trash is nothing to be told of; a feed keeps the company that it was about before.
async fn check(tx: &mut Tx<'_>, input: &FeedInput, before: Option<&FeedRow>) -> ApiResult<()> {
    let mut faults = Vec::new();
    let known = before.and_then(|row| row.company_id);
    if let Some(company) = input.company_id.filter(|company| known != Some(*company))
        && !companies::holds(tx.conn, tx.workspace, company).await?
    {
        faults.push(Fault::field("/company_id", "not_found", "is not a company of this workspace"));
    }
    if let Some(contact) = input.contact_id
        && !contacts::hold(tx.conn, tx.workspace, &[contact]).await?.contains(&contact)
    {
        faults.push(Fault::field("/contact_id", "not_found", "is not a contact of this workspace"));
    }
    ApiError::check(faults)
}

/// What is at the address that a patch brings, if it brings one.
pub async fn look_again(
    app: &App,
    workspace: WorkspaceId,
    id: FeedId,
    if_match: &IfMatch,
    patch: &Patch<FeedInput>,
) -> ApiResult<Option<Place>> {
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    if_match.check(row.version)?;
    let before = row.url.clone();
    let input = patch.apply_ruled(&Feed::from(row).into(), |_| ())?;
    if input.url == before { Ok(None) } else { look(app, workspace, &input, Some(id)).await.map(Some) }
}

pub async fn patch(
    app: &App,
    tx: &mut Tx<'_>,
    id: FeedId,
    if_match: &IfMatch,
    patch: &Patch<FeedInput>,
    place: Option<Place>,
) -> ApiResult<Feed> {
    let before = live(tx, id).await?;
    if_match.check(before.version)?;
    let shown = Feed::from(before.clone());
    let input = patch.apply_ruled(&shown.clone().into(), |_| ())?;
    check(tx, &input, Some(&before)).await?;
    let mut after = told(before.clone(), input.clone());
    let mut items = Vec::new();
    if let Some(place) = place {
        refuse_same(tx, &place.keys(), &input, Some(id)).await?;
        after = placed(app, after, &place);
        items = place.visit.parsed.map(|parsed| parsed.items).unwrap_or_default();
    } else if after.enabled && !before.enabled {
        // Asked at once, and with all the patience that a new one has.
        after = FeedRow { next_poll_at: tx.now, failures: 0, failing_since: None, error: None, ..after };
    }
    let changed = fields::changed(&shown, &Feed::from(after.clone()));
    if changed.is_empty() {
        return Ok(shown);
    }
    if changed.iter().any(|field| TIES.contains(&field.as_str())) {
        refuse_same(tx, &[after.url_key.clone(), after.given_key.clone()], &input, Some(id)).await?;
    }
    let after = FeedRow { version: before.version + 1, updated_at: tx.now, ..after };
    store::update(tx.conn, &after).await?;
    tx.record(Kind::FeedUpdated, id, after.version, changed);
    arrival::arrived(app, tx, &after, items).await?;
    Ok(after.into())
}

/// The feed, locked until the end of the transaction.
async fn live(tx: &mut Tx<'_>, id: FeedId) -> ApiResult<FeedRow> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if row.deleted_at.is_some() { Err(ApiError::not_found()) } else { Ok(row) }
}

/// What it found and nobody kept goes with it, for good.
pub async fn delete(tx: &mut Tx<'_>, id: FeedId, if_match: &IfMatch) -> ApiResult<()> {
    let row = live(tx, id).await?;
    if_match.check(row.version)?;
    alerts::feed_gone(tx, id).await?;
    let row = FeedRow { deleted_at: Some(tx.now), ..row };
    let row = write(tx, row, Kind::FeedDeleted).await?;
    let title = row.name.as_ref().or(row.title.as_ref()).unwrap_or(&row.url);
    trash::put(tx, RESOURCE, id.into(), &title.chars().take(200).collect::<String>()).await
}

/// Takes it out of the trash again; it is asked at once.
pub async fn restore(tx: &mut Tx<'_>, id: FeedId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    store::hold_subscriptions(tx.conn, tx.workspace).await?;
    let keys = [row.url_key.clone(), row.given_key.clone()];
    if let Some(other) = store::same(tx.conn, tx.workspace, &keys, &Feed::from(row.clone()).into(), Some(id)).await? {
        let detail = format!("the feed {} has its address by now, and is about the same", other.id);
        return Err(ApiError::new(Code::RestoreConflict, detail));
    }
    refuse_too_many(tx, 1).await?;
    let row = FeedRow { deleted_at: None, next_poll_at: tx.now, ..row };
    write(tx, row, Kind::FeedRestored).await.map(drop)
}

/// Removes it for good. Alerts that were kept stay, and with them what they show of it.
pub async fn purge(tx: &mut Tx<'_>, id: FeedId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if alerts::has_of_feed(tx, id).await? {
        store::delete_items(tx.conn, tx.workspace, id).await?;
        return write(tx, row, Kind::FeedPurged).await.map(drop);
    }
    store::delete(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::FeedPurged, id, row.version + 1, Vec::new());
    Ok(())
}

async fn write(tx: &mut Tx<'_>, row: FeedRow, kind: Kind) -> ApiResult<FeedRow> {
    let row = FeedRow { version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    tx.record(kind, row.id, row.version, Vec::new());
    Ok(row)
}

/// With all of its alerts, wherever it lies.
pub async fn remove(tx: &mut Tx<'_>, row: &FeedRow) -> ApiResult<()> {
    alerts::feed_erased(tx, row.id).await?;
    store::delete(tx.conn, tx.workspace, row.id).await?;
    let kind = if row.deleted_at.is_some() { Kind::FeedPurged } else { Kind::FeedDeleted };
    tx.record(kind, row.id, row.version + 1, Vec::new());
    trash::forget(tx, row.id.into()).await
}

/// Forgets feeds that have gone for good once no alert of them is left.
pub async fn forget_gone(tx: &mut Tx<'_>) -> ApiResult<()> {
    store::delete_gone(tx.conn, tx.workspace).await
}

/// Asks a feed now, as `actor`, and says how it is then, and why that failed, if it did.
pub async fn refresh(
    app: &App,
    workspace: WorkspaceId,
    actor: Actor,
    id: FeedId,
) -> ApiResult<(Feed, Option<Failure>)> {
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    let url = Url::parse(&row.url).map_err(|error| ApiError::internal(&error))?;
    let outcome = fetch::visit(app, url, &row.seen).await;
    settle(app, workspace, actor, id, &row.url, outcome).await
}

/// Writes what became of asking a feed at this address.
pub async fn settle(
    app: &App,
    workspace: WorkspaceId,
    actor: Actor,
    id: FeedId,
    asked: &str,
    outcome: Result<Visit, Failure>,
) -> ApiResult<(Feed, Option<Failure>)> {
    let (visit, failure) = match outcome {
        Ok(visit) => (Some(visit), None),
        Err(failure) => (None, Some(failure)),
    };
    let work = async |tx: &mut Tx<'_>| {
        let before = live(tx, id).await?;
        // It has another address now: what was asked is of the old one.
        if before.url != asked {
            return Ok(before.into());
        }
        let mut after = before.clone();
        let mut items = Vec::new();
        if let Some(visit) = visit {
            after = called(schedule::went_well(app, after, &visit), &visit);
            if visit.url.as_str() != asked {
                after = at_new_place(tx, after, &visit.url).await?;
            }
            items = visit.parsed.map(|parsed| parsed.items).unwrap_or_default();
        } else if let Some(failure) = &failure {
            after = schedule::failed(app, after, failure);
        }
        let mut changed = fields::changed(&Feed::from(before.clone()), &Feed::from(after.clone()));
        // Those move on with each turn, and are nobody's news unless somebody asked for it.
        if matches!(tx.actor, Actor::Job) {
            changed.retain(|field| !["polled_at", "next_poll_at"].contains(&field.as_str()));
        }
        if !changed.is_empty() {
            after = FeedRow { version: before.version + 1, updated_at: tx.now, ..after };
            tx.record(Kind::FeedUpdated, id, after.version, changed);
        }
        store::update(tx.conn, &after).await?;
        if !items.is_empty() {
            arrival::arrived(app, tx, &after, items).await?;
        }
        Ok(after.into())
    };
    let feed = app.write_as(workspace, actor, work).await?;
    Ok((feed, failure))
}

/// A feed that has moved for good is asked there from now on, unless another one is that is about the same.
async fn at_new_place(tx: &mut Tx<'_>, row: FeedRow, url: &Url) -> ApiResult<FeedRow> {
    let key = urls::key(url);
    store::hold_subscriptions(tx.conn, tx.workspace).await?;
    let input = Feed::from(row.clone()).into();
    let other = store::same(tx.conn, tx.workspace, &[key], &input, Some(row.id)).await?;
    Ok(match other {
        None => moved(row, url),
        Some(other) => {
            let reason = format!("it has moved to the address of the feed {}", other.id);
            FeedRow { enabled: false, disabled_reason: Some(reason), ..row }
        }
    })
}

/// Those of these feeds that are there.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[FeedId]) -> ApiResult<Vec<Feed>> {
    Ok(store::find_many(conn, workspace, ids).await?.into_iter().map(Feed::from).collect())
}
