//! Keyset pages: `?limit=&cursor=` in, `{"data": […], "next_cursor": …}` and `Link` out.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::Answer;
use crate::app::App;
use crate::auth::Caller;
use crate::error::{ApiError, ApiResult};

pub const DEFAULT_LIMIT: u16 = 50;
pub const MAX_LIMIT: u16 = 200;

/// Which list is read (path, filters, sort, workspace), for its cursors and links.
pub struct Paging {
    app: Data<App>,
    path: String,
    /// The query without `cursor`.
    query: String,
    list: String,
}

impl FromRequest for Paging {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(app) = request.app_data::<Data<App>>() else {
            return ready(Err(ApiError::internal(&"the application is not in its own data")));
        };
        let pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
        let mut pairs: Vec<_> = pairs.filter(|(name, _)| name != "cursor").collect();
        let query = encode(pairs.iter());
        pairs.sort();
        // Another page size is the same list, and so is one that is counted.
        let bound = encode(pairs.iter().filter(|(name, _)| name != "limit" && name != "count"));
        let workspace = Caller::of(request).map_or_else(|_| String::new(), |caller| caller.workspace.to_string());
        let path = request.path().to_owned();
        ready(Ok(Self { app: app.clone(), list: format!("{workspace} {path}?{bound}"), path, query }))
    }
}

fn encode<'a>(pairs: impl Iterator<Item = &'a (std::borrow::Cow<'a, str>, std::borrow::Cow<'a, str>)>) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        text.append_pair(name, value);
    }
    text.finish()
}

impl Paging {
    /// Makes cursors those of a list that depends on this, too.
    pub fn bind(&mut self, what: &str) {
        self.list.push('#');
        self.list.push_str(what);
    }

    /// The position that the client's cursor names.
    pub fn position<P: DeserializeOwned>(&self, cursor: Option<&str>) -> ApiResult<Option<P>> {
        cursor.map(|cursor| self.app.cursors.open(&self.list, cursor)).transpose()
    }

    pub fn seal(&self, position: &impl Serialize) -> ApiResult<String> {
        self.app.cursors.seal(&self.list, position)
    }

    /// The answer, with a `Link` to the next page (RFC 8288).
    pub fn answer<P: Page>(&self, page: &P) -> ApiResult<Answer<P>> {
        let answer = Answer::ok(page)?;
        let Some(cursor) = page.next_cursor() else { return Ok(answer) };
        let joint = if self.query.is_empty() { "" } else { "&" };
        let link = format!("<{}?{}{joint}cursor={cursor}>; rel=\"next\"", self.path, self.query);
        answer.header(header::LINK, &link)
    }
}

/// The parameters of a list that has neither filters nor a choice of order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    pub cursor: Option<String>,
}

impl Default for PageQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None }
    }
}

impl PageQuery {
    /// One more than the page holds, so that the page can tell whether another follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

/// A page of a list. Each list has its own struct, for clients would get two types for one thing from a generic one.
pub trait Page: Serialize {
    fn next_cursor(&self) -> Option<&str>;
}

/// Whether to count what a list has in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    Exact,
}

/// Declares the page of a list of `$item`; of one that can be `counted`, with its `total`.
#[macro_export]
macro_rules! page {
    ($(#[$meta:meta])* $name:ident of $item:ty, counted) => {
        $(#[$meta])*
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            pub data: Vec<$item>,
            /// Pass it as `cursor` for the next page; `null` on the last one.
            #[schema(required)]
            pub next_cursor: Option<String>,
            /// How many there are on all pages, as long as `count=exact` asks for it; else `null`.
            #[schema(required, minimum = 0, example = 42)]
            pub total: Option<i64>,
        }

        impl $crate::http::page::Page for $name {
            fn next_cursor(&self) -> Option<&str> {
                self.next_cursor.as_deref()
            }
        }
    };
    ($(#[$meta:meta])* $name:ident of $item:ty) => {
        $(#[$meta])*
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            pub data: Vec<$item>,
            /// Pass it as `cursor` for the next page; `null` on the last one.
            #[schema(required)]
            pub next_cursor: Option<String>,
        }

        impl $crate::http::page::Page for $name {
            fn next_cursor(&self) -> Option<&str> {
                self.next_cursor.as_deref()
            }
        }
    };
}

/// Cuts what was read, one row more than the page holds, to the page; the position is that of its last row.
pub fn cut<R, P: Serialize>(
    paging: &Paging,
    limit: u16,
    rows: &mut Vec<R>,
    position: impl FnOnce(&R) -> P,
) -> ApiResult<Option<String>> {
    if rows.len() <= usize::from(limit) {
        return Ok(None);
    }
    rows.truncate(usize::from(limit));
    rows.last().map(|row| paging.seal(&position(row))).transpose()
}
