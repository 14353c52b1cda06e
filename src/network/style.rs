//! What links and people look like, in the drawing and in DOT alike.
use super::model::{EdgeKind, NetworkEdge, NetworkNode, NodeKind};
use crate::contacts::Stage;
use crate::introductions::State;

/// How a link is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    Made,
    Promised,
    Named,
    Stale,
    Declined,
    Connector,
}

impl Line {
    pub fn of(edge: &NetworkEdge) -> Self {
        match (edge.kind, edge.state) {
            (EdgeKind::Connector, _) => Self::Connector,
            (EdgeKind::Introduction, Some(State::Made)) => Self::Made,
            (EdgeKind::Introduction, Some(State::Promised)) => Self::Promised,
            (EdgeKind::Introduction, Some(State::Declined)) => Self::Declined,
            (EdgeKind::Introduction, Some(State::Stale)) => Self::Stale,
            (EdgeKind::Introduction, Some(State::Named) | None) => Self::Named,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Promised => "promised",
            Self::Named => "named",
            Self::Stale => "stale",
            Self::Declined => "declined",
            Self::Connector => "connector",
        }
    }

    pub fn colour(self) -> &'static str {
        match self {
            Self::Made => "#15803d",
            Self::Promised => "#b45309",
            Self::Named => "#475569",
            Self::Stale => "#a8a29e",
            Self::Declined => "#dc2626",
            Self::Connector => "#94a3b8",
        }
    }

    /// Dashes and gaps; nothing for a line without.
    pub fn dashes(self) -> Option<&'static str> {
        match self {
            Self::Made | Self::Connector => None,
            Self::Promised | Self::Stale => Some("7 4"),
            Self::Named => Some("3 3"),
            Self::Declined => Some("1 4"),
        }
    }
}

/// How far the seeker has come with somebody, as the dot before the name says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    Met,
    Talking,
    Ahead,
    Closed,
}

impl Progress {
    /// Only of contacts.
    pub fn of(node: &NetworkNode) -> Option<Self> {
        Some(match node.stage.filter(|_| node.kind == NodeKind::Contact)? {
            Stage::Met | Stage::Thanked | Stage::InTouch => Self::Met,
            Stage::Contacted | Stage::Replied | Stage::Scheduled => Self::Talking,
            Stage::Identified | Stage::Researching => Self::Ahead,
            Stage::Closed => Self::Closed,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Talking => "in conversation",
            Self::Ahead => "still ahead",
            Self::Closed => "closed",
        }
    }

    pub fn colour(self) -> &'static str {
        match self {
            Self::Met => "#15803d",
            Self::Talking => "#d97706",
            Self::Ahead => "#94a3b8",
            Self::Closed => "#57534e",
        }
    }
}

/// What somebody is called who has no name any more.
pub const ANONYMOUS: &str = "(anonymous)";

pub fn called(node: &NetworkNode) -> &str {
    node.name.as_deref().unwrap_or(ANONYMOUS)
}
