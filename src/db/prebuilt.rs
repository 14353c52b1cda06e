//! Statements whose text is built once.
use std::any::TypeId;
use std::cell::RefCell;
use std::collections::HashMap;

use diesel::QueryResult;
use diesel::pg::{Pg, PgQueryBuilder};
use diesel::query_builder::{AstPass, Query, QueryBuilder, QueryFragment, QueryId};

/// A query whose text depends on its type alone. diesel-async has the text built at every call, though it finds the
/// prepared statement by the type: for a table of many columns that is a tenth of what a small read costs.
///
/// A query that has no id of its own (a boxed one, say) is built every time, as without this.
#[derive(Debug, Clone, Copy)]
pub struct Prebuilt<Q>(pub Q);

thread_local! {
    static TEXTS: RefCell<HashMap<TypeId, String>> = RefCell::default();
}

impl<Q: QueryId> QueryId for Prebuilt<Q> {
    type QueryId = Q::QueryId;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for Prebuilt<Q> {
    type SqlType = Q::SqlType;
}

impl<Q: QueryFragment<Pg> + QueryId> QueryFragment<Pg> for Prebuilt<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn to_sql(&self, out: &mut PgQueryBuilder, backend: &Pg) -> QueryResult<()> {
        let Some(id) = Q::query_id() else { return self.0.to_sql(out, backend) };
        if TEXTS.with_borrow(|texts| texts.get(&id).map(|text| out.push_sql(text)).is_some()) {
            return Ok(());
        }
        let mut text = PgQueryBuilder::default();
        self.0.to_sql(&mut text, backend)?;
        let text = text.finish();
        out.push_sql(&text);
        TEXTS.with_borrow_mut(|texts| texts.insert(id, text));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;

    use super::*;
    use crate::db::schema::contacts;

    #[test]
    fn the_text_is_that_of_the_query() {
        let by = |id| contacts::table.filter(contacts::id.eq(id)).select(contacts::version);
        let text = |id| diesel::debug_query::<Pg, _>(&by(id)).to_string();
        let (one, other) = (uuid::Uuid::nil(), uuid::Uuid::max());
        // The second time from memory, with the values of the second.
        for id in [one, other] {
            assert_eq!(diesel::debug_query::<Pg, _>(&Prebuilt(by(id))).to_string(), text(id));
        }
    }
}
