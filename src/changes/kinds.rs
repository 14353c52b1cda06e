//! The closed list of what can happen.

/// The type of the resource that a kind of change happens to: what stands before its point.
pub fn resource_type(kind: &str) -> &str {
    kind.split('.').next().unwrap_or_default()
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)+) => {
        /// What happened, as `<resource>.<verb>`. Never renamed; new ones may come.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $($(#[doc = $doc])+ $variant),+ }

        impl Kind {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The type of the resource that it happened to.
            pub fn resource_type(self) -> &'static str {
                resource_type(self.name())
            }

            /// When it is written, for `docs/changes.md`.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc, "\n"),+)),+ }
            }
        }
    };
}

kinds! {
    /// A workspace was made.
    WorkspaceCreated = "workspace.created";
    /// A workspace was renamed.
    WorkspaceUpdated = "workspace.updated";
    /// Somebody was invited.
    InvitationCreated = "invitation.created";
    /// An invitation was withdrawn.
    InvitationDeleted = "invitation.deleted";
    /// An API key was made.
    ApiKeyCreated = "api_key.created";
    /// Fields of an API key changed.
    ApiKeyUpdated = "api_key.updated";
    /// An API key has a new secret.
    ApiKeyRotated = "api_key.rotated";
    /// An API key was revoked, or its maker left.
    ApiKeyDeleted = "api_key.deleted";
    /// Somebody joined the workspace.
    MemberCreated = "member.created";
    /// A member's role changed, or the name or the address of the member's account.
    MemberUpdated = "member.updated";
    /// A member left or was removed.
    MemberDeleted = "member.deleted";
    /// A contact was added.
    ContactCreated = "contact.created";
    /// Fields of a contact changed.
    ContactUpdated = "contact.updated";
    /// A contact moved to another stage.
    ContactStageChanged = "contact.stage_changed";
    /// A contact went to the trash.
    ContactDeleted = "contact.deleted";
    /// A contact came back from the trash.
    ContactRestored = "contact.restored";
    /// A contact left the trash for good.
    ContactPurged = "contact.purged";
    /// Other contacts became part of this one.
    ContactMerged = "contact.merged";
    /// A merge was undone; the contacts that it had taken up are back.
    ContactUnmerged = "contact.unmerged";
    /// A person was erased for good, with all that was known about them.
    ContactErased = "contact.erased";
    /// Two contacts that look alike were said to be two people.
    DuplicateDismissed = "duplicate.dismissed";
    /// Two contacts may be the same person after all.
    DuplicateRevoked = "duplicate.revoked";
    /// A company was added.
    CompanyCreated = "company.created";
    /// Fields of a company changed.
    CompanyUpdated = "company.updated";
    /// A company went to the trash.
    CompanyDeleted = "company.deleted";
    /// A company came back from the trash.
    CompanyRestored = "company.restored";
    /// A company left the trash for good.
    CompanyPurged = "company.purged";
    /// A saved view was added.
    SavedViewCreated = "saved_view.created";
    /// A saved view was renamed, or filters or sorts another way.
    SavedViewUpdated = "saved_view.updated";
    /// A saved view was deleted.
    SavedViewDeleted = "saved_view.deleted";
    /// An import ended, well or not.
    ImportFinished = "import.finished";
    /// An import was undone.
    ImportUndone = "import.undone";
    /// An introduction was noted.
    IntroductionCreated = "introduction.created";
    /// Fields of an introduction changed, its state among them.
    IntroductionUpdated = "introduction.updated";
    /// An introduction went to the trash.
    IntroductionDeleted = "introduction.deleted";
    /// An introduction came back from the trash.
    IntroductionRestored = "introduction.restored";
    /// An introduction left the trash for good.
    IntroductionPurged = "introduction.purged";
    /// A connector was asked for names.
    CircleRequestCreated = "circle_request.created";
    /// Fields of a request changed, its answer and what it brought among them.
    CircleRequestUpdated = "circle_request.updated";
    /// A request went to the trash.
    CircleRequestDeleted = "circle_request.deleted";
    /// A request came back from the trash.
    CircleRequestRestored = "circle_request.restored";
    /// A request left the trash for good, or its connector did.
    CircleRequestPurged = "circle_request.purged";
    /// A mapping of columns was saved.
    ImportMappingCreated = "import_mapping.created";
    /// A mapping of columns changed.
    ImportMappingUpdated = "import_mapping.updated";
    /// A mapping of columns was deleted.
    ImportMappingDeleted = "import_mapping.deleted";
    /// A message was drafted.
    MessageCreated = "message.created";
    /// Fields of a message changed, or it went back to being a draft.
    MessageUpdated = "message.updated";
    /// A message was put on its way, scheduled, or for another time; or it waits (`waits_for`).
    MessageScheduled = "message.scheduled";
    /// A message went out.
    MessageSent = "message.sent";
    /// A message came in.
    MessageReceived = "message.received";
    /// A message that went out was answered.
    MessageReplied = "message.replied";
    /// A message that went out could not be delivered.
    MessageBounced = "message.bounced";
    /// A message could not be sent.
    MessageFailed = "message.failed";
    /// A message shall not be sent.
    MessageCancelled = "message.cancelled";
    /// A message went to the trash.
    MessageDeleted = "message.deleted";
    /// A message came back from the trash.
    MessageRestored = "message.restored";
    /// A message left the trash for good.
    MessagePurged = "message.purged";
    /// An address or a domain was put on the do-not-contact list.
    DoNotContactCreated = "do_not_contact.created";
    /// The note of an entry of the do-not-contact list changed.
    DoNotContactUpdated = "do_not_contact.updated";
    /// An address or a domain was taken off the do-not-contact list.
    DoNotContactDeleted = "do_not_contact.deleted";
    /// An address was made at which mail is handed in.
    InboundAddressCreated = "inbound_address.created";
    /// An address at which mail was handed in was deleted.
    InboundAddressDeleted = "inbound_address.deleted";
    /// The workspace's own mail account was set, changed or tried.
    MailAccountUpdated = "mail_account.updated";
    /// The workspace's own mail account was taken away.
    MailAccountDeleted = "mail_account.deleted";
    /// How the workspace wants its messages sent changed.
    SendingSettingsUpdated = "sending_settings.updated";
    /// Fields of the seeker's profile changed.
    ProfileUpdated = "profile.updated";
    /// A template was added.
    TemplateCreated = "template.created";
    /// Fields of a template changed.
    TemplateUpdated = "template.updated";
    /// A template was put away.
    TemplateArchived = "template.archived";
    /// A template was taken out again.
    TemplateUnarchived = "template.unarchived";
    /// A template went to the trash.
    TemplateDeleted = "template.deleted";
    /// A template came back from the trash.
    TemplateRestored = "template.restored";
    /// A template left the trash for good.
    TemplatePurged = "template.purged";
    /// How the workspace wants the rules of outreach changed.
    LintSettingsUpdated = "lint_settings.updated";
    /// A meeting was proposed.
    MeetingCreated = "meeting.created";
    /// Fields of a meeting changed.
    MeetingUpdated = "meeting.updated";
    /// A meeting was confirmed.
    MeetingConfirmed = "meeting.confirmed";
    /// A meeting got another time.
    MeetingRescheduled = "meeting.rescheduled";
    /// A meeting began. Its clock is in the details.
    MeetingStarted = "meeting.started";
    /// Another minute of a meeting under way is over, or its time is up. Its clock is in the details.
    MeetingTimeLeft = "meeting.time_left";
    /// A meeting took place.
    MeetingCompleted = "meeting.completed";
    /// What was noted after a meeting was written.
    MeetingDebriefed = "meeting.debriefed";
    /// A meeting was called off.
    MeetingCancelled = "meeting.cancelled";
    /// Somebody did not come to a meeting.
    MeetingNotAttended = "meeting.no_show";
    /// A meeting went to the trash.
    MeetingDeleted = "meeting.deleted";
    /// A meeting came back from the trash.
    MeetingRestored = "meeting.restored";
    /// A meeting left the trash for good, or its contact did.
    MeetingPurged = "meeting.purged";
    /// A goal was set.
    GoalCreated = "goal.created";
    /// Fields of a goal changed, what became of it among them.
    GoalUpdated = "goal.updated";
    /// A goal went to the trash, by itself or with its meeting.
    GoalDeleted = "goal.deleted";
    /// A goal came back from the trash, by itself or with its meeting.
    GoalRestored = "goal.restored";
    /// A goal left the trash for good, or its meeting did.
    GoalPurged = "goal.purged";
    /// Something that was learned was kept.
    InsightCreated = "insight.created";
    /// Fields of an insight changed.
    InsightUpdated = "insight.updated";
    /// An insight went to the trash, by itself or with its meeting.
    InsightDeleted = "insight.deleted";
    /// An insight came back from the trash, by itself or with its meeting.
    InsightRestored = "insight.restored";
    /// An insight left the trash for good, or its meeting did.
    InsightPurged = "insight.purged";
    /// A research note was written.
    ResearchNoteCreated = "research_note.created";
    /// Fields of a research note changed.
    ResearchNoteUpdated = "research_note.updated";
    /// A research note went to the trash.
    ResearchNoteDeleted = "research_note.deleted";
    /// A research note came back from the trash.
    ResearchNoteRestored = "research_note.restored";
    /// A research note left the trash for good, or what it was about did.
    ResearchNotePurged = "research_note.purged";
    /// A file was attached to a research note.
    AttachmentCreated = "attachment.created";
    /// The words of an attachment were read, or cannot be; or it came back with its note.
    AttachmentUpdated = "attachment.updated";
    /// An attachment was deleted, or its note went to the trash or for good.
    AttachmentDeleted = "attachment.deleted";
    /// A question of one's own was added.
    QuestionCreated = "question.created";
    /// Fields of a question changed.
    QuestionUpdated = "question.updated";
    /// A question went to the trash.
    QuestionDeleted = "question.deleted";
    /// A question came back from the trash.
    QuestionRestored = "question.restored";
    /// A question left the trash for good.
    QuestionPurged = "question.purged";
    /// A question was put on the list of a meeting.
    MeetingQuestionCreated = "meeting_question.created";
    /// Fields of a meeting's question changed, or it came back with its meeting.
    MeetingQuestionUpdated = "meeting_question.updated";
    /// A question was asked. The meeting's clock is in the details.
    MeetingQuestionAsked = "meeting_question.asked";
    /// A question was answered. The meeting's clock is in the details.
    MeetingQuestionAnswered = "meeting_question.answered";
    /// A question was struck from the list of a meeting, or its meeting went to the trash.
    MeetingQuestionDeleted = "meeting_question.deleted";
    /// A question went for good with its meeting.
    MeetingQuestionPurged = "meeting_question.purged";
    /// The agenda of a meeting was written; its id is the meeting's.
    AgendaUpdated = "agenda.updated";
    /// How the workspace wants its meetings changed.
    MeetingSettingsUpdated = "meeting_settings.updated";
    /// Times were offered for a meeting.
    MeetingOfferCreated = "meeting_offer.created";
    /// An invited person booked one of the times.
    MeetingOfferBooked = "meeting_offer.booked";
    /// An invited person said that none of the times suits.
    MeetingOfferAnswered = "meeting_offer.answered";
    /// An invited person declined.
    MeetingOfferDeclined = "meeting_offer.declined";
    /// An offer was revoked: its link leads nowhere.
    MeetingOfferRevoked = "meeting_offer.revoked";
    /// A feed of meetings was made.
    CalendarFeedCreated = "calendar_feed.created";
    /// A feed of meetings was deleted: its address leads nowhere.
    CalendarFeedDeleted = "calendar_feed.deleted";
    /// A calendar was imported, to tell when the seeker is busy.
    BusyCalendarCreated = "busy_calendar.created";
    /// An imported calendar got another file, or cannot be fetched, or can again.
    BusyCalendarUpdated = "busy_calendar.updated";
    /// Somebody is to be told of changes.
    WebhookEndpointCreated = "webhook_endpoint.created";
    /// Fields of a webhook endpoint changed.
    WebhookEndpointUpdated = "webhook_endpoint.updated";
    /// A webhook endpoint has a new secret.
    WebhookEndpointRotated = "webhook_endpoint.rotated";
    /// A webhook endpoint was tried. It is told, whatever else it wants.
    WebhookEndpointTested = "webhook_endpoint.tested";
    /// Changes are told to a webhook endpoint again.
    WebhookEndpointReplayed = "webhook_endpoint.replayed";
    /// The service turned a webhook endpoint off; its `disabled_reason` says why.
    WebhookEndpointDisabled = "webhook_endpoint.disabled";
    /// A webhook endpoint was deleted.
    WebhookEndpointDeleted = "webhook_endpoint.deleted";
    /// An imported calendar was deleted.
    BusyCalendarDeleted = "busy_calendar.deleted";
    /// Somebody was invited to a meeting by mail, or told of a change.
    MeetingInviteSent = "meeting_invite.sent";
    /// Somebody who was invited to a meeting by mail answered.
    MeetingInviteAnswered = "meeting_invite.answered";
    /// Whoever was invited to a meeting by mail was erased.
    MeetingInvitePurged = "meeting_invite.purged";
    /// A follow-up was added, by somebody, a plan or Inroad itself.
    FollowUpCreated = "follow_up.created";
    /// Fields of a follow-up changed, or a touch put it off.
    FollowUpUpdated = "follow_up.updated";
    /// A follow-up was put off.
    FollowUpSnoozed = "follow_up.snoozed";
    /// A follow-up was done.
    FollowUpDone = "follow_up.done";
    /// A follow-up need not be done.
    FollowUpDismissed = "follow_up.dismissed";
    /// A follow-up closed by itself, for its reason is gone.
    FollowUpClosed = "follow_up.closed";
    /// A follow-up is open again.
    FollowUpReopened = "follow_up.reopened";
    /// A follow-up went to the trash.
    FollowUpDeleted = "follow_up.deleted";
    /// A follow-up came back from the trash.
    FollowUpRestored = "follow_up.restored";
    /// A follow-up left the trash for good, or its contact did.
    FollowUpPurged = "follow_up.purged";
    /// A follow-up plan was added.
    FollowUpPlanCreated = "follow_up_plan.created";
    /// Fields of a follow-up plan changed.
    FollowUpPlanUpdated = "follow_up_plan.updated";
    /// A follow-up plan was deleted.
    FollowUpPlanDeleted = "follow_up_plan.deleted";
    /// A follow-up plan was attached to a message.
    FollowUpRunCreated = "follow_up_run.created";
    /// A plan at work started, or went a step further.
    FollowUpRunUpdated = "follow_up_run.updated";
    /// A plan at work was stopped, by an answer or another reason.
    FollowUpRunStopped = "follow_up_run.stopped";
    /// All nudges of a plan at work were sent.
    FollowUpRunFinished = "follow_up_run.finished";
    /// A plan at work went with its contact.
    FollowUpRunPurged = "follow_up_run.purged";
    /// Whether and when a member is mailed what is due changed; the resource is the member.
    FollowUpDigestUpdated = "follow_up_digest.updated";
    /// How the workspace counts its days changed.
    FollowUpSettingsUpdated = "follow_up_settings.updated";
    /// A feed is watched.
    FeedCreated = "feed.created";
    /// Fields of a feed changed, or it cannot be read, or can again, or has moved.
    FeedUpdated = "feed.updated";
    /// A feed went to the trash, or was erased with the contact that it was about.
    FeedDeleted = "feed.deleted";
    /// A feed came back from the trash.
    FeedRestored = "feed.restored";
    /// A feed left the trash for good.
    FeedPurged = "feed.purged";
    /// An item of a feed matched.
    AlertCreated = "alert.created";
    /// An alert was read, kept or dismissed, is unread again, or became something else.
    AlertUpdated = "alert.updated";
    /// An alert is gone: it was old, and nobody kept it, or it went with its feed.
    AlertDeleted = "alert.deleted";
    /// Whether and when a member is mailed new alerts changed; the resource is the member.
    AlertDigestUpdated = "alert_digest.updated";
}
