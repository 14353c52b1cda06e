//! What happened with a contact, and which follow-ups lose their reason by it. Pure.
use chrono::{DateTime, Utc};

use super::words::{ClosedReason, FollowUpKind};
use crate::contacts::Stage;
use crate::meetings::MeetingId;
use crate::messages::MessagePurpose;

/// A message that went out.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    pub purpose: Option<MessagePurpose>,
    pub meeting_id: Option<MeetingId>,
}

/// What one write did with one contact.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub sent: Vec<Sent>,
    /// They answered; a machine does not.
    pub replied: bool,
    /// They answered before Inroad knew of it: an import says when.
    pub replied_at: Option<DateTime<Utc>>,
    pub bounced: bool,
    /// When the two were last in touch, in either direction.
    pub touched_at: Option<DateTime<Utc>>,
    /// A meeting with them was confirmed, or took place.
    pub agreed: bool,
    /// They went to the trash.
    pub deleted: bool,
    /// They are not to be written to.
    pub unwanted: bool,
    /// The stage that they are at now, if it changed.
    pub stage: Option<Stage>,
}

impl Facts {
    /// Why to ask no more, if the asking began then.
    pub fn stop(&self, since: DateTime<Utc>) -> Option<ClosedReason> {
        let replied =
            self.replied || self.replied_at.is_some_and(|at| at >= since) || self.stage == Some(Stage::Replied);
        let further = matches!(self.stage, Some(Stage::Scheduled | Stage::Met | Stage::Thanked | Stage::InTouch));
        first(&[
            (self.deleted, ClosedReason::ContactDeleted),
            (self.unwanted, ClosedReason::DoNotContact),
            (replied, ClosedReason::Replied),
            (self.bounced, ClosedReason::Bounced),
            (self.agreed || further, ClosedReason::Meeting),
            (self.stage == Some(Stage::Closed), ClosedReason::ContactClosed),
        ])
    }

    /// Why a message that asks again, and waits for its time, is not to go, whether a plan is at work or not. That a
    /// meeting was agreed on says it only of what a plan asks for: with whom one has met, there is more to follow up.
    pub fn silences(&self) -> Option<ClosedReason> {
        first(&[
            (self.replied, ClosedReason::Replied),
            (self.bounced, ClosedReason::Bounced),
            (self.stage == Some(Stage::Closed), ClosedReason::ContactClosed),
        ])
    }

    /// Why a follow-up of this kind, made then and perhaps about a meeting, is no longer due. Keeping in touch is another
    /// matter: a touch moves it. What was written about one meeting says nothing of another.
    pub fn close(
        &self,
        kind: FollowUpKind,
        made_at: DateTime<Utc>,
        meeting: Option<MeetingId>,
    ) -> Option<ClosedReason> {
        let closed = self.stage == Some(Stage::Closed);
        let about = |sent: &Sent| sent.meeting_id.is_none_or(|id| meeting.is_none_or(|meeting| meeting == id));
        let written = |purpose| {
            let written = self.sent.iter().any(|sent| sent.purpose == Some(purpose) && about(sent));
            written.then_some(ClosedReason::MessageSent)
        };
        let own = match kind {
            FollowUpKind::Nudge => {
                let sent = (!self.sent.is_empty()).then_some(ClosedReason::MessageSent);
                self.stop(made_at).or(sent)
            }
            // Somebody said by hand that they were thanked.
            FollowUpKind::ThankYou
                if self.sent.is_empty() && matches!(self.stage, Some(Stage::Thanked | Stage::InTouch)) =>
            {
                Some(ClosedReason::MessageSent)
            }
            FollowUpKind::ThankYou => written(MessagePurpose::ThankYou),
            FollowUpKind::CloseTheLoop => written(MessagePurpose::CloseTheLoop),
            FollowUpKind::Confirm | FollowUpKind::KeepInTouch if closed => Some(ClosedReason::ContactClosed),
            FollowUpKind::Confirm => written(MessagePurpose::Confirmation),
            FollowUpKind::KeepInTouch
            | FollowUpKind::PromiseMine
            | FollowUpKind::PromiseTheirs
            | FollowUpKind::Other => None,
        };
        let everything = (self.deleted, ClosedReason::ContactDeleted);
        let writing = (self.unwanted && kind.writes(), ClosedReason::DoNotContact);
        first(&[everything, writing]).or(own)
    }
}

