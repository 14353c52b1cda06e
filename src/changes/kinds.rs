//! The closed list of what can happen.

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
    /// Fields of a request changed, its answer among them.
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
    /// A message was scheduled, or for another time.
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
    /// A meeting took place.
    MeetingCompleted = "meeting.completed";
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
    /// A goal went to the trash.
    GoalDeleted = "goal.deleted";
    /// A goal came back from the trash.
    GoalRestored = "goal.restored";
    /// A goal left the trash for good, or its meeting did.
    GoalPurged = "goal.purged";
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
    /// Fields of a meeting's question changed.
    MeetingQuestionUpdated = "meeting_question.updated";
    /// A question was asked.
    MeetingQuestionAsked = "meeting_question.asked";
    /// A question was answered.
    MeetingQuestionAnswered = "meeting_question.answered";
    /// A question was struck from the list of a meeting.
    MeetingQuestionDeleted = "meeting_question.deleted";
    /// The agenda of a meeting was written; its id is the meeting's.
    AgendaUpdated = "agenda.updated";
    /// How the workspace wants its meetings changed.
    MeetingSettingsUpdated = "meeting_settings.updated";
}
