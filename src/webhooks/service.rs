//! What can be done with endpoints, inside the caller's transaction.
use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::api::{NewWebhookEndpoint, WebhookEndpoint, WebhookEndpointInput, WebhookReplay, WebhookReplayInput};
use super::fan_out::delivery;
use super::model::{DeliveryId, DisabledReason, EndpointId, EndpointRow};
use super::sign::{self, Vault};
use super::store;
use crate::app::App;
use crate::audit;
use crate::auth::access::CredentialKind;
use crate::auth::secrets::KeyRing;
use crate::auth::{Caller, members};
use crate::changes::{self, Actor, Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code};
use crate::fields;
use crate::http::limits::WEBHOOK_ENDPOINTS;
use crate::http::{IfMatch, Patch, Rules};
use crate::jobs;
use crate::mail::SendMail;
use crate::text::filled;

/// How long requests are signed by the secret before, too.
const OVERLAP: TimeDelta = TimeDelta::hours(24);
/// Secrets that were replaced and still sign: each costs a signature and a part of a header.
const OVERLAPPING: usize = 8;
/// An endpoint where nothing has arrived for so long is turned off.
const HOPELESS: TimeDelta = TimeDelta::days(5);
/// Deliveries are kept as long as the log.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Changes of one replay.
const MOST_REPLAYED: usize = 100_000;
const CHUNK: i64 = 2_000;

/// The endpoint as it is shown.
pub fn shown(ring: &KeyRing, row: EndpointRow) -> ApiResult<WebhookEndpoint> {
    let headers = vault(ring, &row).open_headers(row.headers.as_ref())?;
    Ok(WebhookEndpoint::new(row, &headers))
}

fn vault<'a>(ring: &'a KeyRing, row: &EndpointRow) -> Vault<'a> {
    Vault { ring, workspace: row.workspace_id, endpoint: row.id }
}

pub async fn create(
    app: &App,
    tx: &mut Tx<'_>,
    id: EndpointId,
    caller: &Caller,
    secret: &[u8],
    input: WebhookEndpointInput,
) -> ApiResult<NewWebhookEndpoint> {
    if store::count(tx.conn, tx.workspace).await? >= WEBHOOK_ENDPOINTS {
        let detail = format!("a workspace has at most {WEBHOOK_ENDPOINTS} endpoints: delete one first");
        return Err(ApiError::new(Code::TooManyWebhookEndpoints, detail));
    }
    let url = checked(app, &input, None)?;
    let vault = Vault { ring: &app.ring, workspace: tx.workspace, endpoint: id };
    let row = EndpointRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        url,
        description: filled(input.description),
        events: each_once(input.events),
        enabled: input.enabled,
        disabled_reason: None,
        ordered: input.ordered,
        headers: vault.seal_headers(&input.headers)?,
        secret: vault.seal("secret", secret)?,
        previous_secret: None,
        previous_until: None,
        made_by: caller.user,
        payload: input.payload,
        made_with: key_of(caller),
        earlier_secrets: Vec::new(),
        earlier_until: Vec::new(),
    };
    let reached = changes::reached(tx.conn, tx.workspace).await?;
    store::insert(tx.conn, &row, reached).await?;
    tx.record(Kind::WebhookEndpointCreated, id, 1, Vec::new());
    tx.audit(audit::Kind::WebhookEndpointCreated, id, Vec::new());
    Ok(NewWebhookEndpoint { endpoint: WebhookEndpoint::new(row, &input.headers), secret: sign::written(secret) })
}

/// In their order.
fn each_once(mut events: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    events.retain(|event| seen.insert(event.clone()));
    events
}

/// The API key that somebody comes with.
fn key_of(caller: &Caller) -> Option<Uuid> {
    (caller.kind == CredentialKind::Key).then_some(caller.credential)
}

