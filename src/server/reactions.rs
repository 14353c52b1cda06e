//! What follows in one slice from what a write did in another, in the same transaction. So a plan stops with the reply
//! that stops it, and `messages` need not know that there are plans.
//!
//! A slice that reacts offers `pub async fn react(tx: &mut Tx<'_>) -> ApiResult<()>`, which looks at [`Tx::changes`] for
//! the kinds it cares for (`message.sent`, `message.replied`, `message.bounced`, `do_not_contact.created`,
//! `contact.updated` …) and reads the resources by their ids (`messages::read_many`). Each is called once, in this
//! order, when the work of the write is done; it sees what those before it changed, and never what those after it do.
use crate::changes::{Kind, Tx};
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::error::ApiResult;
use crate::meetings::MeetingId;
use crate::research_notes::ResearchNoteId;
use crate::{
    alerts, attachments, circle_requests, follow_ups, goals, insights, introductions, invites, meeting_questions,
    meetings, webhooks,
};

pub async fn react(tx: &mut Tx<'_>) -> ApiResult<()> {
    if tx.is_copy() {
        return Ok(());
    }
    follow_ups::react(tx).await?;
    invites::react(tx).await?;
    alerts::react(tx).await?;
    tell_names(tx).await?;
    tell_parts(tx).await?;
    webhooks::react(tx).await
}

/// What shows the name of a contact or a company is a new version when they are called otherwise, or lie in the trash: whoever holds a copy
/// of it, by its `ETag` or by following the log, would go on showing the old name.
async fn tell_names(tx: &mut Tx<'_>) -> ApiResult<()> {
    const CONTACT: [Kind; 4] =
        [Kind::ContactUpdated, Kind::ContactStageChanged, Kind::ContactDeleted, Kind::ContactRestored];
    let contacts = tx.altered(&CONTACT, "name");
    let contacts: Vec<ContactId> = contacts.into_iter().map(ContactId::from).collect();
    let companies = tx.altered(&[Kind::CompanyUpdated, Kind::CompanyDeleted, Kind::CompanyRestored], "name");
    let companies: Vec<CompanyId> = companies.into_iter().map(CompanyId::from).collect();
    if !contacts.is_empty() {
        circle_requests::contacts_renamed(tx, &contacts).await?;
        follow_ups::contacts_renamed(tx, &contacts).await?;
        meetings::contacts_renamed(tx, &contacts).await?;
    }
    if !(contacts.is_empty() && companies.is_empty()) {
        introductions::renamed(tx, &contacts, &companies).await?;
    }
    Ok(())
}

/// What goes to the trash and comes back with something else is told of, too.
async fn tell_parts(tx: &mut Tx<'_>) -> ApiResult<()> {
    for (moved, goal, insight, question) in [
        (Kind::MeetingDeleted, Kind::GoalDeleted, Kind::InsightDeleted, Kind::MeetingQuestionDeleted),
        (Kind::MeetingRestored, Kind::GoalRestored, Kind::InsightRestored, Kind::MeetingQuestionUpdated),
    ] {
        let meetings: Vec<MeetingId> = tx.recorded(moved).into_iter().map(MeetingId::from).collect();
        if !meetings.is_empty() {
            goals::meetings_moved(tx, &meetings, goal).await?;
            insights::meetings_moved(tx, &meetings, insight).await?;
            meeting_questions::meetings_moved(tx, &meetings, question).await?;
        }
    }
    for (moved, attachment) in
        [(Kind::ResearchNoteDeleted, Kind::AttachmentDeleted), (Kind::ResearchNoteRestored, Kind::AttachmentUpdated)]
    {
        let notes: Vec<ResearchNoteId> = tx.recorded(moved).into_iter().map(ResearchNoteId::from).collect();
        if !notes.is_empty() {
            attachments::notes_moved(tx, &notes, attachment).await?;
        }
    }
    const INTRODUCTION: [Kind; 4] =
        [Kind::IntroductionCreated, Kind::IntroductionUpdated, Kind::IntroductionDeleted, Kind::IntroductionRestored];
    let introductions = tx.altered(&INTRODUCTION, "circle_request_id");
    if !introductions.is_empty() {
        circle_requests::introductions_moved(tx, &introductions).await?;
    }
    Ok(())
}
