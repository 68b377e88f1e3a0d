//! Random constraints and indexes.

use super::Made;
use super::dice::Dice;
use super::tables::Table;
use super::types::Sort::{Array, Json, Ordered, Range, Text, Whole};

/// A constraint or an index of one of the tables.
pub(super) fn key(made: &mut Made, dice: &mut Dice<'_>, at: usize) {
    let kind = dice.below(8);
    let Some(table) = made.any_table(dice) else { return };
    // A partition's own keys may become parts of its table's, and be both.
    let kind = if table.is_partition && [1, 6].contains(&kind) { 2 } else { kind };
    match kind {
        0 => index(made, dice, at, &table),
        1 => unique(made, dice, at, &table),
        2 => check(made, dice, at, &table),
        3 | 4 => foreign_key(made, dice, at, &table),
        5 => special_index(made, dice, at, &table),
        6 => primary(made, dice, at, &table),
        _ => exclusion(made, dice, at, &table),
    }
}

/// The name of a constraint, where it is not derived.
fn named(dice: &mut Dice<'_>, at: usize) -> String {
    if dice.once_in(2) {
        format!("constraint {} ", dice.name(&format!("x{at}")))
    } else {
        String::new()
    }
}

fn columns(dice: &mut Dice<'_>, table: &Table) -> String {
    let mut names = vec![table.columns[0].name.clone()];
    if dice.once_in(2)
        && let Some(column) = table.column_of(dice, &[Whole, Text, Ordered])
        && !names.contains(&column.name)
    {
        names.insert(dice.below(2), column.name.clone());
    }
    names.join(", ")
}

const DEFERRABLE: [&str; 4] = ["", "", " deferrable", " deferrable initially deferred"];

fn primary(made: &mut Made, dice: &mut Dice<'_>, at: usize, table: &Table) {
    let (name, columns) = (named(dice, at), columns(dice, table));
    let later = dice.pick(&DEFERRABLE);
    made.add(format!("alter table {} add {name}primary key ({columns}){later}", table.name));
}

fn unique(made: &mut Made, dice: &mut Dice<'_>, at: usize, table: &Table) {
    let (name, columns) = (named(dice, at), columns(dice, table));
    let nulls = dice.maybe(4, " nulls not distinct");
    let include = if dice.once_in(4) {
        format!(" include ({})", table.column(dice).name)
    } else {
        String::new()
    };
    // The index of a partitioned table takes none later.
    let with = if table.is_partitioned { "" } else { dice.maybe(6, " with (fillfactor = 80)") };
    let later = dice.pick(&DEFERRABLE);
    made.add(format!(
        "alter table {} add {name}unique{nulls} ({columns}){include}{with}{later}",
        table.name
    ));
}

fn check(made: &mut Made, dice: &mut Dice<'_>, at: usize, table: &Table) {
    let (name, condition) = (named(dice, at), condition(dice, table));
    // A partition that is made of it has it as one that holds.
    let more = match dice.pick(&["", "", " no inherit", " not valid", " no inherit not valid"]) {
        _ if table.is_partitioned => "",
        more => more,
    };
    made.add(format!("alter table {} add {name}check ({condition}){more}", table.name));
}

/// A condition on the rows of a table.
pub(super) fn condition(dice: &mut Dice<'_>, table: &Table) -> String {
    let (first, any) = (&table.columns[0].name, table.column(dice));
    match dice.below(8) {
        1 => format!("{first} in (1, 2, 3)"),
        2 => format!("{} is not null and {first} <> 7", any.name),
        3 => format!("{first} between -5 and 100 or {} is null", any.name),
        4 => format!("{}::text ~ '^\\s+$' or {}::text <> 'it''s \"q\"'", any.name, any.name),
        5 => format!("case when {first} > 1 then {} is not null else true end", any.name),
        6 => format!("coalesce({first}, 0) % 2 = 0"),
        7 => format!("({}::text collate \"C\") like 'a\\_%' is not true", any.name),
        _ => format!("{first} > 0"),
    }
}

fn foreign_key(made: &mut Made, dice: &mut Dice<'_>, at: usize, table: &Table) {
    let Some(target) = made.any_table(dice) else { return };
    let wanted = target.column_of(dice, &[Whole, Text, Ordered]).unwrap_or(&target.columns[0]);
    let own: Vec<_> = table.columns.iter().filter(|column| column.ty == wanted.ty).collect();
    let Some(own) = (!own.is_empty()).then(|| dice.pick(&own)) else { return };
    if !target.is_partition {
        made.add(format!("alter table {} add unique ({})", target.name, wanted.name));
    }
    let name = named(dice, at);
    let delete =
        dice.pick(&["", " on delete cascade", " on delete set null", " on delete restrict"]);
    let update = dice.pick(&["", "", " on update cascade", " on update set default"]);
    let full = dice.maybe(6, " match full");
    let later = dice.pick(&DEFERRABLE);
    let valid = dice.maybe(4, " not valid");
    made.add(format!(
        "alter table {} add {name}foreign key ({}) references {} ({}){full}{delete}{update}{later}{valid}",
        table.name, own.name, target.name, wanted.name
    ));
}