/// The URL as it will be asked, if all of the input can be. One that stays as it is stays.
fn checked(app: &App, input: &WebhookEndpointInput, present: Option<&str>) -> ApiResult<String> {
    let mut faults = input.faults();
    if present == Some(input.url.as_str()) {
        ApiError::check(faults)?;
        return Ok(input.url.clone());
    }
    match app.outgoing.read_secure(&input.url) {
        Ok(url) => ApiError::check(faults).map(|()| url.into()),
        Err(refusal) => {
            faults.extend(refusal.at("/url").errors);
            Err(ApiError::faults(Code::InvalidFields, "field", faults))
        }
    }
}

/// A change of nothing leaves the version as it is. Whoever says where to tell, or how much, or turns it on, answers for it
/// from then on: nobody has another's rights used for what they want to hear.
pub async fn patch(
    app: &App,
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: EndpointId,
    if_match: &IfMatch,
    patch: &Patch<WebhookEndpointInput>,
) -> ApiResult<WebhookEndpoint> {
    let before = lock(tx, id, if_match).await?;
    let vault = vault(&app.ring, &before);
    let headers = vault.open_headers(before.headers.as_ref())?;
    // Their values are secrets between the workspace and the address that they were given for.
    let moves = patch.get("url").is_some_and(|url| url.as_str() != Some(before.url.as_str()));
    if moves && !headers.is_empty() && patch.get("headers").is_none() {
        let detail = "go to no other address: give those that the new one is to have, or {} for none";
        return Err(ApiError::field("/headers", "required", detail));
    }
    let current = WebhookEndpointInput {
        url: before.url.clone(),
        events: before.events.clone(),
        description: before.description.clone(),
        enabled: before.enabled,
        ordered: before.ordered,
        payload: before.payload,
        headers: if moves { BTreeMap::new() } else { called_as(headers.clone(), patch.get("headers")) },
    };
    let input = patch.apply_ruled(&current, |_| {})?;
    let turned_on = input.enabled && !before.enabled;
    let same_headers = input.headers == headers;
    let url = checked(app, &input, Some(&before.url))?;
    let answers_for_it = turned_on || url != before.url || input.payload != before.payload;
    let (made_by, made_with) =
        if answers_for_it { (caller.user, key_of(caller)) } else { (before.made_by, before.made_with) };
    let row = EndpointRow {
        url,
        description: filled(input.description),
        events: each_once(input.events),
        enabled: input.enabled,
        disabled_reason: before.disabled_reason.filter(|_| !input.enabled),
        ordered: input.ordered,
        payload: input.payload,
        made_by,
        made_with,
        headers: if same_headers { before.headers.clone() } else { vault.seal_headers(&input.headers)? },
        ..before.clone()
    };
    let before_url = before.url.clone();
    let told = WebhookEndpoint::new(before, &headers);
    let mut changed = fields::changed(&told, &WebhookEndpoint::new(row.clone(), &input.headers));
    if !same_headers && !changed.iter().any(|field| field == "header_names") {
        changed.push("header_names".to_owned());
    }
    if changed.is_empty() {
        return Ok(told);
    }
    let row = written(tx, row).await?;
    if turned_on {
        let reached = changes::reached(tx.conn, tx.workspace).await?;
        store::set_reached(tx.conn, tx.workspace, id, reached).await?;
        // It begins anew, with five days of its own.
        store::note_health(tx.conn, tx.workspace, id, true, tx.now).await?;
    }
    if turned_on || row.url != before_url {
        // Another receiver has not asked for rest.
        store::pause(tx.conn, tx.workspace, id, None).await?;
    }
    tx.record(Kind::WebhookEndpointUpdated, id, row.version, changed.clone());
    tx.audit(audit::Kind::WebhookEndpointChanged, id, changed);
    Ok(WebhookEndpoint::new(row, &input.headers))
}

