//! Names of a meeting, and the contacts and introductions that they are.
use uuid::Uuid;

use super::model::DebriefName;
use crate::changes::Tx;
use crate::contacts::{self, ContactId, ContactInput, Email, HowFound, Position};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Fault};
use crate::introductions::{self, Introduction, IntroductionId, IntroductionInput, State};
use crate::meetings::MeetingId;
use crate::text::{filled, name_key};
use crate::transfer::split_name;

/// The names that these introductions are, as far as they are there.
pub async fn read(conn: &Conn, workspace: WorkspaceId, ids: &[IntroductionId]) -> ApiResult<Vec<DebriefName>> {
    let told = introductions::read_many(conn, workspace, ids).await?;
    Ok(ids.iter().filter_map(|id| told.iter().find(|one| one.id == *id)).map(name).collect())
}

fn name(one: &Introduction) -> DebriefName {
    DebriefName {
        introduction_id: Some(one.id),
        named_by_id: one.introducer_id,
        contact_id: one.introduced_id,
        name: one.introduced_name.clone(),
        company_name: one.introduced_company_name.clone(),
        title: one.introduced_title.clone(),
        email: one.introduced_email.clone(),
        may_use_name: one.may_use_name,
        promised: one.promised_at.is_some(),
    }
}

/// Makes contacts and introductions of names that are new, and tells which introductions the names are. `with` are the
/// contacts of the meeting.
pub async fn write(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    with: &[ContactId],
    known: &[IntroductionId],
    wanted: Vec<DebriefName>,
) -> ApiResult<Vec<IntroductionId>> {
    let known = read(tx.conn, tx.workspace, known).await?;
    check(&wanted, with, &known)?;
    let mut kept = Vec::with_capacity(wanted.len());
    for (at, one) in wanted.into_iter().enumerate() {
        let named_by = one.named_by_id.or(with.first().copied());
        let key = one.name.as_deref().map(name_key);
        let same = |before: &&DebriefName| match (one.introduction_id, one.contact_id) {
            (Some(id), _) => before.introduction_id == Some(id),
            (None, Some(id)) => before.contact_id == Some(id) && before.named_by_id == named_by,
            // Who has the address may be called otherwise here.
            (None, None) => {
                let mail = |one: &DebriefName| one.email.as_deref().map(|email| email.trim().to_lowercase());
                let is_called_so = before.name.as_deref().map(name_key) == key;
                before.named_by_id == named_by && (is_called_so || mail(before).is_some() && mail(before) == mail(&one))
            }
        };
        let before = known.iter().find(same).and_then(|before| before.introduction_id);
        let id = match (before, named_by) {
            (Some(id), _) => id,
            (None, Some(named_by)) => {
                add(tx, meeting, named_by, one).await.map_err(|error| error.below(&format!("/names/{at}")))?
            }
            (None, None) => continue,
        };
        if !kept.contains(&id) {
            kept.push(id);
        }
    }
    Ok(kept)
}

fn check(wanted: &[DebriefName], with: &[ContactId], known: &[DebriefName]) -> ApiResult<()> {
    let mut faults = Vec::new();
    for (at, one) in wanted.iter().enumerate() {
        let before =
            known.iter().find(|before| one.introduction_id.is_some() && before.introduction_id == one.introduction_id);
        if one.introduction_id.is_some() && before.is_none() {
            let detail = "is not a name of this debrief";
            faults.push(Fault::field(format!("/names/{at}/introduction_id"), "not_found", detail));
        }
        for field in before.into_iter().flat_map(|before| one.unlike(before)) {
            let detail = "stays as it is here: change the introduction, or the contact";
            faults.push(Fault::field(format!("/names/{at}/{field}"), "not_allowed", detail));
        }
        if one.named_by_id.is_some_and(|id| !with.contains(&id)) && before.is_none() {
            let detail = "is not a contact of this meeting";
            faults.push(Fault::field(format!("/names/{at}/named_by_id"), "not_found", detail));
        }
    }
    ApiError::check(faults)
}

