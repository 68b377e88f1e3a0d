//! Rules that look at several changes, and what `sql!` may do.

use crate::tests::forms::{history, refuses, said, takes};

const BASE: &str = r#"
create_enum!(state { new, lost, stale, done });
create_sequence!(numbers);
create_table!(parents { id: bigint identity primary_key, code: text });
create_table!(t {
    id: bigint identity primary_key,
    kind: state default "new",
    kinds: state[],
    n: integer default 7,
    c: text default "x",
    parent: bigint references(parents.id, on_delete = set_null),
    other: bigint default 1 references(parents.id, on_delete = set_default),
    cross: bigint,
    index(parent), index(other),
});
"#;

#[test]
fn changes_of_two_facets_do_not_meet() {
    for both in [
        "set_default!(t.c, \"y\"); set_comment!(column t.c, \"d\");",
        "set_comment!(column t.c, \"d\"); set_default!(t.c, \"y\");",
        "set_default!(t.c, \"y\"); set_not_null!(t.c, fill = \"''\");",
        "set_not_null!(t.c, fill = \"''\"); set_default!(t.c, \"y\");",
        "set_not_null!(t.c); set_comment!(column t.c, \"d\");",
        "set_statistics!(t.c, 500); set_comment!(column t.c, \"d\");",
        "set_statistics!(t.c, 500); set_storage!(t.c, external); set_compression!(t.c, pglz);",
        "drop_default!(t.c); set_comment!(column t.c, \"d\");",
        "add_column!(t.d: text); set_comment!(column t.d, \"d\");",
        "add_column!(t.d: text not_null, fill = \"c\"); set_comment!(column t.d, \"d\");",
        "add_column!(t.d: text); set_statistics!(t.d, 500);",
        "change_type!(t.c: varchar); set_default!(t.c, \"y\");",
        "change_type!(t.c: varchar); set_not_null!(t.c); set_comment!(column t.c, \"d\");",
        "create_sequence!(s); change_sequence!(s, owned_by = t.n);",
        "change_sequence!(numbers, increment = 2); change_sequence!(numbers, owned_by = t.n);",
        "drop_enum_value!(state.lost, replace_by = new); drop_enum_value!(state.stale, replace_by = new);",
        "drop_enum_value!(state.lost, replace_by = new); rename_enum_value!(state.done => over);",
        "rename_column!(t.c => d); set_comment!(column t.d, \"d\");",
        "set_comment!(table t, \"d\"); set_comment!(column t.c, \"d\"); set_comment!(column t.n, \"d\");",
    ] {
        takes(&[BASE, both]);
        // And one after the other, without a contract between them.
        let (one, other) = both.split_at(both.find("; ").expect("two changes") + 1);
        takes(&[BASE, one, other]);
    }
    // What the first trigger still writes has to be a value until its contract.
    let chain = [
        "drop_enum_value!(state.stale, replace_by = lost);",
        "drop_enum_value!(state.lost, replace_by = new);",
    ];
    takes(&[BASE, &chain.concat()]);
    refuses(&[BASE, chain[0], chain[1]], "contract!(m2); first");
    takes(&[BASE, chain[0], "contract!(m2);", chain[1]]);
    for both in [
        "set_default!(t.c, \"y\"); set_default!(t.c, \"z\");",
        "set_default!(t.c, \"y\"); drop_default!(t.c);",
        "set_comment!(column t.c, \"y\"); set_comment!(column t.c, \"z\");",
        "set_statistics!(t.c, 5); set_statistics!(t.c, 6);",
        "add_column!(t.d: text); set_default!(t.d, \"z\");",
    ] {
        refuses(&[BASE, both], "is changed twice in this migration");
    }
}

