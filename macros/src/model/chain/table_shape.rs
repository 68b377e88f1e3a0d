//! The shape of one table, which goes along with its text.

use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::Name;

/// The shape of one table.
pub(in crate::model) fn of_table(table: &Table) -> u64 {
    let mut lines: Vec<String> = table.columns.iter().map(|it| column(table, it)).collect();
    lines.extend(table.constraints.iter().map(constraint));
    lines.extend(table.indexes.iter().map(|index| format!("index {}", text(index.name.as_ref()))));
    if table.partition_by.is_some() {
        lines.push("partitioned".to_owned());
    }
    // Where a column was swapped, it stands at another place.
    lines.sort_unstable();
    hash(lines.iter().map(String::as_str))
}

fn column(table: &Table, column: &Column) -> String {
    let in_key = table.constraints.iter().any(|it| match &it.rule {
        Rule::PrimaryKey(columns) => columns.contains(&column.name),
        _ => false,
    });
    let null = if column.not_null || in_key { " not null" } else { "" };
    let generated = match (&column.generated, column.is_virtual) {
        (None, _) => "",
        (Some(_), false) => " stored",
        (Some(_), true) => " virtual",
    };
    let identity = match &column.identity {
        None => "",
        Some(identity) if identity.always => " identity always",
        Some(_) => " identity",
    };
    format!("column {} {}{null}{generated}{identity}", column.name, column.ty.canonical())
}

fn constraint(constraint: &Constraint) -> String {
    let word = match &constraint.rule {
        Rule::PrimaryKey(_) => "primary key",
        Rule::Unique(_) => "unique",
        Rule::Check(_) => "check",
        Rule::ForeignKey { .. } => "foreign key",
        Rule::Exclude(_) => "exclude",
    };
    format!("{word} {}", text(constraint.name.as_ref()))
}

fn text(name: Option<&Name>) -> &str {
    name.map_or("", |name| &name.text)
}

/// FNV-1a of some lines, which is the same with every compiler.
pub(in crate::model) fn hash<'a>(lines: impl IntoIterator<Item = &'a str>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut add = |bytes: &[u8]| {
        // An iterator would be felt: this runs without optimisation over every table.
        let mut at = 0;
        while at < bytes.len() {
            hash = (hash ^ u64::from(bytes[at])).wrapping_mul(0x0100_0000_01b3);
            at += 1;
        }
    };
    for (at, line) in lines.into_iter().enumerate() {
        if at > 0 {
            add(b"\n");
        }
        add(line.as_bytes());
    }
    hash
}
