//! The network as the database has it and as the API shows it.
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::companies::CompanyId;
use crate::contacts::{ContactId, Relationship, Stage, StageReason};
use crate::db::schema::{contacts, introductions, positions};
use crate::introductions::{IntroductionId, State};

/// An introduction as a link.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = introductions, check_for_backend(diesel::pg::Pg))]
pub struct LinkRow {
    pub id: IntroductionId,
    pub introducer_id: Option<ContactId>,
    pub introducer_ghost: Option<Uuid>,
    pub introduced_id: Option<ContactId>,
    pub introduced_ghost: Option<Uuid>,
    pub introduced_name: Option<String>,
    pub introduced_title: Option<String>,
    pub introduced_company_id: Option<CompanyId>,
    pub state: State,
    pub may_use_name: bool,
}

impl LinkRow {
    pub fn from(&self) -> Uuid {
        self.introducer_id.map(Uuid::from).or(self.introducer_ghost).unwrap_or_else(|| self.id.into())
    }

    /// A mere name has no id but that of the introduction.
    pub fn to(&self) -> Uuid {
        self.introduced_id.map(Uuid::from).or(self.introduced_ghost).unwrap_or_else(|| self.id.into())
    }
}

/// A contact as far as the network is concerned.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = contacts, check_for_backend(diesel::pg::Pg))]
pub struct PersonRow {
    pub id: ContactId,
    pub display_name: String,
    pub stage: Stage,
    pub stage_reason: Option<StageReason>,
    pub relationship: Option<Relationship>,
    pub strength: Option<i16>,
    pub do_not_contact: bool,
    pub connector_id: Option<ContactId>,
}

/// A role at a company.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = positions, check_for_backend(diesel::pg::Pg))]
pub struct RoleRow {
    pub contact_id: ContactId,
    pub title: Option<String>,
    pub is_current: bool,
}

/// Who led to whom.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NetworkGraph {
    /// Each once, the nearest to the start first.
    pub nodes: Vec<NetworkNode>,
    /// Between the nodes that are shown.
    pub edges: Vec<NetworkEdge>,
    /// Whether there is more than is shown. Ask for a smaller part, or a larger limit.
    pub truncated: bool,
}

/// What a node stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    Contact,
    /// Somebody of whom only the name is known.
    Name,
    /// A contact who was deleted: the shape of the network stays.
    Anonymous,
}

/// Somebody who introduced or was introduced.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NetworkNode {
    /// The contact's id, or, where there is no contact, one of the node's own.
    pub id: Uuid,
    pub kind: NodeKind,
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(example = "Miriam Okafor")]
    pub name: Option<String>,
    pub stage: Option<Stage>,
    /// The fewest introductions between the seeker and this person: 0 for whom nobody introduced.
    #[schema(example = 0)]
    pub chain_depth: u32,
    pub r#yield: NetworkYield,
}

/// What came of knowing somebody. It is of the whole network, whatever part of it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct NetworkYield {
    /// People whom this one named or introduced.
    #[schema(example = 3)]
    pub introductions: usize,
    /// Of these, how many introductions were made.
    #[schema(example = 2)]
    pub made: usize,
    /// People to whom this one led, over any number of introductions.
    #[schema(example = 5)]
    pub people: usize,
    /// Of these, how many the seeker has met.
    #[schema(example = 2)]
    pub met: usize,
}

/// What an edge rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    Introduction,
    /// The contact's `connector_id`, without an introduction of the two.
    Connector,
}

/// One led to the other.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NetworkEdge {
    /// The node who introduces.
    pub from: Uuid,
    /// The node who is introduced.
    pub to: Uuid,
    pub kind: EdgeKind,
    #[schema(value_type = Option<Uuid>)]
    pub introduction_id: Option<IntroductionId>,
    pub state: Option<State>,
    pub may_use_name: Option<bool>,
}

/// Whether the seeker knows somebody there, or knows somebody who can introduce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PathKind {
    Direct,
    Introduction,
}

/// Whether somebody works there or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PathEmployment {
    Current,
    Former,
}

/// A way into a company.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CompanyPath {
    pub kind: PathKind,
    /// The person there; `null` where only the name is known.
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(example = "Tom Hargreaves")]
    pub name: Option<String>,
    #[schema(example = "Site Operations Manager")]
    pub title: Option<String>,
    pub employment: PathEmployment,
    /// Who can introduce; `null` where the seeker knows the person there.
    pub introducer: Option<PathIntroducer>,
    #[schema(value_type = Option<Uuid>)]
    pub introduction_id: Option<IntroductionId>,
    /// How far that introduction is.
    pub state: Option<State>,
    /// Whether the seeker may say who named the person.
    pub may_use_name: Option<bool>,
    /// Somebody on the way asked not to be contacted.
    pub do_not_contact: bool,
    /// The better the way, the more, from 1 to 100; 0 where somebody is not to be contacted.
    #[schema(minimum = 0, maximum = 100, example = 78)]
    pub score: i16,
    /// Why, the weightiest first.
    pub reasons: Vec<PathReason>,
}

/// Who can introduce.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PathIntroducer {
    pub contact_id: ContactId,
    #[schema(example = "Miriam Okafor")]
    pub name: String,
}

/// A reason for a score, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PathReason {
    /// `works_there`, `worked_there`, `named_there`, `known`, `introduction_made`, `introduction_promised`,
    /// `introduction_named`, `introduction_stale`, `connector`, `strength`, `relationship`, `met`, `replied`,
    /// `contacted`, `may_use_name`, `closed`, `do_not_contact`. New ones may come.
    #[schema(example = "works_there")]
    pub code: String,
    #[schema(example = "works there as Site Operations Manager")]
    pub detail: String,
    /// What it adds to the score, or takes from it.
    #[schema(example = 20)]
    pub points: i16,
}

/// People and links for the tests of the renderings.
#[cfg(test)]
pub mod test {
    use super::*;

    pub fn id(number: usize) -> Uuid {
        Uuid::from_u128(number as u128 + 1)
    }

    pub fn node(number: usize, name: &str, chain_depth: u32) -> NetworkNode {
        NetworkNode {
            id: id(number),
            kind: NodeKind::Contact,
            contact_id: None,
            name: Some(name.to_owned()),
            stage: None,
            chain_depth,
            r#yield: NetworkYield::default(),
        }
    }

    pub fn edge(from: usize, to: usize) -> NetworkEdge {
        NetworkEdge {
            from: id(from),
            to: id(to),
            kind: EdgeKind::Introduction,
            introduction_id: None,
            state: Some(State::Made),
            may_use_name: Some(true),
        }
    }
}