#[test]
fn a_label_that_is_gone_is_gone_everywhere() {
    let drop = "drop_enum_value!(state.lost, replace_by = new);";
    let rename = "rename_enum_value!(state.lost => found);";
    for later in [
        "set_default!(t.kind, \"lost\");",
        "set_default!(t.kind, sql(\"'lost'\"));",
        "set_default!(t.kind, sql(\"'lost'::state\"));",
        "set_default!(t.kind, sql(\"'lost'::public.state\"));",
        "set_default!(t.kinds, \"{lost}\");",
        "create_table!(u { id: bigint primary_key, kind: state default \"lost\" });",
        "create_table!(u { id: bigint primary_key, kind: sql(\"state\") default \"lost\" });",
        "add_column!(t.more: state default \"lost\");",
        "add_column!(t.more: state not_null, fill = \"'lost'\");",
        "set_not_null!(t.kind, fill = \"'lost'\");",
        "backfill!(t.kind = \"'lost'\", where = \"kind is null\");",
        "backfill!(t.kind = \"coalesce(kind, 'lost'::state)\", where = \"kind is null\");",
        "create_domain!(d: state default \"lost\");",
        "create_table!(p { kind: state not_null, partition_by(list(kind)) }); create_partition!(p1 of p, in(\"lost\"));",
        "drop_enum_value!(state.lost, replace_by = new);",
        "drop_enum_value!(state.done, replace_by = lost);",
        "rename_enum_value!(state.lost => gone);",
        "add_enum_value!(state.more, after = lost);",
    ] {
        refuses(&[BASE, drop, "contract!(m2);", later], "has no value `lost`");
        refuses(&[BASE, rename, "contract!(m2);", later], "has no value `lost`");
    }
    refuses(&[BASE, drop, "contract!(m2);", "add_enum_value!(state.lost);"], "already");
    takes(&[
        BASE,
        drop,
        "contract!(m2);",
        "set_default!(t.kind, \"done\"); add_enum_value!(state.more);",
    ]);
    takes(&[BASE, rename, "contract!(m2);", "set_default!(t.kind, \"found\");"]);
    // The contract of the rename sets the default itself.
    refuses(&[BASE, rename, "set_default!(t.kind, \"done\");"], "until its contract");
}

#[test]
fn a_key_that_sets_null_finds_a_column_that_takes_it() {
    for change in [
        "set_not_null!(t.parent);",
        "set_not_null!(t.parent, fill = \"1\");",
        "set_not_null!(t.other); drop_default!(t.other);",
        "drop_default!(t.other); set_not_null!(t.other);",
        "drop_constraint!(t.t_pkey); add_primary_key!(t(id, parent));",
        "change_primary_key!(t(id, parent));",
        "rename_column!(t.parent => mother: bigint not_null);",
        "set_not_null!(t.cross); add_foreign_key!(t.cross => parents.id, on_delete = set_null);",
        "set_not_null!(t.cross); add_foreign_key!(t.cross => parents.id, on_update = set_null);",
        "set_not_null!(t.cross); add_foreign_key!(t.cross => parents.id, on_delete = set_default);",
        "add_column!(t.fifth: bigint not_null default 1 references(parents.id, on_delete = set_null));",
        "create_table!(u { id: bigint primary_key references(parents.id, on_delete = set_null) });",
        "create_table!(u { a: bigint not_null references(parents.id, on_delete = set_default) });",
        "create_table!(u { a: bigint not_null references(parents.id, on_update = set_null) });",
    ] {
        let said = said(&[BASE, change]);
        assert!(!said.is_empty(), "{change}");
    }
    takes(&[BASE, "set_not_null!(t.other); set_not_null!(t.cross);"]);
    takes(&[
        BASE,
        "drop_constraint!(t.t_parent_fkey);",
        "contract!(m2);",
        "set_not_null!(t.parent);",
    ]);
}

#[test]
fn what_a_change_names_is_there_before_it() {
    for body in [
        "create_table!(u { n: bigint default sql(\"nextval('s')\") }); create_sequence!(s);",
        "create_table!(u { n: bigint default sql(\"nextval('public.s'::regclass)\") });",
        "create_table!(u { n: bigint default sql(\"nextval('numbrs')\") });",
        "add_column!(t.k: bigint default sql(\"nextval('s')\"));",
        "set_default!(t.n, sql(\"nextval('s')\"));",
        "create_trigger!(g on t, before(insert), function = late); create_function!(late() returns trigger, language = plpgsql, body = \"begin return new; end\");",
        "create_trigger!(g on t, before(insert), function = nowhere);",
        "create_table!(u { n: text default sql(\"lab(1)\") }); create_function!(lab(n: integer) returns text, language = sql, body = \"select 'x'\");",
    ] {
        let said = said(&[BASE, body]);
        assert!(!said.is_empty(), "{body}");
    }
    for body in [
        "create_sequence!(s); create_table!(u { n: bigint default sql(\"nextval('s')\") });",
        "create_table!(u { n: bigint default sql(\"nextval('numbers'::regclass)\") });",
        "create_table!(u { n: bigint default sql(\"nextval('t_id_seq')\") });",
        "create_table!(u { n: bigint default sql(\"nextval('cron.jobid_seq')\") });",
        "create_table!(u { n: text default sql(\"lower('X')\") }); create_function!(lower(n: integer) returns text, language = sql, body = \"select 'x'\");",
        "create_extension!(moddatetime); create_trigger!(g on t, before(update), function = moddatetime, args(\"c\"));",
        "create_trigger!(g on t, before(update), function = pg_catalog.tsvector_update_trigger, args(\"c\"));",
        "create_trigger!(g on t, before(update), function = elsewhere.stamp);",
    ] {
        takes(&[BASE, body]);
    }
}

