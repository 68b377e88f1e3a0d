//! Partitions: `create_partition!`, and what one has that its table has not.

use super::keys::items;
use super::whole::comment;
use crate::catalog::declaration::{Declaration, DeclaredKind, QualifiedName};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::relation::{ByHand, Relation, literal, quoted};
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(in crate::catalog::read) const KIND: Kind =
    Kind { sql: concat!(include_str!("../relation.sql"), include_str!("partitions.sql")), say };

pub(in crate::catalog::read) const COLUMNS: Kind = Kind {
    sql: concat!(include_str!("../relation.sql"), include_str!("partition_columns.sql")),
    say: say_columns,
};

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let partition = Relation::of(row);
        let parent = QualifiedName { schema: row.text(3).into(), name: row.text(4).into() };
        let mut later = later(&partition, row);
        let (own, of) = (said::qualified(&partition.name), said::qualified(&parent));
        if let Some(bound) = bound(row.text(5)) {
            let text = format!("create_partition!({own} of {of}, {bound});");
            found.push(partition.declared(DeclaredKind::Partition, text));
        } else {
            let reason = "no macro says such a bound";
            found.push(partition.unsaid("bound", row.text(5).to_owned(), reason));
        }
        found.append(&mut later);
    }
}

/// `from("2027-01-01") to("2028-01-01")`, of `FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')`.
fn bound(definition: &str) -> Option<String> {
    if definition == "DEFAULT" {
        return Some("default".into());
    }
    let rest = definition.strip_prefix("FOR VALUES ")?;
    if let Some(list) = rest.strip_prefix("IN ") {
        return Some(format!("in({})", values(list)?.0));
    }
    if let Some(hash) = rest.strip_prefix("WITH (modulus ") {
        let (modulus, remainder) = hash.strip_suffix(')')?.split_once(", remainder ")?;
        return Some(format!("modulus({modulus}) remainder({remainder})"));
    }
    let (from, behind) = values(rest.strip_prefix("FROM ")?)?;
    let (to, _) = values(behind.strip_prefix(" TO ")?)?;
    Some(format!("from({from}) to({to})"))
}

/// A list in parentheses as a macro takes it, and what stands behind it.
fn values(list: &str) -> Option<(String, &str)> {
    let (inside, behind) = items(list)?;
    let said: Option<Vec<String>> =
        inside.into_iter().map(|value| value_said(value.trim())).collect();
    Some((said?.join(", "), behind))
}

fn value_said(value: &str) -> Option<String> {
    if let Some(text) = value.strip_prefix('\'') {
        return Some(said::text(&text.strip_suffix('\'')?.replace("''", "'")));
    }
    let is_number = value.chars().all(|c| c.is_ascii_digit() || c == '.');
    let is_word = ["MINVALUE", "MAXVALUE", "NULL", "true", "false"].contains(&value);
    (is_number || is_word).then(|| value.to_lowercase())
}

/// Returns what is said when the partition is there.
fn later(partition: &Relation, row: Row<'_>) -> Vec<Declaration> {
    let actions = [
        ("persistence", row.is_true(6).then(|| "set unlogged".to_owned())),
        ("parameters", row.get(7).map(|all| format!("set ({all})"))),
        ("parameters of toast", row.get(8).map(|all| format!("set ({all})"))),
        ("tablespace", row.get(9).map(|name| format!("set tablespace {name}"))),
        ("access method", row.get(10).map(|name| format!("set access method {name}"))),
        ("order", row.get(11).map(|name| format!("cluster on {name}"))),
    ];
    let set = |(what, action): (&str, Option<String>)| Some(alter(partition, what, &action?));
    let comment = row.get(12).map(|text| {
        comment(partition, &format!("table {}", partition.sql()), "the partition", text)
    });
    actions.into_iter().filter_map(set).chain(comment).collect()
}

fn alter(partition: &Relation, what: &str, action: &str) -> Declaration {
    let sql = format!("alter table {} {action}", partition.sql());
    let reason = "a partition has it, and its table has not";
    partition.by_hand(
        &format!("{what} of the partition"),
        &ByHand { sql, reason, has_known_locks: true },
    )
}

/// Columns of partitions that are not as their tables have them.
fn say_columns(rows: &Rows, found: &mut Vec<Declaration>) {
    const WHAT: [&str; 6] =
        ["default", "not null", "storage", "compression", "statistics", "options"];
    for row in rows.iter() {
        let (partition, column) = (Relation::of(row), row.text(3));
        for (at, what) in WHAT.iter().enumerate() {
            let Some(action) = row.get(4 + at) else { continue };
            let action = format!("alter column {} {action}", quoted(column));
            found.push(alter(&partition, &format!("{what} of column {column}"), &action));
        }
        if let Some(text) = row.get(10) {
            let (own, name) = (partition.sql(), quoted(column));
            let sql = format!("comment on column {own}.{name} is {}", literal(text));
            let reason = "a partition has it, and its table has not";
            let statement = ByHand { sql, reason, has_known_locks: true };
            found.push(partition.by_hand(&format!("comment on column {column}"), &statement));
        }
    }
}
