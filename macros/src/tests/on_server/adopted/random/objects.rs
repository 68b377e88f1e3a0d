//! What random schemas have beside tables: types, views, functions, triggers, policies.

use super::Made;
use super::dice::Dice;
use super::keys::condition;

/// A type or a sequence, before the tables.
pub(super) fn early(made: &mut Made, dice: &mut Dice<'_>, at: usize) {
    let kind = dice.below(5);
    let own = |dice: &mut Dice<'_>, base: &str| {
        format!("{}.{}", dice.schema(), dice.name(&format!("{base}{at}")))
    };
    match kind {
        0 | 1 => {
            let name = own(dice, "e");
            let labels = dice.pick(&["'a', 'b'", "'größe', 'it''s', 'a\\b', 'two words'", ""]);
            made.add(format!("create type {name} as enum ({labels})"));
            made.types.push(name);
        }
        2 => domain(made, dice, own),
        3 => {
            let name = own(dice, "r");
            made.add(format!("create type {name} as (a integer, \"B b\" text collate \"C\")"));
            made.types.push(name);
        }
        _ => {
            let name = own(dice, "q");
            let ty = dice.pick(&["", " as integer", " as smallint"]);
            let more =
                dice.pick(&["", " increment -2 minvalue -100 maxvalue 50", " cache 5 cycle"]);
            made.add(format!("create sequence {name}{ty}{more}"));
            made.sequences.push(name);
        }
    }
}

fn domain(made: &mut Made, dice: &mut Dice<'_>, own: impl Fn(&mut Dice<'_>, &str) -> String) {
    let name = own(dice, "d");
    let base = dice.pick(&[
        "text check (value <> 'a\"b\\c')",
        "text collate \"C\" default 'it''s'",
        "varchar(20) not null",
        "numeric(10, 2) default 1.5 constraint \"more than\" check (value > 0) check (value < 1e6)",
        "integer[] check (cardinality(value) > 0)",
        "timestamp(3) with time zone default now()",
    ]);
    made.add(format!("create domain {name} as {base}"));
    made.types.push(name);
}

/// Something that is built on the tables.
pub(super) fn late(made: &mut Made, dice: &mut Dice<'_>, at: usize) {
    match dice.below(6) {
        0 => view(made, dice, at),
        1 => materialized(made, dice, at),
        2 => function(made, dice, at),
        3 => trigger(made, dice, at),
        4 => policy(made, dice, at),
        _ => statistics(made, dice, at),
    }
}

fn view(made: &mut Made, dice: &mut Dice<'_>, at: usize) {
    let Some(table) = made.any_table(dice) else { return };
    let name = format!("{}.{}", dice.schema(), dice.name(&format!("v{at}")));
    let (first, other) = (&table.columns[0].name, &table.column(dice).name);
    let with = dice.pick(&["", "", " with (security_barrier)", " with (security_invoker = true)"]);
    let query = match dice.below(7) {
        1 => format!("select {first} as \"Two Words\", {other} as b from {} t", table.name),
        2 => format!("select * from {} where {}", table.name, condition(dice, &table)),
        3 => format!("select count(*), max({first}) as most from {} group by {other}", table.name),
        4 => format!(
            "with w as (select {first} as a from {}) select a, 'it''s \\' as b from w",
            table.name
        ),
        5 => match made.views.last() {
            Some(view) => format!("select * from {view}"),
            None => "select 1 as one".to_owned(),
        },
        6 => format!(
            "select a.{first} from {0} a left join {0} b on a.{first} = b.{first}",
            table.name
        ),
        _ => format!("select {first} from {}", table.name),
    };
    let check = dice.maybe(6, " with local check option");
    made.add(format!("create view {name}{with} as {query}{check}"));
    made.views.push(name);
}

fn materialized(made: &mut Made, dice: &mut Dice<'_>, at: usize) {
    let Some(table) = made.any_table(dice) else { return };
    let name = format!("{}.{}", dice.schema(), dice.name(&format!("m{at}")));
    let first = &table.columns[0].name;
    let data = dice.maybe(3, " with no data");
    made.add(format!(
        "create materialized view {name} as select {first} as id from {}{data}",
        table.name
    ));
    match dice.below(3) {
        1 => made.add(format!("create unique index on {name} (id)")),
        2 => made.add(format!("create index on {name} ((id + 1) desc) where id > 0")),
        _ => {}
    }
}