fn exclusion(made: &mut Made, dice: &mut Dice<'_>, at: usize, table: &Table) {
    let (name, first) = (named(dice, at), &table.columns[0].name);
    let what = match table.column_of(dice, &[Range]) {
        Some(range) => format!("using gist ({} with &&)", range.name),
        None if dice.once_in(2) => format!("using hash ({first} with =)"),
        None => format!("(({first} + 1) with =, {first} with =)"),
    };
    let filter = if dice.once_in(3) {
        format!(" where ({})", condition(dice, table))
    } else {
        String::new()
    };
    let later = dice.pick(&DEFERRABLE);
    made.add(format!("alter table {} add {name}exclude {what}{filter}{later}", table.name));
}

/// An index that is a tree.
fn index(made: &mut Made, dice: &mut Dice<'_>, at: usize, table: &Table) {
    let keys: Vec<String> = (0..=dice.below(3)).map(|_| tree_key(dice, table)).collect();
    let (unique, filter) = (dice.maybe(4, "unique "), filter(dice, table));
    let nulls = if unique.is_empty() { "" } else { dice.maybe(3, " nulls not distinct") };
    let include = if dice.once_in(5) {
        format!(" include ({})", table.column(dice).name)
    } else {
        String::new()
    };
    let with =
        dice.pick(&["", "", "", " with (fillfactor = 70)", " with (deduplicate_items = false)"]);
    let (name, keys) = (index_name(dice, at), keys.join(", "));
    made.add(format!(
        "create {unique}index {name} on {} ({keys}){include}{nulls}{with}{filter}",
        table.name
    ));
}

fn index_name(dice: &mut Dice<'_>, at: usize) -> String {
    if dice.once_in(2) { dice.name(&format!("i{at}")) } else { String::new() }
}

fn filter(dice: &mut Dice<'_>, table: &Table) -> String {
    if dice.once_in(4) { format!(" where {}", condition(dice, table)) } else { String::new() }
}

fn tree_key(dice: &mut Dice<'_>, table: &Table) -> String {
    let first = &table.columns[0].name;
    let key = match dice.below(8) {
        5 => format!("(({first} + 1))"),
        6 => format!("(({first}::text || ',)' ) collate \"C\") text_pattern_ops"),
        7 => format!("abs({first})"),
        kind => match table.column_of(dice, &[Whole, Text, Ordered, Array]) {
            Some(column) if column.sort == Text && kind > 2 => {
                let collate = dice.maybe(2, " collate \"C\"");
                format!("{}{collate}", column.name)
            }
            Some(column) => column.name.clone(),
            None => first.clone(),
        },
    };
    key + dice.pick(&["", "", " desc", " nulls first", " desc nulls last"])
}

/// An index of another kind.
fn special_index(made: &mut Made, dice: &mut Dice<'_>, at: usize, table: &Table) {
    let first = &table.columns[0].name;
    let with = |column: Option<&super::tables::Column>, before: &str, behind: &str| {
        column.map(|column| format!("{before}{}{behind}", column.name))
    };
    let keys = match dice.below(8) {
        0 => Some(format!("hash ({first})")),
        1 => Some(format!("brin ({first}) with (autosummarize = true, pages_per_range = 16)")),
        2 => with(table.column_of(dice, &[Json]), "gin (", " jsonb_path_ops)"),
        3 => with(table.column_of(dice, &[Json, Array]), "gin (", ") with (fastupdate = false)"),
        4 => with(table.column_of(dice, &[Range]), "gist (", ") with (buffering = auto)"),
        5 => with(table.column_of(dice, &[Range]), "spgist (", ")"),
        6 => with(table.column_of(dice, &[Text]), "gin (to_tsvector('simple', ", "))"),
        _ => Some(format!("brin ({first} int8_minmax_multi_ops (values_per_range = 16))")),
    };
    let Some(keys) = keys else { return };
    let (name, filter) = (index_name(dice, at), filter(dice, table));
    made.add(format!("create index {name} on {} using {keys}{filter}", table.name));
}
