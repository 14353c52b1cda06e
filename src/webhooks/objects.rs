//! Resources as their `GET` answers them, for endpoints with full payloads: of each type all that a round tells of in one
//! piece.
use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::auth::{
    CompaniesRead, ContactsRead, FeedsRead, FollowUpsRead, IntroductionsRead, MeetingsRead, MessagesRead, ResearchRead,
    SavedViewsRead, Scopes, TemplatesRead,
};
use crate::changes::{ChangeRow, resource_type};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::fields;
use crate::{
    alerts, attachments, circle_requests, companies, contacts, do_not_contact, feeds, follow_ups, goals, insights,
    introductions, meeting_questions, meetings, messages, questions, research_notes, saved_views, templates,
};

macro_rules! objects {
    ($($name:literal as $schema:literal, with $scope:ty, by $read:path;)+) => {
        /// The schema of a type's `GET`, of those types that are told in full.
        pub fn schema(resource_type: &str) -> Option<&'static str> {
            match resource_type {
                $($name => Some($schema),)+
                _ => None,
            }
        }

        /// Those of one type that are there, if these scopes may read them.
        async fn read(
            conn: &Conn,
            workspace: WorkspaceId,
            scopes: Scopes,
            resource_type: &str,
            ids: &[Uuid],
        ) -> ApiResult<Vec<Value>> {
            match resource_type {
                $($name if scopes.holds::<$scope>() => {
                    let ids: Vec<_> = ids.iter().map(|id| (*id).into()).collect();
                    Ok(values(&$read(conn, workspace, &ids).await?))
                })+
                _ => Ok(Vec::new()),
            }
        }
    };
}

// What concerns credentials, members and settings is told by its id alone, and so is what has no `GET` of its own.
objects! {
    "alert" as "Alert", with FeedsRead, by alerts::read_many;
    "attachment" as "Attachment", with ResearchRead, by attachments::read_many;
    "circle_request" as "CircleRequest", with IntroductionsRead, by circle_requests::read_many;
    "company" as "Company", with CompaniesRead, by companies::read_many;
    "contact" as "Contact", with ContactsRead, by contacts::show;
    "do_not_contact" as "DoNotContact", with MessagesRead, by do_not_contact::read_many;
    "feed" as "Feed", with FeedsRead, by feeds::read_many;
    "follow_up" as "FollowUp", with FollowUpsRead, by follow_ups::read_many;
    "follow_up_plan" as "FollowUpPlan", with FollowUpsRead, by follow_ups::read_plans;
    "follow_up_run" as "FollowUpRun", with FollowUpsRead, by follow_ups::read_runs;
    "goal" as "Goal", with MeetingsRead, by goals::read_many;
    "insight" as "Insight", with MeetingsRead, by insights::read_many;
    "introduction" as "Introduction", with IntroductionsRead, by introductions::read_many;
    "meeting" as "Meeting", with MeetingsRead, by meetings::read_many;
    "meeting_question" as "MeetingQuestion", with MeetingsRead, by meeting_questions::read_many;
    "message" as "Message", with MessagesRead, by messages::read_many;
    "question" as "Question", with MeetingsRead, by questions::read_many;
    "research_note" as "ResearchNote", with ResearchRead, by research_notes::read_many;
    "saved_view" as "SavedView", with SavedViewsRead, by saved_views::read_many;
    "template" as "Template", with TemplatesRead, by templates::read_many;
}

fn values(resources: &[impl Serialize]) -> Vec<Value> {
    resources.iter().map(fields::store).collect()
}

/// The resources of some changes, by their ids.
pub struct Objects(HashMap<Uuid, Value>);

impl Objects {
    /// As they are now.
    pub async fn read(conn: &Conn, workspace: WorkspaceId, scopes: Scopes, changes: &[ChangeRow]) -> ApiResult<Self> {
        let mut wanted: HashMap<&str, Vec<Uuid>> = HashMap::new();
        for change in changes {
            wanted.entry(resource_type(&change.kind)).or_default().push(change.resource_id);
        }
        let mut found = HashMap::new();
        for (resource_type, mut ids) in wanted {
            ids.sort_unstable();
            ids.dedup();
            for value in Box::pin(read(conn, workspace, scopes, resource_type, &ids)).await? {
                let id = value["id"].as_str().and_then(|id| Uuid::try_parse(id).ok());
                found.extend(id.map(|id| (id, value)));
            }
        }
        Ok(Self(found))
    }

    /// That of a change; nothing when it is gone, or may not be read.
    pub fn of(&self, change: &ChangeRow) -> Option<Value> {
        // An agenda has the id of its meeting.
        schema(resource_type(&change.kind))?;
        self.0.get(&change.resource_id).cloned()
    }
}
