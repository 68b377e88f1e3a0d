//! The tools that made a database before, by the tables in which they record what they did.

use crate::catalog::declaration::QualifiedName;
use crate::session::executor::Rows;
use crate::session::sql::quote_identifier;

/// The tables that may be such a record: the schema, the name and the columns of each, and whether
/// the role may read it.
pub(crate) const SQL: &str = include_str!("older.sql");

/// How a tool records what it did.
struct Tool {
    /// Its name, as `baseline(…)` takes it.
    word: &'static str,
    table: &'static str,
    /// Columns that its table has.
    columns: &'static [&'static str],
    /// Whether these are all.
    are_all: bool,
    /// A table that stands beside it, or does not.
    beside: Option<(&'static str, bool)>,
    /// Asks for the last version, of `{table}`.
    last: &'static str,
    /// Whether its versions are numbers.
    is_number: bool,
}

const RAILS: &str = "ar_internal_metadata";

const fn tool(
    word: &'static str,
    table: &'static str,
    columns: &'static [&'static str],
    last: &'static str,
) -> Tool {
    Tool { word, table, columns, are_all: false, beside: None, last, is_number: false }
}

/// Numbers in a column of texts.
const LONGEST: &str = "select version::text from {table} \
    order by length(version::text) desc, version::text desc limit 1";

#[rustfmt::skip]
const TOOLS: &[Tool] = &[
    Tool { is_number: true, ..tool("sqlx", "_sqlx_migrations", &["version", "checksum", "success"],
        "select max(version)::text from {table} where success") },
    Tool { is_number: true, ..tool("diesel", "__diesel_schema_migrations", &["version", "run_on"],
        "select max(version)::text from {table}") },
    Tool { is_number: true, ..tool("refinery", "refinery_schema_history", &["version", "name", "checksum"],
        "select max(version)::text from {table}") },
    tool("sea_orm", "seaql_migrations", &["version", "applied_at"],
        "select max(version)::text from {table}"),
    tool("flyway", "flyway_schema_history", &["installed_rank", "version", "success"],
        "select version::text from {table} where success and version is not null order by installed_rank desc limit 1"),
    Tool { are_all: true, is_number: true, ..tool("golang_migrate", "schema_migrations", &["version", "dirty"],
        "select max(version)::text from {table}") },
    Tool { is_number: true, ..tool("goose", "goose_db_version", &["id", "version_id", "is_applied"],
        "select version_id::text from {table} where is_applied order by id desc limit 1") },
    Tool { are_all: true, is_number: true, beside: Some((RAILS, true)), ..tool("rails", "schema_migrations", &["version"],
        LONGEST) },
    Tool { are_all: true, is_number: true, beside: Some((RAILS, false)), ..tool("dbmate", "schema_migrations", &["version"],
        LONGEST) },
    tool("alembic", "alembic_version", &["version_num"],
        "select max(version_num)::text from {table}"),
    tool("prisma", "_prisma_migrations", &["migration_name", "finished_at", "rolled_back_at"],
        "select migration_name::text from {table} where finished_at is not null and rolled_back_at is null order by finished_at desc limit 1"),
];

/// A tool's record that a database has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Older {
    pub(crate) word: &'static str,
    /// The tables that are its own.
    pub(crate) tables: Vec<QualifiedName>,
    /// Whether the role may read all of it.
    pub(crate) is_readable: bool,
    /// The last version that it ran.
    pub(crate) version: Option<String>,
}

/// The records among the tables that [`SQL`] has found, without their versions, and what asks for
/// those.
pub(crate) fn records(rows: &Rows, columns: fn(&str) -> Vec<String>) -> Vec<(Older, String)> {
    let table = |schema: &str, name: &str| QualifiedName {
        schema: schema.to_owned(),
        name: name.to_owned(),
    };
    let all: Vec<(QualifiedName, Vec<String>, bool)> = rows
        .iter()
        .map(|row| (table(row.text(0), row.text(1)), columns(row.text(2)), row.is_true(3)))
        .collect();
    let mut found = Vec::new();
    for (own, columns, is_readable) in &all {
        let beside = |name: &str| {
            let beside = QualifiedName { schema: own.schema.clone(), name: name.to_owned() };
            all.iter().any(|(other, ..)| *other == beside).then_some(beside)
        };
        let is_it = |tool: &&Tool| {
            tool.table == own.name
                && tool.columns.iter().all(|name| columns.iter().any(|column| column == name))
                && (!tool.are_all || columns.len() == tool.columns.len())
                && tool.beside.is_none_or(|(name, stands)| beside(name).is_some() == stands)
        };
        let Some(tool) = TOOLS.iter().find(is_it) else { continue };
        let more = tool.beside.and_then(|(name, _)| beside(name));
        let tables = [own.clone()].into_iter().chain(more).collect();
        let table = format!("{}.{}", quote_identifier(&own.schema), quote_identifier(&own.name));
        let older = Older { word: tool.word, tables, is_readable: *is_readable, version: None };
        found.push((older, tool.last.replace("{table}", &table)));
    }
    found
}

impl Older {
    /// `sqlx = "20240312101500"`; none where the tool has run nothing, or its version is none that it
    /// would have.
    pub(crate) fn said(&self) -> Option<String> {
        let version = self.version.as_deref()?;
        let tool = TOOLS.iter().find(|tool| tool.word == self.word)?;
        let is_number = version.bytes().all(|byte| byte.is_ascii_digit());
        let is_word =
            !version.is_empty() && !version.contains(|c: char| c.is_whitespace() || c.is_control());
        let fits = is_word && (is_number || !tool.is_number);
        fits.then(|| format!("{} = {version:?}", self.word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tables: &[(&str, &str)]) -> Vec<&'static str> {
        let row = |(name, columns): &(&str, &str)| {
            ["public", name, columns, "t"].map(|text| Some(text.to_owned())).to_vec()
        };
        let rows = Rows::new(tables.iter().map(row).collect(), 0);
        let columns = |text: &str| text.split(' ').map(str::to_owned).collect();
        records(&rows, columns).into_iter().map(|(older, _)| older.word).collect()
    }

    #[test]
    fn look_alikes_are_told_apart_by_their_columns() {
        assert_eq!(found(&[("schema_migrations", "version dirty")]), ["golang_migrate"]);
        assert_eq!(found(&[("schema_migrations", "version")]), ["dbmate"]);
        let rails = [("schema_migrations", "version"), ("ar_internal_metadata", "key value")];
        assert_eq!(found(&rails), ["rails"]);
        assert_eq!(found(&[("schema_migrations", "version other")]), [""; 0]);
        assert_eq!(found(&[("_sqlx_migrations", "version")]), [""; 0]);
    }

    #[test]
    fn a_version_is_said_where_the_tool_would_have_it() {
        let said = |word, version: Option<&str>| {
            let version = version.map(str::to_owned);
            Older { word, tables: Vec::new(), is_readable: true, version }.said()
        };
        assert_eq!(
            said("sqlx", Some("20240312101500")).as_deref(),
            Some("sqlx = \"20240312101500\"")
        );
        assert_eq!(said("sqlx", Some("v1")), None);
        assert_eq!(said("flyway", Some("2.1")).as_deref(), Some("flyway = \"2.1\""));
        assert_eq!(said("sqlx", None), None);
    }
}
