//! Random tables, with their columns and their partitions.

use super::Made;
use super::dice::Dice;
use super::types::{self, Sort};

/// A table that has been made.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Its number, of which the names of all that it has are made.
    pub(super) at: usize,
    /// Qualified, and in quotes.
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) is_partition: bool,
    pub(super) is_partitioned: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Column {
    /// In quotes.
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) sort: Sort,
}

impl Table {
    pub(super) fn column(&self, dice: &mut Dice<'_>) -> &Column {
        &self.columns[dice.below(self.columns.len())]
    }

    /// A column of one of these sorts, if it has one.
    pub(super) fn column_of(&self, dice: &mut Dice<'_>, sorts: &[Sort]) -> Option<&Column> {
        let all: Vec<&Column> =
            self.columns.iter().filter(|column| sorts.contains(&column.sort)).collect();
        (!all.is_empty()).then(|| dice.pick(&all))
    }
}

pub(super) fn table(made: &mut Made, dice: &mut Dice<'_>) {
    let at = made.tables.len();
    let name = format!("{}.{}", dice.schema(), dice.name(&format!("t{at}")));
    let key = dice.below(10);
    let mut columns = vec![first(dice, at)];
    let mut items = vec![format!("{} bigint{}", columns[0].name, dice.maybe(2, " not null"))];
    for place in 1..=dice.below(7) {
        let (column, item) = column(made, dice, &format!("c{at}_{place}"), &columns[0]);
        columns.push(column);
        items.push(item);
    }
    let is_partitioned = key > 6;
    let whole = Table { at, name, columns, is_partition: false, is_partitioned };
    let (partitioned, bounds) = partitioning(dice, key, &whole);
    let unlogged = if partitioned.is_empty() { dice.maybe(8, "unlogged ") } else { "" };
    let with = if partitioned.is_empty() { parameters(dice) } else { "" };
    let items = items.join(", ");
    made.add(format!("create {unlogged}table {} ({items}){partitioned}{with}", whole.name));
    let name = whole.name.clone();
    made.tables.push(whole);
    for (place, bound) in bounds.iter().enumerate() {
        partition(made, dice, &name, place, bound);
    }
}

/// The column that each table has, for keys and expressions.
fn first(dice: &mut Dice<'_>, at: usize) -> Column {
    Column { name: dice.name(&format!("k{at}")), ty: "bigint".into(), sort: Sort::Whole }
}

fn column(made: &Made, dice: &mut Dice<'_>, base: &str, first: &Column) -> (Column, String) {
    let name = dice.name(base);
    let (ty, sort, default) = types::any(dice, &made.types);
    let mut words = vec![name.clone(), ty.clone()];
    if sort == Sort::Text && dice.once_in(4) {
        words.push(format!("collate {}", dice.pick(&["\"C\"", "\"POSIX\""])));
    }
    match (dice.below(8), sort) {
        (7, Sort::Whole) => words.push(format!("generated always as ({} * 2) stored", first.name)),
        (7, Sort::Text) => {
            words.push(format!("generated always as ({}::text || 'it''s;') stored", first.name));
        }
        (6, Sort::Whole) => words.push(format!(
            "generated {} as identity{}",
            dice.pick(&["always", "by default"]),
            dice.pick(&["", " (start 10)", " (increment -1)", " (maxvalue 90 cache 3 cycle)"])
        )),
        (3..6, _) => words.push(format!("default {default}")),
        _ => {}
    }
    if dice.once_in(3) {
        words.push("not null".to_owned());
    }
    (Column { name, ty, sort }, words.join(" "))
}

fn parameters(dice: &mut Dice<'_>) -> &'static str {
    dice.pick(&[
        "",
        "",
        "",
        "",
        " with (fillfactor = 70)",
        " with (autovacuum_enabled = false, toast.autovacuum_vacuum_scale_factor = 0.05)",
        " with (parallel_workers = 3, vacuum_index_cleanup = off)",
    ])
}

/// Returns how a table is split, and the bounds of its parts.
fn partitioning(
    dice: &mut Dice<'_>,
    key: usize,
    table: &Table,
) -> (String, &'static [&'static str]) {
    let first = &table.columns[0].name;
    let (by, bounds): (String, &[&str]) = match key {
        7 => (
            format!("range ({first})"),
            &["for values from (minvalue) to (10)", "for values from (10) to (20)", "default"],
        ),
        8 => (format!("list ({first})"), &["for values in (1, -2, null)", "default"]),
        9 => (
            format!("hash ({first})"),
            &[
                "for values with (modulus 2, remainder 0)",
                "for values with (modulus 2, remainder 1)",
            ],
        ),
        _ => return (String::new(), &[]),
    };
    let few = dice.below(bounds.len() + 1);
    (format!(" partition by {by}"), &bounds[..few])
}

fn partition(made: &mut Made, dice: &mut Dice<'_>, of: &str, place: usize, bound: &str) {
    let Some(whole) = made.tables.iter().find(|table| table.name == of).cloned() else { return };
    let at = made.tables.len();
    let name = format!("{}.{}", dice.schema(), dice.name(&format!("p{}_{place}", whole.at)));
    let with = dice.pick(&["", "", "", " with (fillfactor = 60)"]);
    made.add(format!("create table {name} partition of {of} {bound}{with}"));
    made.tables.push(Table { at, name, is_partition: true, is_partitioned: false, ..whole });
}
