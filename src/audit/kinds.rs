//! The closed list of what is audited.

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:tt;)+) => {
        /// What happened, as `<thing>.<what>`. Never renamed; new ones may come.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[schema(as = AuditKind)]
        pub enum Kind { $($(#[doc = $doc])+ #[serde(rename = $name)] $variant),+ }

        impl Kind {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// When it is entered, for `docs/audit.md`.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc, "\n"),+)),+ }
            }
        }
    };
}

kinds! {
    /// Somebody made an account. The subject is the account.
    AccountRegistered = "account.registered";
    /// An account was deleted by its owner. The subject is the account.
    AccountDeleted = "account.deleted";
    /// Somebody signed in; entered in the workspace they came to, too. The subject is the session.
    SignInSucceeded = "sign_in.succeeded";
    /// A password was wrong, or there is no such account. The subject is the account, where there is one; then the
    /// workspace that it used last has the entry, too.
    SignInFailed = "sign_in.failed";
    /// A session went on in another workspace, which has the entry. The subject is the session.
    SessionSwitched = "session.switched";
    /// A session was ended, by signing out or from afar. The subject is the session, if it was one.
    SessionEnded = "session.ended";
    /// A used refresh token came again, and its session was ended; entered in its workspace, too.
    SessionReused = "session.reused";
    /// Somebody changed their password. The subject is the account.
    PasswordChanged = "password.changed";
    /// A mail, or an operator, gave out a token that sets a new password. The subject is the account.
    PasswordResetRequested = "password.reset_requested";
    /// A new password was set with such a token, and all sessions ended. The subject is the account.
    PasswordReset = "password.reset";
    /// An address was proven to be its account's. The subject is the account.
    EmailVerified = "email.verified";
    /// A mail went to the address that an account shall have. The subject is the account.
    EmailChangeRequested = "email.change_requested";
    /// An account has another address, which its owner has proven. The subject is the account.
    EmailChanged = "email.changed";
    /// The scope or the role did not suffice; `operation` and `reason` say for what.
    AccessDenied = "access.denied";
    /// A workspace was made.
    WorkspaceCreated = "workspace.created";
    /// A workspace was changed.
    WorkspaceUpdated = "workspace.updated";
    /// A workspace was deleted with all that was in it. Accounts have the entry, too.
    WorkspaceDeleted = "workspace.deleted";
    /// Somebody became a member. The subject is the account.
    MemberAdded = "member.added";
    /// A member has another role. The subject is the account.
    MemberRoleChanged = "member.role_changed";
    /// A member left or was removed. The subject is the account.
    MemberRemoved = "member.removed";
    /// Somebody was invited. The subject is the invitation.
    InvitationCreated = "invitation.created";
    /// An invitation was withdrawn. The subject is the invitation.
    InvitationWithdrawn = "invitation.withdrawn";
    /// An invitation was accepted. The subject is the invitation.
    InvitationAccepted = "invitation.accepted";
    /// An API key was made. The subject is the key.
    ApiKeyCreated = "api_key.created";
    /// An API key was changed. The subject is the key.
    ApiKeyChanged = "api_key.changed";
    /// An API key has a new secret. The subject is the key.
    ApiKeyRotated = "api_key.rotated";
    /// An API key was revoked, by somebody or because its maker left. The subject is the key.
    ApiKeyRevoked = "api_key.revoked";
    /// A webhook endpoint was made.
    WebhookEndpointCreated = "webhook_endpoint.created";
    /// Fields of a webhook endpoint changed.
    WebhookEndpointChanged = "webhook_endpoint.changed";
    /// A webhook endpoint got another secret.
    WebhookEndpointRotated = "webhook_endpoint.rotated";
    /// A webhook endpoint was deleted.
    WebhookEndpointDeleted = "webhook_endpoint.deleted";
    /// An address, with a secret, was made at which mail is handed in. The subject is the address.
    InboundAddressCreated = "inbound_address.created";
    /// An address at which mail was handed in was deleted. The subject is the address.
    InboundAddressDeleted = "inbound_address.deleted";
    /// A feed of meetings, with a secret in its address, was made. The subject is the feed.
    CalendarFeedCreated = "calendar_feed.created";
    /// A feed of meetings was deleted. The subject is the feed.
    CalendarFeedDeleted = "calendar_feed.deleted";
    /// The workspace got a mail account to send through, or another. The subject is the workspace.
    MailAccountChanged = "mail_account.changed";
    /// The workspace's mail account was taken away. The subject is the workspace.
    MailAccountDeleted = "mail_account.deleted";
    /// Something left the trash for good. The subject is what it was.
    DataErased = "data.erased";
    /// A person was erased for good, as is their right. Who it was is not said: the subject is the workspace.
    PersonErased = "person.erased";
    /// All or some contacts, or the whole workspace, went out. The subject is the workspace.
    DataExported = "data.exported";
    /// All that is held about one person went out. The subject is the contact.
    PersonExported = "person.exported";
    /// An operator made a signing key.
    SigningKeyRotated = "signing_key.rotated";
    /// An operator encrypted the secrets anew.
    SecretsRekeyed = "secrets.rekeyed";
}