fn function(made: &mut Made, dice: &mut Dice<'_>, at: usize) {
    let name = format!("{}.{}", dice.schema(), dice.name(&format!("f{at}")));
    let table = made.any_table(dice).map_or("pg_class".to_owned(), |table| table.name);
    let ty = dice.pick(&["integer", "text", "varchar(3)[]", "timestamptz"]);
    let words = dice.pick(&["", " immutable strict", " stable parallel safe", " security definer"]);
    let path =
        dice.pick(&["", "", " set search_path = pg_catalog, pg_temp", " set search_path = ''"]);
    let (arguments, returns) = match dice.below(6) {
        1 => (
            format!("\"A a\" {ty} default null, variadic rest text[] default '{{}}'"),
            ty.to_owned(),
        ),
        2 => (format!("given {table}"), format!("setof {table}")),
        3 => (
            "a integer, out b integer, inout c text default 'it''s'".to_owned(),
            "record".to_owned(),
        ),
        4 => (String::new(), format!("table(a {ty}, \"B b\" text)")),
        5 => ("a anyelement".to_owned(), "anyelement".to_owned()),
        _ => (format!("a {ty}"), ty.to_owned()),
    };
    let body = "begin\n  -- \"q\" \\ 'it''s' $x$ r#\"raw\"#\n  return; end";
    made.add(format!(
        "create function {name}({arguments}) returns {returns} language plpgsql{words}{path} as $body${body}$body$"
    ));
}

fn trigger(made: &mut Made, dice: &mut Dice<'_>, at: usize) {
    let Some(table) = made.any_table(dice) else { return };
    let name = dice.name(&format!("g{at}"));
    let (first, other) = (&table.columns[0].name, &table.column(dice).name);
    let text = dice.text();
    let what = match dice.below(7) {
        1 => format!("after insert or delete on {} for each row", table.name),
        2 => format!(
            "before update of {first}, {other} on {} for each row when (new.{first} > 0)",
            table.name
        ),
        3 => format!(
            "after update on {} referencing old table as \"o\" new table as n for each statement",
            table.name
        ),
        4 => format!("before truncate on {} for each statement", table.name),
        5 => format!("after insert on {} deferrable initially deferred for each row", table.name),
        6 => format!(
            "before update on {} for each row when (old.* is distinct from new.*)",
            table.name
        ),
        _ => format!("before insert on {} for each row", table.name),
    };
    let kind = if what.contains("deferrable") { "constraint trigger" } else { "trigger" };
    let call = dice.pick(&["public.touch()", "public.touch('a', 'it''s')"]);
    made.add(format!("create {kind} {name} {what} execute function {call}"));
    let state = dice.pick(&["", "", "disable", "enable always", "enable replica"]);
    if !state.is_empty() {
        made.add(format!("alter table {} {state} trigger {name}", table.name));
    }
    if dice.once_in(4) {
        made.add(format!("comment on trigger {name} on {} is {text}", table.name));
    }
}

fn policy(made: &mut Made, dice: &mut Dice<'_>, at: usize) {
    let Some(table) = made.any_table(dice) else { return };
    let name = dice.name(&format!("y{at}"));
    let (kind, role) =
        (dice.maybe(3, " as restrictive"), dice.pick(&["", " to pg_monitor", " to public"]));
    let condition = condition(dice, &table);
    let what = match dice.below(4) {
        1 => format!(" for select{role} using ({condition})"),
        2 => format!(" for insert{role} with check ({condition})"),
        3 => format!(" for update{role} using ({condition}) with check (true)"),
        _ => format!("{role} using ({condition})"),
    };
    made.add(format!("create policy {name} on {}{kind}{what}", table.name));
    match dice.below(4) {
        1 | 2 => made.add(format!("alter table {} enable row level security", table.name)),
        3 => made.add(format!("alter table {} force row level security", table.name)),
        _ => {}
    }
}

fn statistics(made: &mut Made, dice: &mut Dice<'_>, at: usize) {
    let Some(table) = made.any_table(dice) else { return };
    let name = format!("{}.{}", dice.schema(), dice.name(&format!("z{at}")));
    let (first, other) = (&table.columns[0].name, &table.column(dice).name);
    let kinds = dice.pick(&["", " (ndistinct, mcv)", " (dependencies)"]);
    let of = match dice.below(3) {
        1 => format!("({first} + 1), {other}"),
        2 => format!("({first} % 3)"),
        _ => format!("{first}, {other}"),
    };
    made.add(format!("create statistics {name}{kinds} on {of} from {}", table.name));
}
