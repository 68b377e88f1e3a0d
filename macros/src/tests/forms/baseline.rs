//! What a baseline takes that a new change would be advised against or refused for.

use crate::migration::Migration;
use crate::plan::{Course, Phase, Work};
use crate::tests::forms::{history, refuses, said, takes};

const TABLES: &str = r#"
create_table!(users { id: bigint identity primary_key, name: text not_null, number: integer unique });
create_table!(orders { id: bigint primary_key, user_id: bigint not_null, note: text });
create_function!(touch() returns trigger, language = plpgsql, body = "begin return new; end");
"#;

/// Changes behind [`TABLES`] that are there in many a database, and why a new one is refused.
const REFUSED: &[(&str, &str)] = &[
    (
        r#"create_table!(log { id: bigint primary_key, at: timestamptz check("at < clock_timestamp()") });"#,
        "gives another value each time",
    ),
    (r#"create_materialized_view!(m, "select id from users");"#, "has no unique columns"),
    ("add_foreign_key!(orders.user_id => users.number);", "is `bigint`, but"),
    ("add_foreign_key!(orders.user_id => users.id, on_delete = set_null);", "which is not null"),
    ("enable_row_level_security!(users);", "has no policy that lets a row through"),
    (
        r#"create_function!(f() returns bigint, language = sql, security_definer, search_path = caller, body = "select 1");"#,
        "search path of its caller",
    ),
    (
        r#"sql!(up = "create table hand (id int)", reason = "by hand");"#,
        "does not say what takes this back",
    ),
    (
        r#"sql!(up = "create table hand (id int)", undo = none, reason = "by hand");"#,
        "changes what later changes",
    ),
    (r#"sql!(up = "do $$ begin end $$", undo = none, reason = "by hand");"#, "hides what it does"),
    (
        r#"sql!(up = "alter statistics x owner to y", undo = none, reason = "by hand");"#,
        "it is not known what",
    ),
];

fn baseline(changes: &str) -> String {
    format!("baseline; {TABLES} {changes}")
}

#[test]
fn what_is_there_is_not_advised_against() {
    for (change, why) in REFUSED {
        refuses(&[TABLES, change], why);
        takes(&[&baseline(change)]);
    }
}

#[test]
fn what_cannot_be_is_refused_all_the_same() {
    for (change, why) in [
        (
            "create_table!(t { id: uuid primary_key, user_id: uuid references(users.id) });",
            "but `users.id`",
        ),
        (
            r#"create_table!(t { id: bigint primary_key check("sum(id) > 0") });"#,
            "takes several rows",
        ),
        ("add_foreign_key!(orders.note => users.nmae);", "no column `nmae`"),
        (r#"sql!(up = "drop table users", reason = "none");"#, "removes what builds that are live"),
        (r#"sql!(up = "update users set name = ''", reason = "none");"#, "locks every row"),
        (r#"sql!(up = "vacuum users", reason = "none");"#, "runs outside a transaction alone"),
        (r#"sql!(up = "select * from usres", reason = "none");"#, "there is no table `usres`"),
    ] {
        refuses(&[&baseline(change)], why);
    }
}

fn only(migrations: &[&str]) -> Migration {
    let (mut planned, said) = history(migrations);
    assert_eq!(said, Vec::<String>::new());
    planned.pop().expect("a migration")
}

#[test]
fn it_is_done_at_once_and_for_good() {
    let migration = only(&[&baseline(
        r#"
        add_index!(orders(user_id));
        set_not_null!(users.number);
        set_replica_identity!(users, index = users_number_key);
        grant!(select on users to app);
        revoke!(select on users from app);
        create_materialized_view!(lengths, "select id, length(name) as length from users", unique(id));
        add_index!(lengths(length));
        create_sequence!(numbers);
        change_sequence!(numbers, cache = 5);
        create_trigger!(touched on users, before(update), function = touch);
        "#,
    )]);
    for change in &migration.changes {
        assert_eq!(change.plan.notes, Vec::<String>::new(), "{}", change.subject);
        for step in &change.plan.steps {
            assert!(step.undo.is_none() && step.course == Course::Both, "{}", change.subject);
            // A materialised view is filled when all is there.
            let phase =
                if step.why.contains("runs the query") { Phase::Migrate } else { Phase::Expand };
            assert_eq!(step.phase, phase, "{}", change.subject);
        }
    }
    assert!(migration.schema.holds.is_empty() && migration.schema.contracts.is_empty());
}

#[test]
fn it_names_what_it_makes_and_what_it_completes() {
    let first = r#"create_table!(users { id: bigint identity primary_key, name: text }); create_view!(v, "select id from users");"#;
    let second = r#"baseline;
        set_default!(users.name, "x");
        create_schema!(billing);
        create_enum!(billing.mood { happy });
        create_table!(billing."Order" { id: bigint primary_key, at: date not_null, partition_by(range(at)) }, direct);
        "#;
    let second = second
        .replace("id: bigint primary_key, at", "id: bigint, at")
        .replace(", direct", "")
        + r#"
        create_partition!(billing.y2024 of billing."Order", from("2024-01-01") to("2025-01-01"));
        create_function!(f(a: bigint) returns bigint, language = sql, body = "select a");
        create_function!(f(a: text) returns text, language = sql, body = "select a");
        create_extension!(pg_trgm);
        sql!(up = "create type pair as (a int, b int); comment on type pair is 'p'", reason = "none");
        sql!(up = "create statistics st on id, name from users", reason = "none");
        "#;
    let migration = only(&[first, &second]);
    let baseline = migration.baseline.as_ref().expect("a baseline");
    let inventory = migration.schema.inventory();
    let all: Vec<&str> = inventory.names().collect();
    let made = [
        r#""billing""#,
        r#""billing"."Order""#,
        r#""billing"."mood""#,
        r#""billing"."y2024""#,
        r#""public"."f""#,
        r#""public"."pair""#,
        r#""public"."st""#,
        r#""public"."users""#,
    ];
    assert_eq!(baseline.made(&migration.schema).1, made);
    assert_eq!(all, [&made[..], &[r#""public"."v""#]].concat());
}

/// There is no undo that would have to know it again.
#[test]
fn an_extension_keeps_its_own_comment() {
    let migration = only(&["baseline; create_extension!(pg_trgm, version = \"1.6\");"]);
    let Work::Transaction(statements) = &migration.changes[0].plan.steps[0].work else { panic!() };
    let create = r#"create extension if not exists "pg_trgm" version '1.6'"#;
    assert_eq!(statements.iter().map(|one| one.sql.as_str()).collect::<Vec<_>>(), [create]);
}

#[test]
fn a_migration_behind_it_is_as_any_other() {
    let next = "add_column!(users.size: integer not_null);";
    assert!(said(&[&baseline(""), next])[0].contains("existing rows have no value"));
    let (planned, _) = history(&[&baseline(""), "add_index!(orders(note));"]);
    let steps =
        planned.iter().rev().take(1).flat_map(|it| &it.changes).flat_map(|it| &it.plan.steps);
    assert!(steps.clone().all(|step| step.phase == Phase::Migrate && step.undo.is_some()));
    assert_eq!(steps.count(), 1);
}

/// However many they are, it stands there once.
#[test]
fn the_schema_that_baselines_end_in_stands_behind_them() {
    let second = "baseline; create_schema!(billing);";
    let next = "add_index!(orders(note));";
    let (planned, _) = history(&[&baseline(""), second, next, "add_index!(orders(note, id));"]);
    let wholes: Vec<usize> =
        planned.iter().map(|it| it.before.as_ref().map_or(0, |it| it.names.len())).collect();
    let names = planned[1].schema.inventory().names().count();
    assert_eq!(wholes, [0, 0, names, 0]);
}

#[test]
fn what_is_not_advised_against_is_asked_for_where_it_is_needed() {
    let first = baseline("create_materialized_view!(m, \"select id from users\");");
    refuses(&[&first, "refresh_materialized_view!(m);"], "has no unique index");
    takes(&[&first, "add_index!(m(id), unique);", "refresh_materialized_view!(m);"]);
}

#[test]
fn baselines_in_a_row_are_one_in_several_files() {
    let first = "baseline; create_table!(a { id: bigint primary_key, b_id: bigint });";
    let second =
        "baseline; create_table!(b { id: bigint primary_key }); add_foreign_key!(a.b_id => b.id);";
    only(&[first, second]);
    let between = "create_table!(c { id: bigint primary_key });";
    refuses(&[first, between, second], "made before it");
}
