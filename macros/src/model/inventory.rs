//! What a schema has under names of its own, as SQL.

use std::collections::BTreeMap;

use crate::grammar::Script;
use crate::lint;
use crate::model::Schema;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::syntax::words::name::TableName;

/// The quoted, qualified name of each table, view, sequence, type and function, with all that makes
/// it what it is. The parts of a table (indexes, constraints, triggers, policies) go by its name.
pub(crate) struct Inventory(BTreeMap<String, Vec<String>>);

impl Schema {
    /// Its schemas, and all that stands in one; so no extension is among it.
    pub(crate) fn inventory(&self) -> Inventory {
        // To read the tables for their names would be felt.
        let quoted = |name: &str| TableName::read(name).map(|name| name.quoted());
        let tables = self.tables.iter();
        let tables = tables.filter_map(|(name, entry)| Some((quoted(name)?, &entry.text)));
        let mut items: BTreeMap<String, Vec<String>> =
            tables.map(|(name, text)| (name, vec![text.clone()])).collect();
        for entity in &self.entities {
            for name in names(entity) {
                items.entry(name).or_default().extend(entity.create.iter().cloned());
            }
        }
        for entity in &self.entities {
            let whole = entity.on.as_ref().and_then(|on| items.get_mut(&on.quoted()));
            if let Some(whole) = whole {
                whole.extend(entity.create.iter().cloned());
            }
        }
        Inventory(items)
    }
}

impl Inventory {
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The names of what was not there before.
    pub(crate) fn since(&self, before: &Inventory) -> impl Iterator<Item = &str> {
        self.names().filter(|name| !before.0.contains_key(*name))
    }

    /// The names of what was not there before, or not as it is now.
    pub(crate) fn news(&self, before: &Inventory) -> Vec<String> {
        let is_new = |(name, text): &(&String, &Vec<String>)| before.0.get(*name) != Some(text);
        self.0.iter().filter(is_new).map(|(name, _)| name.clone()).collect()
    }
}

/// The names that an entity has; a part of something has none.
fn names(entity: &Entity) -> Vec<String> {
    match entity.kind {
        Kind::Enum
        | Kind::Domain
        | Kind::Sequence
        | Kind::Function
        | Kind::Partition
        | Kind::View
        | Kind::MaterializedView => vec![entity.name.quoted()],
        Kind::Other => entity.create.iter().flat_map(|sql| names_in(sql)).collect(),
        // Of a trigger its function, where that is ours. To read the rest would be felt.
        Kind::Trigger => {
            let functions = entity.create.iter().filter(|sql| sql.starts_with("create function "));
            functions.flat_map(|sql| names_in(sql)).collect()
        }
        Kind::Schema => vec![entity.name.name.quoted()],
        Kind::Extension
        | Kind::Index
        | Kind::Policy
        | Kind::RowSecurity
        | Kind::ReplicaIdentity
        | Kind::PartitionRule
        | Kind::Grant => Vec::new(),
    }
}

/// The names of what raw SQL makes.
fn names_in(sql: &str) -> Vec<String> {
    let Ok(script) = Script::read(sql) else { return Vec::new() };
    script.statements().filter_map(lint::made_in_schema).map(|name| name.quoted()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_raw_sql_makes_is_named() {
        for sql in [
            "create table a.b (id int)",
            "create table a.b as select 1",
            "create table a.b partition of c for values in (1)",
            "create foreign table a.b (id int) server s",
            "create view a.b as select 1",
            "create materialized view a.b as select 1",
            "create sequence a.b",
            "create type a.b as (x int)",
            "create type a.b as range (subtype = float8)",
            "create type a.b",
            "create type a.b as enum ('x')",
            "create domain a.b as text",
            "create statistics a.b on x, y from t",
            "create collation a.b (locale = 'C')",
            "create function a.b(x int) returns int language sql as 'select 1'",
            "create procedure a.b(x int) language sql as 'select 1'",
            "create aggregate a.b(int) (sfunc = s, stype = int)",
            "create operator class a.b for type int using btree as operator 1 <",
            "create operator family a.b using btree",
            "create conversion a.b for 'UTF8' to 'LATIN1' from f",
            "create text search configuration a.b (copy = simple)",
            "create text search dictionary a.b (template = simple)",
            "create text search parser a.b (start = s)",
            "create text search template a.b (lexize = s)",
        ] {
            assert_eq!(names_in(sql), ["\"a\".\"b\""], "{sql}");
        }
        for sql in [
            "create publication b for all tables",
            "create index b on a.c (d)",
            "create rule b as on insert to a.c do nothing",
            "alter type a.b add value 'x'",
            "comment on table a.b is 'x'",
            "do $$ begin end $$",
        ] {
            assert_eq!(names_in(sql), [""; 0], "{sql}");
        }
    }
}