#[test]
fn raw_sql_has_no_holes() {
    let run = |up: &str| format!("sql!(up = {up:?}, undo = none, reason = \"r\", locks());");
    for up in [
        "insert into parents (code) select code from parents",
        "insert into parents (code) select code from parents union all select 'x'",
        "insert into parents (code) (select code from parents)",
        "insert into parents table parents",
        "insert into parents with x as (select 1) select 1, 'x' from x",
        "with x as (select 1) insert into parents (code) select 'x' from x",
        "with d as (delete from parents returning code) insert into parents (code) values ('x')",
        "with d as (update parents set code = '' returning code) insert into parents (code) values ('x')",
        "with d as (delete from parents returning code) select 1",
        "with d as (delete from t) delete from parents where id = 1",
        "drop type state",
        "drop type if exists public.state cascade",
        "alter sequence numbers rename to digits",
        "alter sequence numbers set schema other",
        "alter sequence numbers increment 5",
        "drop routine f(int)",
    ] {
        let said = said(&[BASE, &run(up)]);
        assert!(!said.is_empty(), "{up}");
    }
    for up in [
        "insert into parents (code) values ('x'), ('y')",
        "insert into parents (code) values ((select max(code) from parents))",
        "delete from parents where id = 1",
        "create type address as (street text)",
    ] {
        takes(&[BASE, &run(up)]);
    }
    let made = "sql!(up = \"create table audit (id bigint)\", undo = none, reason = \"r\", allow(create_table, reason = \"r\"));";
    refuses(&[BASE, made, "add_column!(audit.n: integer);"], "create_table!(audit { … });");
    let made = "sql!(up = \"alter table t add column extra text\", undo = none, reason = \"r\", allow(add_column, reason = \"r\"));";
    refuses(&[BASE, made, "set_default!(t.extra, \"x\");"], "add_column!(t.extra: …);");
}

#[test]
fn a_contract_and_what_needs_it_are_two_migrations() {
    let renamed = "rename_column!(t.c => d);";
    for change in [
        "set_default!(t.d, \"y\");",
        "add_column!(t.c: text);",
        "rename_column!(t.d => e);",
        "drop_column!(t.d);",
    ] {
        let both = format!("contract!(m2); {change}");
        refuses(&[BASE, renamed, &both], "after super::m2; contract!(m2);");
        let name = change.split('(').next().unwrap_or_default();
        refuses(&[BASE, renamed, &both], &format!("super::the_first_of_these; {name}"));
        takes(&[BASE, renamed, "contract!(m2);", change]);
    }
    for change in [
        "set_comment!(column t.d, \"d\");",
        "add_column!(t.fresh: text);",
        "set_statistics!(t.d, 5);",
    ] {
        takes(&[BASE, renamed, &format!("contract!(m2); {change}")]);
    }
}

#[test]
fn what_is_renamed_is_not_made() {
    let base = "create_table!(parents { id: bigint primary_key }); create_table!(t { id: integer primary_key, at: timestamp, parent: bigint references(parents.id), allow_it: text }, allow(narrow_key, reason = \"r\"), allow(timestamp_without_time_zone, reason = \"r\"), allow(foreign_key_without_index, reason = \"r\"));";
    for change in [
        "rename_table!(t => u);",
        "rename_constraint!(t.t_parent_fkey => fk);",
        "rename_column!(t.at => seen);",
        "rename_table!(parents => people);",
    ] {
        let (planned, said) = history(&[base, change]);
        assert_eq!(said, Vec::<String>::new());
        let made = planned[1].changes.iter().map(|change| &change.made);
        for made in made {
            assert!(made.columns.is_empty() && made.constraints.is_empty(), "{change}");
        }
    }
}

#[test]
fn a_backfill_that_reads_other_rows_says_so() {
    let change = "backfill!(t.c = \"'y'\", where = \"exists (select from t o where o.c = t.c and o.id < t.id)\");";
    let (planned, said) = history(&[BASE, change]);
    assert_eq!(said, Vec::<String>::new());
    let notes = planned[1].changes[0].plan.notes.join("\n");
    assert!(notes.contains("the query runs for every row that a build"), "{notes}");
}
