//! Scopes: what a credential may do, and what a role may at most.
use std::fmt;

macro_rules! scopes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        $(
            $(#[doc = $doc])+
            pub struct $name;
            impl Scope for $name {
                const NAME: &'static str = $text;
                const BIT: u64 = 1 << (Index::$name as u32);
            }
        )+

        /// The place of each in [`ALL`]. Only names are written anywhere, so that places may change.
        #[derive(Clone, Copy)]
        enum Index { $($name),+ }

        /// All scopes, with what each allows.
        pub const ALL: &[(&str, u64, &str)] = &[$(($text, $name::BIT, concat!($($doc),+))),+];
    };
}

/// A permission, named as clients see it.
pub trait Scope: 'static {
    const NAME: &'static str;
    const BIT: u64;
}

scopes! {
    /// Read your account and its sessions.
    AccountRead = "account:read";
    /// Change your account: name, password, sessions, deletion.
    AccountWrite = "account:write";
    /// Read the workspace, its members and invitations.
    WorkspaceRead = "workspace:read";
    /// Change the workspace, its members and invitations.
    WorkspaceWrite = "workspace:write";
    /// Read contacts and their positions.
    ContactsRead = "contacts:read";
    /// Create, change and delete contacts.
    ContactsWrite = "contacts:write";
    /// Read companies.
    CompaniesRead = "companies:read";
    /// Create, change and delete companies.
    CompaniesWrite = "companies:write";
    /// Read imports and their rows.
    ImportsRead = "imports:read";
    /// Import files, and undo imports.
    ImportsWrite = "imports:write";
    /// Read what was deleted.
    TrashRead = "trash:read";
    /// Restore or purge what was deleted.
    TrashWrite = "trash:write";
    /// Read the change log and follow it.
    ChangesRead = "changes:read";
    /// Read introductions, requests for them, and the network they make.
    IntroductionsRead = "introductions:read";
    /// Create, change and delete introductions and requests for them.
    IntroductionsWrite = "introductions:write";
    /// Search; what is found also takes the scope to read it.
    SearchRead = "search:read";
    /// Read tags and how many carry them.
    TagsRead = "tags:read";
    /// Rename, merge and delete tags on everything that carries them.
    TagsWrite = "tags:write";
    /// Read saved views.
    SavedViewsRead = "saved_views:read";
    /// Create, change and delete saved views.
    SavedViewsWrite = "saved_views:write";
    /// Export contacts, and the whole workspace.
    ExportsRead = "exports:read";
    /// Read the audit log; for owners.
    AuditRead = "audit:read";
    /// Read messages and whom not to contact.
    MessagesRead = "messages:read";
    /// Create, change and delete messages and entries of the do-not-contact list.
    MessagesWrite = "messages:write";
    /// Read the seeker's profile.
    ProfileRead = "profile:read";
    /// Change the seeker's profile.
    ProfileWrite = "profile:write";
    /// Read templates.
    TemplatesRead = "templates:read";
    /// Create, change and delete templates.
    TemplatesWrite = "templates:write";
    /// Have messages leave the house.
    MessagesSend = "messages:send";
    /// Read meetings, their agendas, goals and questions.
    MeetingsRead = "meetings:read";
    /// Create, change and delete meetings, their agendas, goals and questions.
    MeetingsWrite = "meetings:write";
    /// Read follow-ups.
    FollowUpsRead = "follow_ups:read";
    /// Create, change, settle and delete follow-ups.
    FollowUpsWrite = "follow_ups:write";
    /// Read feeds and their alerts.
    FeedsRead = "feeds:read";
    /// Create, change and delete feeds, and settle their alerts.
    FeedsWrite = "feeds:write";
    /// Read research notes, their attachments, and what prepares a meeting.
    ResearchRead = "research:read";
    /// Create, change and delete research notes and attachments.
    ResearchWrite = "research:write";
    /// Read webhook endpoints and their deliveries; never their secrets.
    WebhooksRead = "webhooks:read";
    /// Create, change, try and delete webhook endpoints.
    WebhooksWrite = "webhooks:write";
    /// Read API keys; never their secrets.
    ApiKeysRead = "api_keys:read";
    /// Create, change, rotate and revoke API keys.
    ApiKeysWrite = "api_keys:write";
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u64);

impl Scopes {
    pub const NONE: Self = Self(0);

    pub fn all() -> Self {
        Self(ALL.iter().fold(0, |bits, (_, bit, _)| bits | bit))
    }

    /// All that an API key may have: nothing that concerns accounts, members, invitations or other credentials.
    pub fn of_keys() -> Self {
        Self::all()
            .without::<AccountRead>()
            .without::<AccountWrite>()
            .without::<WorkspaceWrite>()
            .without::<ApiKeysRead>()
            .without::<ApiKeysWrite>()
    }

    /// Reads a `scope` claim; names of scopes that this version does not know allow nothing.
    pub fn parse(claim: &str) -> Self {
        Self::of_names(claim.split(' '))
    }

    /// As [`parse`](Self::parse), of single names.
    pub fn of_names(names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let known = |name: &str| ALL.iter().find(|(text, _, _)| *text == name).map_or(0, |(_, bit, _)| *bit);
        Self(names.into_iter().fold(0, |bits, name| bits | known(name.as_ref())))
    }

    /// In the order of [`ALL`].
    pub fn names(self) -> Vec<String> {
        ALL.iter().filter(|(_, bit, _)| self.0 & bit != 0).map(|(name, _, _)| (*name).to_owned()).collect()
    }

    pub fn with<S: Scope>(self) -> Self {
        Self(self.0 | S::BIT)
    }

    pub fn without<S: Scope>(self) -> Self {
        Self(self.0 & !S::BIT)
    }

    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn holds<S: Scope>(self) -> bool {
        self.0 & S::BIT != 0
    }

    fn reading() -> Self {
        let reads = ALL.iter().filter(|(name, _, _)| name.ends_with(":read"));
        Self(reads.fold(0, |bits, (_, bit, _)| bits | bit))
    }
}

/// As in a `scope` claim: names separated by spaces.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(" "))
    }
}

/// What a user is in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, members included.
    Owner,
    /// Everything but the workspace itself and its members.
    Editor,
    /// Reading.
    Viewer,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Editor => "editor",
            Self::Viewer => "viewer",
        }
    }

    /// From the column, which a constraint holds to these three.
    pub fn from_name(name: &str) -> Self {
        match name {
            "owner" => Self::Owner,
            "editor" => Self::Editor,
            _ => Self::Viewer,
        }
    }

    /// What the role may at most. Everybody may change their own account.
    pub fn scopes(self) -> Scopes {
        match self {
            Self::Owner => Scopes::all(),
            Self::Editor => Scopes::all().without::<WorkspaceWrite>().without::<AuditRead>(),
            Self::Viewer => Scopes::reading().with::<AccountWrite>().without::<AuditRead>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_reads_as_it_was_written() {
        for role in [Role::Owner, Role::Editor, Role::Viewer] {
            assert_eq!(Scopes::parse(&role.scopes().to_string()), role.scopes());
        }
        assert_eq!(Scopes::parse("contacts:read nonsense:read "), Scopes::NONE.with::<ContactsRead>());
    }

    #[test]
    fn a_viewer_writes_nothing_of_the_workspace() {
        let claim = Role::Viewer.scopes().to_string();
        assert!(claim.split(' ').filter(|name| name.ends_with(":write")).eq(["account:write"]));
    }
}
