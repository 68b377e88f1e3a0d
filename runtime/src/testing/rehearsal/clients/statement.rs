//! The statements of a build on one table: all columns named, as a mapper writes them.

use super::table::{Column, Given, Table};
use super::value::fresh;

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A row by its key, with all columns that the build knows.
    Read,
    Update,
    Insert,
    Upsert,
    /// Only of what a client has inserted.
    Delete,
    /// Any row, of a table without a key.
    Any,
}

/// Where a parameter comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The column at this place, of a row that was read before.
    Copied(usize),
    /// A value that no row has.
    Fresh(usize),
    /// The column of the key at this place.
    Key(usize),
}

/// A statement, with what its parameters are.
#[derive(Debug, Clone)]
pub(super) struct Op {
    pub(super) kind: Kind,
    pub(super) sql: String,
    pub(super) sources: Vec<Source>,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Read | Kind::Any => "read",
            Kind::Update => "update",
            Kind::Insert => "insert",
            Kind::Upsert => "upsert",
            Kind::Delete => "delete",
        }
    }

    /// How often it comes, of a hundred.
    pub(super) fn share(self) -> usize {
        match self {
            Kind::Read | Kind::Any => 45,
            Kind::Update => 30,
            Kind::Insert | Kind::Upsert => 10,
            Kind::Delete => 5,
        }
    }
}

/// Returns the statements for a table, and why there are not all.
pub(super) fn of(table: &Table) -> (Vec<Op>, Vec<String>) {
    let (mut ops, mut notes) = (Vec::new(), Vec::new());
    if table.columns.is_empty() {
        return (ops, notes);
    }
    if table.key.is_empty() {
        notes.push(format!(
            "{} has no primary key and no other key without nulls: clients only insert into it and \
             read any row",
            table.name
        ));
        ops.push(Op {
            kind: Kind::Any,
            sql: format!("select {} from {} limit 1", list(table.columns.iter()), table.name),
            sources: Vec::new(),
        });
    } else {
        ops.push(read(table));
        ops.extend(update(table));
        ops.extend(upsert(table));
        ops.push(Op {
            kind: Kind::Delete,
            sql: format!("delete from {} where {}", table.name, by_key(table, 0)),
            sources: keys(table),
        });
    }
    match insert(table) {
        Ok(op) => ops.push(op),
        Err(why) => notes.push(format!("nobody inserts into {}: {why}", table.name)),
    }
    (ops, notes)
}

fn list<'c>(columns: impl Iterator<Item = &'c Column>) -> String {
    columns.map(Column::quoted).collect::<Vec<_>>().join(", ")
}

fn parameters(count: usize) -> String {
    (1..=count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

/// The condition on the key, whose parameters come behind so many.
fn by_key(table: &Table, behind: usize) -> String {
    let terms = table.keys().zip(behind + 1..);
    terms.map(|(key, n)| format!("{} = ${n}", key.quoted())).collect::<Vec<_>>().join(" and ")
}

fn keys(table: &Table) -> Vec<Source> {
    (0..table.key.len()).map(Source::Key).collect()
}

fn place(table: &Table, column: &Column) -> usize {
    table.columns.iter().position(|one| one.number == column.number).unwrap_or_default()
}

fn read(table: &Table) -> Op {
    let columns = list(table.columns.iter());
    let sql = format!("select {columns} from {} where {}", table.name, by_key(table, 0));
    Op { kind: Kind::Read, sql, sources: keys(table) }
}

fn update(table: &Table) -> Option<Op> {
    let columns = table.updatable();
    if columns.is_empty() {
        return None;
    }
    let set = columns.iter().zip(1..).map(|(column, n)| format!("{} = ${n}", column.quoted()));
    let set = set.collect::<Vec<_>>().join(", ");
    let key = by_key(table, columns.len());
    let copied = columns.iter().map(|column| Source::Copied(place(table, column)));
    Some(Op {
        kind: Kind::Update,
        sql: format!("update {} set {set} where {key}", table.name),
        sources: copied.chain(keys(table)).collect(),
    })
}

fn upsert(table: &Table) -> Option<Op> {
    let changed = table.updatable();
    if changed.is_empty() || table.keys().any(Column::is_servers) {
        return None;
    }
    let columns: Vec<&Column> =
        table.columns.iter().filter(|column| !column.is_servers()).collect();
    let source = |column: &&Column| {
        let key = table.key.iter().position(|number| *number == column.number);
        key.map_or_else(|| Source::Copied(place(table, column)), Source::Key)
    };
    let set = changed.iter().map(|column| format!("{0} = excluded.{0}", column.quoted()));
    Some(Op {
        kind: Kind::Upsert,
        sql: format!(
            "insert into {} ({}) values ({}) on conflict ({}) do update set {}",
            table.name,
            list(columns.iter().copied()),
            parameters(columns.len()),
            list(table.keys()),
            set.collect::<Vec<_>>().join(", ")
        ),
        sources: columns.iter().map(source).collect(),
    })
}

fn insert(table: &Table) -> Result<Op, String> {
    if table.excludes {
        return Err("an exclusion constraint compares its rows".to_owned());
    }
    // Those that are made fresh, and those that the server makes.
    let (mut made, mut left) = (Vec::new(), Vec::new());
    for unique in &table.unique {
        let members: Vec<&Column> = unique.iter().filter_map(|one| table.column(*one)).collect();
        let is_made = |column: &&Column| {
            column.is_servers() || left.contains(&column.number) || made.contains(&column.number)
        };
        if members.is_empty() || members.iter().any(is_made) {
            continue;
        }
        let by_default = members.iter().find(|column| counts_up(column));
        let by_us = members.iter().find(|one| !one.refers && fresh(&one.ty, None, None).is_some());
        match (by_default, by_us) {
            (Some(column), _) => left.push(column.number),
            (None, Some(column)) => made.push(column.number),
            (None, None) => {
                let names = list(members.into_iter());
                return Err(format!("nothing is known that makes ({names}) unique"));
            }
        }
    }
    let is_given = |column: &&Column| !column.is_servers() && !left.contains(&column.number);
    let columns: Vec<&Column> = table.columns.iter().filter(is_given).collect();
    let source = |column: &&Column| {
        let at = place(table, column);
        if made.contains(&column.number) { Source::Fresh(at) } else { Source::Copied(at) }
    };
    let values = match columns.len() {
        0 => "default values".to_owned(),
        count => {
            format!("({}) values ({})", list(columns.iter().copied()), parameters(count))
        }
    };
    let keys: Vec<String> = table.keys().map(|key| format!("{}::text", key.quoted())).collect();
    let returning =
        if keys.is_empty() { String::new() } else { format!(" returning {}", keys.join(", ")) };
    Ok(Op {
        kind: Kind::Insert,
        sql: format!("insert into {} {values}{returning}", table.name),
        sources: columns.iter().map(source).collect(),
    })
}

/// Tells whether the server's default of a column is another one each time, as far as its type shows.
fn counts_up(column: &Column) -> bool {
    let is_number = matches!(column.ty.as_str(), "int2" | "int4" | "int8" | "uuid");
    column.given == Given::Default && is_number && !column.refers
}
