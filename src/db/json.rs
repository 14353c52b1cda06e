//! `jsonb` columns that are read and written as the type they hold, without a tree of values in between.
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Jsonb;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The version of PostgreSQL's binary form of `jsonb` that there is.
const FORMAT: u8 = 1;

/// What a `jsonb` column holds. A shape that this version does not know reads as nothing, as [`crate::fields::stored`].
#[derive(Debug, Clone, Default, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
pub struct Json<T: 'static>(pub T);

impl<T: DeserializeOwned + Default> FromSql<Jsonb, Pg> for Json<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((&FORMAT, text)) => Ok(Self(serde_json::from_slice(text).unwrap_or_default())),
            _ => Err("an unknown form of jsonb".into()),
        }
    }
}

impl<T: Serialize + std::fmt::Debug> ToSql<Jsonb, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        std::io::Write::write_all(out, &[FORMAT])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}
