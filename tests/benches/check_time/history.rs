//! The histories that are checked: what services write in the course of years.

use super::case::{Case, name};

/// First the tables, then in turn what services do to them.
pub(crate) fn of_changes(migrations: usize, tables: usize) -> Case {
    let files = (0..migrations).map(|at| migration(at, at.checked_sub(1).map(name), tables));
    Case {
        variant: format!("{migrations} migrations over {tables} tables"),
        files: files.collect(),
    }
}

fn migration(at: usize, before: Option<String>, tables: usize) -> String {
    let after =
        before.as_ref().map_or(String::new(), |before| format!("    after super::{before};\n"));
    let table = at % tables;
    let change = if at < tables {
        format!(
            "create_table!(table_{at} {{ id: bigint identity primary_key, name: text not_null \
             default \"x\", email: text unique, status: text not_null default \"new\", total: \
             numeric(12, 2) check(\"total >= 0\"), created_at: timestamptz not_null default \
             sql(\"now()\"), updated_at: timestamptz, note: text, a: integer, b: integer, \
             index(status, created_at desc) }});"
        )
    } else {
        match at % 4 {
            0 => format!(
                "add_column!(table_{table}.c{at}: text not_null default \"free\");\n    \
                 add_index!(table_{table}(c{at}, created_at desc));"
            ),
            1 => format!(
                "add_column!(table_{table}.c{at}: uuid default sql(\"gen_random_uuid()\"));"
            ),
            2 => format!("add_column!(table_{table}.c{at}: text not_null, fill = \"name\");"),
            _ => format!("contract!({});", before.unwrap_or_default()),
        }
    };
    format!("changeover::migration! {{\n{after}    {change}\n}}\n")
}

/// What a database has that has been there for long: beside its tables as many changes again and
/// again as they have kinds of things round them.
pub(crate) fn of_baseline(changes: usize, tables: usize, files: usize) -> Case {
    let mut lines = vec![TOUCH.to_owned()];
    for at in 0..changes.saturating_sub(1) {
        let table = at % tables;
        lines.push(match at / tables {
            0 => base_table(table),
            round => around(round, table),
        });
    }
    Case {
        variant: format!("a baseline of {changes} changes over {tables} tables in {files} files"),
        files: baselines(&lines, files),
    }
}

/// A database that lives by its functions: as many of each as a service had that was asked.
pub(crate) fn of_functions(
    tables: usize,
    functions: usize,
    triggers: usize,
    others: usize,
) -> Case {
    let mut lines = vec![TOUCH.to_owned()];
    lines.extend((0..tables).map(base_table));
    lines.extend((0..functions.saturating_sub(1)).map(|at| function(at, tables)));
    lines.extend((0..triggers).map(|at| around(at / tables * 7 + 1, at % tables)));
    lines.extend((0..others).map(|at| around(2 + at % 5, at % tables)));
    Case {
        variant: format!(
            "a baseline of {} changes: {tables} tables, {functions} functions, {triggers} triggers",
            lines.len()
        ),
        files: baselines(&lines, 1),
    }
}

fn baselines(lines: &[String], files: usize) -> Vec<String> {
    let parts = lines.chunks(lines.len().div_ceil(files)).enumerate();
    let file = |(at, lines): (usize, &[String])| {
        let after = at.checked_sub(1).map(|before| format!("after super::{};", name(before)));
        let head = after.into_iter().chain(["baseline;".to_owned()]);
        let all: Vec<String> = head.chain(lines.iter().cloned()).collect();
        format!("changeover::migration! {{\n    {}\n}}\n", all.join("\n    "))
    };
    parts.map(file).collect()
}

const TOUCH: &str = "create_function!(touch() returns trigger, language = plpgsql, \
                     body = \"begin new.updated_at := now(); return new; end\");";

fn base_table(table: usize) -> String {
    let parent = table / 2;
    let owner = if parent < table {
        format!("owner_id: bigint not_null references(table_{parent}.id), ")
    } else {
        String::new()
    };
    format!(
        "create_table!(table_{table} {{ id: bigint identity primary_key, {owner}name: text not_null, \
         email: text unique, total: numeric(12, 2) check(\"total >= 0\"), updated_at: timestamptz, \
         index(name, updated_at desc) }});"
    )
}

/// One that reads some tables and writes one.
fn function(at: usize, tables: usize) -> String {
    let (table, other) = (at % tables, at * 7 % tables);
    format!(
        "create_function!(settle_{at}(wanted: bigint) returns numeric, language = plpgsql, body = \"\n\
         declare\n    found numeric := 0;\n    one record;\nbegin\n    \
         for one in select t.id, t.total, o.name from table_{table} t\n        \
         join table_{other} o on o.id = t.id where t.id = wanted and t.total is not null\n    loop\n        \
         if one.total > 0 and length(one.name) > 3 then\n            \
         found := found + coalesce(one.total, 0);\n            \
         update table_{table} set updated_at = now(), total = found where id = one.id;\n        \
         elsif one.total = 0 then\n            raise notice 'nothing of %', one.name;\n        \
         end if;\n    end loop;\n    return found;\nend\");"
    )
}

fn around(round: usize, table: usize) -> String {
    match round % 7 {
        1 => format!(
            "create_trigger!(touched_{round} on table_{table}, before(update), function = touch);"
        ),
        2 => format!(
            "create_view!(view_{round}_{table}, \"select t.id, t.name, o.email from table_{table} t \
             join table_{} o on o.id = t.id where t.total > 0\");",
            table / 2
        ),
        3 => format!("create_enum!(state_{round}_{table} {{ fresh, done }});"),
        4 => format!(
            "create_function!(sum_{round}_{table}(a: bigint) returns numeric, language = sql, \
             body = \"select sum(total) from table_{table} where id > a\");"
        ),
        5 => format!("create_policy!(own_{round} on table_{table}, using = \"total > 0\");"),
        6 => format!("grant!(select, insert on table_{table} to role_{round});"),
        _ => format!("set_comment!(column table_{table}.email, \"said {round} times\");"),
    }
}
