//! Many rows in one statement, with a parameter for each column instead of one for each value.

/// Inserts rows by `INSERT … SELECT … FROM unnest($1, $2, …)`: the statement is as short for a thousand rows as for one,
/// where a list of `VALUES` costs PostgreSQL more to parse and plan than to store.
///
/// A column that is a list itself is sent as text and cast: `tags as "text[]": Text = array_text(&row.tags)`. A test
/// compares the columns with those of the table, so that a new one is not forgotten.
///
/// `taken Taken::Over(&["workspace_id", "id"])`, behind the columns, says what becomes of a row whose key is there already.
///
/// Answers `QueryResult<usize>`; with `giving T`, behind that, the `id` of each row that was written, as a list of `T`.
#[macro_export]
macro_rules! insert_columns {
    ($conn:expr, $table:literal, $rows:expr, $row:ident => {
        $($column:ident $(as $cast:literal)?: $kind:ty = $value:expr,)+
    } $(, taken $taken:expr)? $(, giving $written:ty)?) => {{
        let columns: &[(&str, Option<&str>)] = &[$((stringify!($column), $crate::insert_columns!(@cast $($cast)?)),)+];
        let taken = $crate::insert_columns!(@taken $($taken)?);
        let statement = $crate::db::columns::statement($table, columns, taken);
        let query = diesel::sql_query(statement $(+ $crate::insert_columns!(@returning $written))?);
        $(
            let query = query.bind::<diesel::sql_types::Array<$kind>, _>(
                $rows.iter().map(|$row| $value).collect::<Vec<_>>()
            );
        )+
        $crate::insert_columns!(@run query, $conn $(, $written)?).await
    }};
    (@returning $written:ty) => { " RETURNING id" };
    (@run $query:ident, $conn:expr) => { diesel_async::RunQueryDsl::execute($query, $conn) };
    (@run $query:ident, $conn:expr, $written:ty) => { diesel_async::RunQueryDsl::load::<$written>($query, $conn) };
    (@taken) => { $crate::db::columns::Taken::Fails };
    (@taken $taken:expr) => { $taken };
    (@cast) => { None };
    (@cast $cast:literal) => { Some($cast) };
}

/// What becomes of a row whose key is there already.
#[derive(Debug, Clone, Copy)]
pub enum Taken<'a> {
    /// The statement fails.
    Fails,
    /// It is written over the one with the same values in these columns.
    Over(&'a [&'a str]),
    /// It is left out.
    Stays,
}

/// The statement of [`insert_columns!`].
pub fn statement(table: &str, columns: &[(&str, Option<&str>)], taken: Taken<'_>) -> String {
    let all: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let names = all.join(", ");
    let values: Vec<String> = columns
        .iter()
        .map(|(name, cast)| cast.map_or_else(|| (*name).to_owned(), |kind| format!("{name}::{kind}")))
        .collect();
    let parameters: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
    let taken = match taken {
        Taken::Fails => String::new(),
        Taken::Over(key) => {
            let others = all.iter().filter(|name| !key.contains(name));
            let news: Vec<String> = others.map(|name| format!("{name} = excluded.{name}")).collect();
            format!(" ON CONFLICT ({}) DO UPDATE SET {}", key.join(", "), news.join(", "))
        }
        Taken::Stays => " ON CONFLICT DO NOTHING".to_owned(),
    };
    format!(
        "INSERT INTO {table} ({names}) SELECT {} FROM unnest({}) AS rows ({names}){taken}",
        values.join(", "),
        parameters.join(", ")
    )
}

/// A list of texts as PostgreSQL writes it (its manual, "Array Input and Output Syntax").
pub fn array_text(list: &[String]) -> String {
    let mut text = String::from("{");
    for (index, item) in list.iter().enumerate() {
        text.push_str(if index == 0 { "\"" } else { ",\"" });
        for c in item.chars() {
            if matches!(c, '"' | '\\') {
                text.push('\\');
            }
            text.push(c);
        }
        text.push('"');
    }
    text.push('}');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_parameter_for_each_column() {
        let columns = [("id", None), ("tags", Some("text[]"))];
        let sql = "INSERT INTO rows (id, tags) SELECT id, tags::text[] FROM unnest($1, $2) AS rows (id, tags)";
        assert_eq!(statement("rows", &columns, Taken::Fails), sql);
        let over = statement("rows", &columns, Taken::Over(&["id"]));
        assert_eq!(over, format!("{sql} ON CONFLICT (id) DO UPDATE SET tags = excluded.tags"));
        assert_eq!(statement("rows", &columns, Taken::Stays), format!("{sql} ON CONFLICT DO NOTHING"));
    }

    #[test]
    fn lists_are_quoted() {
        let list = ["plain", "", "NULL", r#"a "b" \c"#, "x,{y}"].map(str::to_owned);
        assert_eq!(array_text(&list), r#"{"plain","","NULL","a \"b\" \\c","x,{y}"}"#);
        assert_eq!(array_text(&[]), "{}");
    }
}
