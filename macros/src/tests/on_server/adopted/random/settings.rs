//! What is said of random tables and of what they have: comments, rights, settings.

use super::Made;
use super::dice::Dice;
use super::tables::Table;

pub(super) fn setting(made: &mut Made, dice: &mut Dice<'_>, at: usize) {
    let kind = dice.below(9);
    let Some(table) = made.any_table(dice) else { return };
    match kind {
        0 | 1 => comment(made, dice, &table),
        2 | 3 => grant(made, dice, &table),
        4 => column(made, dice, &table),
        5 => replica_identity(made, dice, at, &table),
        6 => publication(made, dice, at, &table),
        7 => change(made, dice, at, &table),
        _ => relation(made, dice, at, &table),
    }
}

fn comment(made: &mut Made, dice: &mut Dice<'_>, table: &Table) {
    let (text, column) = (dice.text(), &table.column(dice).name);
    let what = match dice.below(5) {
        1 => format!("column {}.{column}", table.name),
        2 => match made.types.last() {
            Some(ty) => format!("type {ty}"),
            None => "schema other".to_owned(),
        },
        3 => match made.views.last() {
            Some(view) => format!("view {view}"),
            None => "function public.touch()".to_owned(),
        },
        4 => match made.sequences.last() {
            Some(sequence) => format!("sequence {sequence}"),
            None => "schema \"Two Words\"".to_owned(),
        },
        _ => format!("table {}", table.name),
    };
    made.add(format!("comment on {what} is {text}"));
}

fn grant(made: &mut Made, dice: &mut Dice<'_>, table: &Table) {
    let column = &table.column(dice).name;
    let what = match dice.below(6) {
        1 => format!("insert ({column}), select on {}", table.name),
        2 => format!("all on {}", table.name),
        3 => "usage on schema \"Two Words\"".to_owned(),
        4 => match made.sequences.last() {
            Some(sequence) => format!("usage on sequence {sequence}"),
            None => "execute on function public.touch()".to_owned(),
        },
        5 => match made.types.last() {
            Some(ty) => format!("usage on type {ty}"),
            None => "usage on schema other".to_owned(),
        },
        _ => format!("select on {}", table.name),
    };
    let to = dice.pick(&["pg_monitor", "public", "pg_monitor, pg_read_all_data"]);
    let option = if to.contains("public") { "" } else { dice.maybe(4, " with grant option") };
    made.add(format!("grant {what} to {to}{option}"));
    if dice.once_in(6) {
        made.add("revoke execute on function public.touch() from public".to_owned());
    }
}

fn column(made: &mut Made, dice: &mut Dice<'_>, table: &Table) {
    let column = table.column(dice);
    let action = dice.pick(&[
        "set statistics 500",
        "set storage external",
        "set storage main",
        "set compression pglz",
        "set (n_distinct = -0.5)",
        "set not null",
        "drop default",
        "set default null",
        "set statistics 0",
    ]);
    made.add(format!("alter table {} alter column {} {action}", table.name, column.name));
}

fn replica_identity(made: &mut Made, dice: &mut Dice<'_>, at: usize, table: &Table) {
    let what = match dice.below(3) {
        1 => "nothing".to_owned(),
        2 => {
            let (name, first) = (dice.name(&format!("j{at}")), &table.columns[0].name);
            made.add(format!("alter table {} alter column {first} set not null", table.name));
            made.add(format!("create unique index {name} on {} ({first})", table.name));
            format!("using index {name}")
        }
        _ => "full".to_owned(),
    };
    made.add(format!("alter table {} replica identity {what}", table.name));
}

fn publication(made: &mut Made, dice: &mut Dice<'_>, at: usize, table: &Table) {
    let (name, first) = (dice.name(&format!("u{at}")), &table.columns[0].name);
    let of = match dice.below(5) {
        1 => " for all tables".to_owned(),
        2 => " for tables in schema other".to_owned(),
        3 => format!(" for table {} ({first}) where ({first} > 3)", table.name),
        4 => String::new(),
        _ => format!(" for table {}", table.name),
    };
    let with = dice.pick(&[
        "",
        "",
        " with (publish = 'insert')",
        " with (publish = 'insert, delete', publish_via_partition_root)",
    ]);
    made.add(format!("create publication {name}{of}{with}"));
}

/// Makes what leaves holes and names that are not derived any more.
fn change(made: &mut Made, dice: &mut Dice<'_>, at: usize, table: &Table) {
    let kind = dice.below(5);
    let column = table.column(dice).name.clone();
    match kind {
        1 => {
            let name = dice.name(&format!("n{at}"));
            made.add(format!("alter table {} rename column {column} to {name}", table.name));
            made.rename(table.at, &column, &name);
        }
        2 => {
            let (serial, name) =
                (dice.pick(&["serial", "bigserial"]), dice.name(&format!("a{at}")));
            made.add(format!("alter table {} add column {name} {serial}", table.name));
        }
        3 => {
            if let Some(sequence) = made.sequences.last() {
                made.add(format!("alter sequence {sequence} owned by {}.{column}", table.name));
            }
        }
        4 => made.add(format!("alter table {} add column gone{at} text", table.name)),
        _ if table.columns.len() > 1 && column != table.columns[0].name => {
            made.add(format!("alter table {} drop column {column}", table.name));
            made.forget(table.at, &column);
        }
        _ => {}
    }
}

fn relation(made: &mut Made, dice: &mut Dice<'_>, at: usize, table: &Table) {
    let name = format!("{}.{}", dice.schema(), dice.name(&format!("h{at}")));
    let rule = dice.name(&format!("l{at}"));
    match dice.below(4) {
        1 => made
            .add(format!("create table {name} (more text default 'x') inherits ({})", table.name)),
        2 => made
            .add(format!("create rule {rule} as on delete to {} do instead nothing", table.name)),
        3 if table.is_partition => {
            let column = &table.columns[0].name;
            made.add(format!("alter table {} alter column {column} set default 5", table.name));
        }
        _ => made.add(format!("alter table {} set (fillfactor = 55)", table.name)),
    }
}
