//! The rules under test, each with the plan that makes it.

use changeover::migration::{
    Backfill, Change, Migration, Migrations, Phase, Statement, Step, Work,
};

use crate::model::{Rule, Value};

fn statement(sql: String) -> Statement {
    Statement { sql: sql.leak(), locks: &[], why: "" }
}

fn plan(
    default: Option<&str>,
    up: &str,
    down: &str,
    ty: &str,
    flagged: bool,
) -> &'static Migrations {
    let d = default.map_or("null".to_owned(), |d| format!("'{d}'"));
    let nd = if flagged { up.replace("new.o", &format!("({d}::text)")) } else { d.clone() };
    let unfilled = if flagged { "new.flag" } else { "new.n is null and new.o is not null" };
    let clear = if flagged { "new.flag := false;" } else { "" };
    let flag = if flagged { ", add column flag boolean default true" } else { "" };
    let function = format!(
        "create function sync() returns trigger language plpgsql as $$
      declare o_given boolean; n_given boolean;
      begin
        if tg_op = 'INSERT' then
          o_given := new.o is distinct from {d}::text; n_given := new.n is distinct from {nd};
        else
          o_given := new.o is distinct from old.o; n_given := new.n is distinct from old.n;
        end if;
        if n_given and not o_given then new.o := {down};
        elsif o_given and not n_given then new.n := {up};
        elsif not n_given and not o_given and ({unfilled}) then new.n := {up};
        end if;
        {clear}
        return new;
      end $$"
    );
    let sql = vec![
        format!("create table t (id bigint primary key, o text default {d}, note text default '')"),
        format!("alter table t add column n {ty} {flag}"),
        format!("alter table t alter column n set default {nd}"),
        function,
        "create trigger zz before insert or update on t for each row
         when (coalesce(current_setting('changeover.backfill', true), '') <> 'on')
         execute function sync()"
            .to_owned(),
    ];
    let statements: Vec<Statement> = sql.into_iter().map(statement).collect();
    let up = up.replace("new.", "");
    let fill = if flagged {
        Backfill { table: "t", set: format!("n = {up}, flag = false").leak(), pending: "flag" }
    } else {
        Backfill { table: "t", set: "n = o", pending: "n is null and o is not null" }
    };
    let steps = vec![
        Step {
            phase: Phase::Expand,
            why: "",
            work: Work::Transaction(statements.leak()),
            undo: None,
        },
        Step { phase: Phase::Migrate, why: "", work: Work::Backfill(fill), undo: None },
    ];
    let changes = vec![Change { operation: "x", subject: "x", notes: &[], steps: steps.leak() }];
    let migration: &'static Migration = Box::leak(Box::new(Migration {
        id: "m",
        parent: None,
        doc: "",
        changes: changes.leak(),
        contracts: &[],
        requires: &[],
    }));
    Box::leak(Box::new(Migrations { migrations: vec![migration].leak(), schema: &[] }))
}

fn identity_rule(default: Option<&'static str>) -> Rule {
    const VALUES: &[Option<&str>] = &[None, Some(""), Some("a"), Some("b"), Some("d")];
    Rule {
        plan: plan(default, "new.o", "new.n", "text", false),
        old_values: VALUES,
        new_values: VALUES,
        default,
        up: Value::clone,
        down: Value::clone,
        flagged: false,
    }
}

/// `up` loses the letters, `down` invents them, and '' becomes a NULL that is meant.
fn lossy_rule(default: Option<&'static str>) -> Rule {
    Rule {
        plan: plan(default, "nullif(length(new.o), 0)", "repeat('x', new.n)", "integer", true),
        old_values: &[None, Some(""), Some("a"), Some("xx"), Some("bb"), Some("d")],
        new_values: &[None, Some("0"), Some("1"), Some("2"), Some("3")],
        default,
        up: |o| o.as_ref().map(String::len).filter(|len| *len > 0).map(|len| len.to_string()),
        down: |n| n.as_ref().map(|n| "x".repeat(n.parse().unwrap_or_default())),
        flagged: true,
    }
}

pub(crate) fn identity() -> Rule {
    identity_rule(None)
}

pub(crate) fn identity_with_a_default() -> Rule {
    identity_rule(Some("d"))
}

pub(crate) fn lossy() -> Rule {
    lossy_rule(None)
}

pub(crate) fn lossy_with_a_default() -> Rule {
    lossy_rule(Some("d"))
}