/// The headers by the names that a patch has for them, whose case may be another (RFC 9110, 5.1).
fn called_as(headers: BTreeMap<String, String>, patch: Option<&Value>) -> BTreeMap<String, String> {
    let names = patch.and_then(Value::as_object);
    let called = |name: String| {
        let same = names.and_then(|names| names.keys().find(|other| other.eq_ignore_ascii_case(&name)));
        same.cloned().unwrap_or(name)
    };
    headers.into_iter().map(|(name, value)| (called(name), value)).collect()
}

/// Puts another secret in the place of the one that there is, which holds beside it for a day. So do those that were
/// replaced before it, to their end: a receiver that has the last but one loses no signature by it.
pub async fn rotate(
    app: &App,
    tx: &mut Tx<'_>,
    id: EndpointId,
    if_match: &IfMatch,
    secret: &[u8],
) -> ApiResult<NewWebhookEndpoint> {
    let before = lock(tx, id, if_match).await?;
    let vault = vault(&app.ring, &before);
    let old = vault.open("secret", &before.secret)?;
    let overlapping = before.overlapping(tx.now);
    if let Some((_, until)) = overlapping.last().filter(|_| overlapping.len() >= OVERLAPPING) {
        let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
        let detail = format!(
            "{OVERLAPPING} secrets that were replaced still sign: the first of them until {until}, and then it can be replaced again"
        );
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    let (earlier_secrets, earlier_until) = overlapping.into_iter().unzip();
    let row = EndpointRow {
        secret: vault.seal("secret", secret)?,
        previous_secret: Some(vault.seal("previous_secret", &old)?),
        previous_until: Some(tx.now + OVERLAP),
        earlier_secrets,
        earlier_until,
        ..before
    };
    let row = written(tx, row).await?;
    tx.record(Kind::WebhookEndpointRotated, id, row.version, vec!["previous_secret_until".to_owned()]);
    tx.audit(audit::Kind::WebhookEndpointRotated, id, Vec::new());
    Ok(NewWebhookEndpoint { endpoint: shown(&app.ring, row)?, secret: sign::written(secret) })
}

/// Has the endpoint told of its being tried, whatever else it wants.
pub async fn test(app: &App, tx: &mut Tx<'_>, id: EndpointId) -> ApiResult<WebhookEndpoint> {
    let row = lock(tx, id, &IfMatch::default()).await?;
    check_on(&row)?;
    tx.record(Kind::WebhookEndpointTested, id, row.version, Vec::new());
    shown(&app.ring, row)
}

/// What is turned off is told of nothing, and of nothing again.
fn check_on(row: &EndpointRow) -> ApiResult<()> {
    if row.enabled {
        return Ok(());
    }
    let why = row.disabled_reason.map(|reason| format!(" (`{}`)", reason.name())).unwrap_or_default();
    let detail = format!("the endpoint is turned off{why}, and is told of nothing: turn it on first (`enabled`)");
    Err(ApiError::new(Code::ImpossibleTransition, detail))
}

pub async fn delete(tx: &mut Tx<'_>, id: EndpointId, if_match: &IfMatch) -> ApiResult<()> {
    let row = lock(tx, id, if_match).await?;
    store::delete(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::WebhookEndpointDeleted, id, row.version + 1, Vec::new());
    tx.audit(audit::Kind::WebhookEndpointDeleted, id, Vec::new());
    Ok(())
}

/// Puts a delivery back to its beginning.
pub async fn resend(tx: &mut Tx<'_>, endpoint: EndpointId, id: DeliveryId) -> ApiResult<()> {
    let row = lock(tx, endpoint, &IfMatch::default()).await?;
    check_on(&row)?;
    let delivery = store::find_delivery(tx.conn, tx.workspace, endpoint, id).await?;
    store::restart(tx.conn, tx.workspace, endpoint, &[delivery.seq], true, tx.now).await?;
    tx.record(Kind::WebhookEndpointReplayed, endpoint, row.version, Vec::new());
    Ok(())
}

/// Has the changes of a time told again that the endpoint wants, those that it was never told of among them.
pub async fn replay(
    app: &App,
    tx: &mut Tx<'_>,
    id: EndpointId,
    input: &WebhookReplayInput,
) -> ApiResult<WebhookReplay> {
    let until = input.until.unwrap_or(tx.now + TimeDelta::seconds(1));
    if until <= input.from {
        return Err(ApiError::field("/until", "out_of_range", "must be later than `from`"));
    }
    let row = lock(tx, id, &IfMatch::default()).await?;
    check_on(&row)?;
    let filter = changes::KindFilter::parse(&row.events).unwrap_or_default();
    let (mut seq, mut count) = (0, 0);
    loop {
        let some = changes::within(tx.conn, tx.workspace, (input.from, until), seq, CHUNK).await?;
        let Some(last) = some.last().map(|change| change.seq) else { break };
        seq = last;
        let wanted: Vec<_> = some.into_iter().filter(|change| filter.wants(&change.kind)).collect();
        let numbers: Vec<i64> = wanted.iter().map(|change| change.seq).collect();
        let known = store::lock_deliveries(tx.conn, tx.workspace, id, &numbers).await?;
        let again = store::restart(tx.conn, tx.workspace, id, &numbers, input.delivered, tx.now).await?;
        count += again + wanted.len() - known.len();
        if count > MOST_REPLAYED {
            let detail = format!("more than {MOST_REPLAYED} changes: replay a shorter time");
            return Err(ApiError::field("/until", "out_of_range", detail));
        }
        let fresh = wanted.into_iter().filter(|change| !known.contains(&change.seq));
        let fresh: Vec<_> = fresh.map(|change| delivery(tx.workspace, app.new_id(), id, change, tx.now)).collect();
        store::insert_deliveries(tx.conn, &fresh).await?;
    }
    tx.record(Kind::WebhookEndpointReplayed, id, row.version, Vec::new());
    Ok(WebhookReplay { deliveries: count })
}

async fn lock(tx: &mut Tx<'_>, id: EndpointId, if_match: &IfMatch) -> ApiResult<EndpointRow> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(row.version)?;
    Ok(row)
}

async fn written(tx: &mut Tx<'_>, row: EndpointRow) -> ApiResult<EndpointRow> {
    let row = EndpointRow { version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    Ok(row)
}

/// Who has left hears of nothing more, nor does what was made with a key that is gone: whoever may, turns on again what the
/// workspace needs.
pub async fn react(tx: &mut Tx<'_>) -> ApiResult<()> {
    let (left, keys) = (tx.recorded(Kind::MemberDeleted), tx.recorded(Kind::ApiKeyDeleted));
    if left.is_empty() && keys.is_empty() {
        return Ok(());
    }
    for row in store::lock_of(tx.conn, tx.workspace, &left, &keys).await? {
        let has_left = left.contains(&row.made_by);
        let reason = if has_left { DisabledReason::MakerLeft } else { DisabledReason::KeyRevoked };
        let row = turn_off(tx, row, reason).await?;
        tell(tx, &row, reason).await?;
    }
    Ok(())
}

async fn turn_off(tx: &mut Tx<'_>, row: EndpointRow, reason: DisabledReason) -> ApiResult<EndpointRow> {
    let row = written(tx, EndpointRow { enabled: false, disabled_reason: Some(reason), ..row }).await?;
    let changed = vec!["enabled".to_owned(), "disabled_reason".to_owned()];
    tx.record(Kind::WebhookEndpointDisabled, row.id, row.version, changed);
    Ok(row)
}

/// Turns an endpoint off that wants nothing any more, or where nothing has arrived for five days, and tells whoever made it.
pub async fn turn_off_if_hopeless(
    app: &App,
    workspace: WorkspaceId,
    id: EndpointId,
    gone: bool,
    failing_since: Option<DateTime<Utc>>,
) -> ApiResult<()> {
    let hopeless = failing_since.is_some_and(|since| app.now() - since >= HOPELESS);
    match (gone, hopeless) {
        (true, _) => give_up(app, workspace, id, DisabledReason::Gone).await,
        (_, true) => give_up(app, workspace, id, DisabledReason::Failing).await,
        _ => Ok(()),
    }
}

/// Turns an endpoint off, if it is still on, and tells whoever made it.
pub async fn give_up(app: &App, workspace: WorkspaceId, id: EndpointId, reason: DisabledReason) -> ApiResult<()> {
    let give_up = async |tx: &mut Tx<'_>| {
        let row = store::lock(tx.conn, tx.workspace, id).await?;
        if !row.enabled {
            return Ok(());
        }
        let row = turn_off(tx, row, reason).await?;
        tell(tx, &row, reason).await
    };
    app.write_as(workspace, Actor::Job, give_up).await
}

async fn tell(tx: &mut Tx<'_>, row: &EndpointRow, reason: DisabledReason) -> ApiResult<()> {
    // Whoever made it may have left; and an address that nobody has said is theirs may be a stranger's.
    let member = members::mailbox(tx.conn, tx.workspace, row.made_by).await?;
    let Some(member) = member.filter(|member| member.verified_at.is_some()) else { return Ok(()) };
    let why = match reason {
        DisabledReason::Gone => "it answered 410 Gone",
        DisabledReason::Failing => "nothing has arrived there for five days",
        DisabledReason::KeyRevoked => "the API key that it was made with was revoked",
        DisabledReason::KeyExpired => "the API key that it was made with has expired",
        DisabledReason::ScopeLost => "the API key that it was made with may read changes no more",
        DisabledReason::MakerLeft => return Ok(()),
    };
    let text = format!(
        "Hello {},\n\nInroad tells {} of changes no more: {why}.\n\nWhen that is mended, turn the webhook endpoint on, \
         and have what it missed replayed: the log goes back 30 days.\n",
        member.name, row.url
    );
    let mail = SendMail {
        to: member.address,
        to_name: Some(member.name),
        subject: "A webhook endpoint was turned off".to_owned(),
        text,
        unsubscribe_url: None,
    };
    jobs::enqueue(tx.conn, Some(tx.workspace), &mail, Uuid::now_v7(), tx.now).await
}

/// Forgets deliveries that the log has forgotten, too.
pub async fn forget_old(app: &App) -> ApiResult<usize> {
    let before = app.now() - KEPT;
    let mut count = 0;
    loop {
        let some = app.db.single(async |conn| store::forget(conn, before).await).await?;
        count += some;
        if some == 0 {
            return Ok(count);
        }
    }
}

/// Encrypts under the first key what is not, and says how many that were.
pub async fn rekey(conn: &Conn, ring: &KeyRing) -> ApiResult<usize> {
    let mut count = 0;
    for row in store::all(conn).await? {
        let sealed = [Some(&row.secret), row.previous_secret.as_ref(), row.headers.as_ref()];
        if !sealed.into_iter().flatten().chain(&row.earlier_secrets).any(|sealed| ring.needs_rekey(sealed)) {
            continue;
        }
        let vault = vault(ring, &row);
        let anew = |column: &str, sealed: &Vec<u8>| vault.seal(column, &vault.open(column, sealed)?);
        let headers: BTreeMap<String, String> = vault.open_headers(row.headers.as_ref())?;
        let row = EndpointRow {
            secret: anew("secret", &row.secret)?,
            previous_secret: row.previous_secret.as_ref().map(|it| anew("previous_secret", it)).transpose()?,
            earlier_secrets: row
                .earlier_secrets
                .iter()
                .map(|it| anew("previous_secret", it))
                .collect::<ApiResult<_>>()?,
            headers: vault.seal_headers(&headers)?,
            ..row.clone()
        };
        store::update(conn, &row).await?;
        count += 1;
    }
    Ok(count)
}