async fn add(tx: &mut Tx<'_>, meeting: MeetingId, named_by: ContactId, one: DebriefName) -> ApiResult<IntroductionId> {
    let known = match (one.contact_id, one.email.as_deref().map(str::trim)) {
        (None, Some(address)) if !address.is_empty() => by_address(tx, named_by, address, one.name.as_deref()).await?,
        (id, _) => id,
    };
    if let Some(id) = known
        && let Some(before) = introductions::between(tx.conn, tx.workspace, named_by, id).await?
    {
        // They were named before: in another meeting, or by hand.
        introductions::name_again(tx, before, meeting, one.may_use_name, one.promised).await?;
        return Ok(before);
    }
    let introduced = match known {
        Some(id) => id,
        None => {
            let id = Uuid::now_v7().into();
            let input = contact(&one);
            contacts::create(tx, id, input).await.map_err(at_name)?;
            id
        }
    };
    let id = Uuid::now_v7().into();
    let input = IntroductionInput {
        introducer_id: named_by,
        introduced_id: Some(introduced),
        introduced_name: None,
        introduced_company_id: None,
        introduced_company_name: filled(one.company_name),
        introduced_title: filled(one.title),
        introduced_email: one.email,
        circle_request_id: None,
        meeting_id: Some(meeting),
        may_use_name: one.may_use_name,
        state: if one.promised { State::Promised } else { State::Named },
        named_at: None,
        promised_at: None,
        made_at: None,
        declined_at: None,
        thanked_at: None,
        loop_closed_at: None,
        notes: None,
    };
    introductions::create(tx, id, input).await.map_err(at_contact)?;
    Ok(id)
}

/// The contact who has this address: of several, the one who is called so.
async fn by_address(
    tx: &Tx<'_>,
    named_by: ContactId,
    address: &str,
    name: Option<&str>,
) -> ApiResult<Option<ContactId>> {
    let mut found = contacts::with_address(tx.conn, tx.workspace, address).await?;
    // Whoever named them named somebody else.
    found.retain(|id| *id != named_by);
    if let [only] = found.as_slice() {
        return Ok(Some(*only));
    }
    let names = contacts::names(tx.conn, tx.workspace, &found).await?;
    let wanted = name.map(name_key);
    Ok(found.into_iter().find(|id| wanted.is_some() && names.get(id).map(|name| name_key(name)) == wanted))
}

/// Somebody of whom no more is known than what was said.
fn contact(one: &DebriefName) -> ContactInput {
    let (given_name, family_name) = split_name(one.name.as_deref().unwrap_or_default());
    let works = one.company_name.is_some() || one.title.is_some();
    let position = Position {
        id: None,
        company_id: None,
        company_in_trash: false,
        company_name: filled(one.company_name.clone()),
        title: filled(one.title.clone()),
        started_on: None,
        ended_on: None,
        is_current: None,
    };
    let email = |address: &String| Email { address: address.clone(), label: None, is_primary: true };
    ContactInput {
        given_name,
        family_name,
        emails: one.email.iter().map(email).collect(),
        positions: works.then_some(position).into_iter().collect(),
        how_found: Some(HowFound::Referral),
        ..ContactInput::empty()
    }
}

/// What is wrong with the contact that a name would be is wrong with the name.
fn at_name(error: ApiError) -> ApiError {
    moved(error, |_| "/name")
}

/// What is wrong with the introduction, at the name that it is of.
fn at_contact(error: ApiError) -> ApiError {
    moved(error, |pointer| match pointer {
        "/introduced_id" => "/contact_id",
        "/introducer_id" => "/named_by_id",
        "/introduced_email" => "/email",
        _ => "/name",
    })
}

fn moved(mut error: ApiError, to: impl Fn(&str) -> &'static str) -> ApiError {
    for fault in &mut error.errors {
        fault.pointer = fault.pointer.as_deref().map(|pointer| to(pointer).to_owned());
    }
    error
}
