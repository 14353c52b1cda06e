//! PostgreSQL's `tsvector` and `tsquery`, in the binary form of the protocol: no text of a client is ever part of a
//! query's syntax.
use std::collections::BTreeMap;
use std::io::Write;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::query_builder::QueryId;
use diesel::serialize::{IsNull, Output, Result as Written, ToSql};
use diesel::sql_types::SqlType;

/// The words of a document.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 3614, array_oid = 3643))]
pub struct TsVector;

/// What is looked for in it.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 3615, array_oid = 3645))]
pub struct TsQuery;

diesel::infix_operator!(Matches, " @@ ", diesel::sql_types::Bool, backend: Pg);

/// The last place in a document that PostgreSQL tells from the next.
pub const LAST_PLACE: u16 = 16_383;
/// Places that it keeps of one word.
const PLACES: usize = 255;

/// Words, each with the places where it stands, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = TsVector)]
pub struct Vector(BTreeMap<String, Vec<u16>>);

impl Vector {
    pub fn insert(&mut self, word: String, place: u16) {
        let places = self.0.entry(word).or_default();
        let place = place.clamp(1, LAST_PLACE);
        if places.len() < PLACES && places.last().is_none_or(|last| *last < place) {
            places.push(place);
        }
    }
}

impl ToSql<TsVector, Pg> for Vector {
    /// As `tsvectorrecv` reads it: the number of words, then each with a zero byte behind it and its places.
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> Written {
        out.write_all(&u32::try_from(self.0.len())?.to_be_bytes())?;
        for (word, places) in &self.0 {
            out.write_all(word.as_bytes())?;
            out.write_all(&[0])?;
            out.write_all(&u16::try_from(places.len())?.to_be_bytes())?;
            for place in places {
                out.write_all(&place.to_be_bytes())?;
            }
        }
        Ok(IsNull::No)
    }
}

/// A condition on the words of a document.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression)]
#[diesel(sql_type = TsQuery)]
pub enum Condition {
    Word {
        text: String,
        prefix: bool,
    },
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    /// The second directly behind the first.
    Then(Box<Condition>, Box<Condition>),
}

impl Condition {
    pub fn and(self, other: Self) -> Self {
        Self::And(Box::new(self), Box::new(other))
    }

    pub fn or(self, other: Self) -> Self {
        Self::Or(Box::new(self), Box::new(other))
    }

    pub fn then(self, other: Self) -> Self {
        Self::Then(Box::new(self), Box::new(other))
    }

    fn size(&self) -> u32 {
        match self {
            Self::Word { .. } => 1,
            Self::Not(one) => 1 + one.size(),
            Self::And(a, b) | Self::Or(a, b) | Self::Then(a, b) => 1 + a.size() + b.size(),
        }
    }

    fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        const OPERATOR: u8 = 2;
        match self {
            Self::Word { text, prefix } => {
                // An operand of any weight.
                out.write_all(&[1, 0, u8::from(*prefix)])?;
                out.write_all(text.as_bytes())?;
                out.write_all(&[0])
            }
            Self::Not(one) => {
                out.write_all(&[OPERATOR, 1])?;
                one.write(out)
            }
            Self::And(a, b) => {
                out.write_all(&[OPERATOR, 2])?;
                b.write(out)?;
                a.write(out)
            }
            Self::Or(a, b) => {
                out.write_all(&[OPERATOR, 3])?;
                b.write(out)?;
                a.write(out)
            }
            Self::Then(a, b) => {
                out.write_all(&[OPERATOR, 4, 0, 1])?;
                b.write(out)?;
                a.write(out)
            }
        }
    }
}

impl std::ops::Not for Condition {
    type Output = Self;

    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}

impl ToSql<TsQuery, Pg> for Condition {
    /// As `tsqueryrecv` reads it: the number of items, then each operator before its operands, the right one first.
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> Written {
        out.write_all(&self.size().to_be_bytes())?;
        self.write(out)?;
        Ok(IsNull::No)
    }
}