/// The first reason that holds.
fn first(reasons: &[(bool, ClosedReason)]) -> Option<ClosedReason> {
    reasons.iter().find(|(holds, _)| *holds).map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [FollowUpKind; 8] = [
        FollowUpKind::Nudge,
        FollowUpKind::ThankYou,
        FollowUpKind::PromiseMine,
        FollowUpKind::PromiseTheirs,
        FollowUpKind::KeepInTouch,
        FollowUpKind::CloseTheLoop,
        FollowUpKind::Confirm,
        FollowUpKind::Other,
    ];

    fn closed(facts: &Facts) -> Vec<(FollowUpKind, ClosedReason)> {
        ALL.into_iter().filter_map(|kind| Some((kind, facts.close(kind, DateTime::UNIX_EPOCH, None)?))).collect()
    }

    fn thanks(meeting_id: Option<MeetingId>) -> Sent {
        Sent { purpose: Some(MessagePurpose::ThankYou), meeting_id }
    }

    #[test]
    fn a_message_that_waits_goes_on_waiting_for_a_meeting_alone() {
        let told = |facts: Facts| facts.silences();
        assert_eq!(told(Facts { replied: true, ..Facts::default() }), Some(ClosedReason::Replied));
        assert_eq!(told(Facts { bounced: true, ..Facts::default() }), Some(ClosedReason::Bounced));
        assert_eq!(told(Facts { stage: Some(Stage::Closed), ..Facts::default() }), Some(ClosedReason::ContactClosed));
        assert_eq!(told(Facts { agreed: true, stage: Some(Stage::Thanked), ..Facts::default() }), None);
    }

    #[test]
    fn thanks_for_one_meeting_are_none_for_another() {
        let [one, other] = [MeetingId::from(uuid::Uuid::from_u128(1)), uuid::Uuid::from_u128(2).into()];
        let closes = |sent, about| {
            let facts = Facts { sent: vec![thanks(sent)], ..Facts::default() };
            facts.close(FollowUpKind::ThankYou, DateTime::UNIX_EPOCH, about).is_some()
        };
        assert!(closes(Some(one), Some(one)) && closes(None, Some(one)) && closes(Some(one), None));
        assert!(!closes(Some(one), Some(other)));
    }

    #[test]
    fn each_fact_closes_what_it_makes_pointless() {
        use ClosedReason as R;
        use FollowUpKind as K;
        let facts = Facts { replied: true, ..Facts::default() };
        assert_eq!(closed(&facts), [(K::Nudge, R::Replied)]);
        let facts = Facts { bounced: true, ..Facts::default() };
        assert_eq!(closed(&facts), [(K::Nudge, R::Bounced)]);
        let facts = Facts { sent: vec![thanks(None)], ..Facts::default() };
        assert_eq!(closed(&facts), [(K::Nudge, R::MessageSent), (K::ThankYou, R::MessageSent)]);
        let facts = Facts { stage: Some(Stage::Scheduled), ..Facts::default() };
        assert_eq!(closed(&facts), [(K::Nudge, R::Meeting)]);
        let facts = Facts { agreed: true, ..Facts::default() };
        assert_eq!(closed(&facts), [(K::Nudge, R::Meeting)]);
        let facts = Facts { stage: Some(Stage::Closed), ..Facts::default() };
        let reason = R::ContactClosed;
        assert_eq!(closed(&facts), [(K::Nudge, reason), (K::KeepInTouch, reason), (K::Confirm, reason)]);
        let facts = Facts { deleted: true, ..Facts::default() };
        assert_eq!(closed(&facts).len(), ALL.len());
        let facts = Facts { unwanted: true, ..Facts::default() };
        assert_eq!(closed(&facts).len(), ALL.len() - 3);
        assert!(closed(&Facts { stage: Some(Stage::Contacted), ..Facts::default() }).is_empty());
    }
}
