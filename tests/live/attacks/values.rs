//! Whatever reads rows by a user's expression fails without quoting one: not in an error, not in
//! its causes, not in a trace, not in our state.

use changeover::{Check, ErrorKind, Migrations, Severity};
use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, chain, fail};

use crate::record::secrets::{Log, expect_without, logged};

const VALUE: &str = "pr1vate-value";

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            code: text,
            note: text,
            extra: text,
        });
    }
}

/// As every migration of these, with the one change.
macro_rules! changes {
    ($($name:ident: { $($change:tt)* })*) => { $(
        mod $name {
            pub(super) mod m0002_change {
                changeover::migration! {
                    after super::super::m0001_base;
                    $($change)*
                }
            }
            use super::m0001_base;
            changeover::migrations! { pub(super) static HISTORY = [m0001_base, m0002_change]; }
        }
    )* };
}

changes! {
    cast: { rename_column!(users.code => number: integer, up = "code::integer", down = "number::text"); }
    retyped: { change_type!(users.code: integer, up = "code::integer", down = "code::text"); }
    relation: { rename_column!(users.code => name: text, up = "code::regclass::text", down = "name"); }
    query: { rename_column!(users.note => words: text, up = "note::tsquery::text", down = "words"); }
    filled: { add_column!(users.size: integer not_null, fill = "code::integer"); }
    mended: { backfill!(users.extra = "code::integer::text", where = "extra is null"); }
    pending: { backfill!(users.extra = "'x'", where = "code::integer > 0"); }
    checked: { add_check!(users, "code::integer > 0", name = users_code_positive); }
    indexed: { add_index!(users(sql("(code::integer)")), name = users_code_idx); }
    at_once: { set_not_null!(users.extra, fill = "'x'", direct(max_rows = 100_000, reason = "it is small")); }
    given: { backfill!(users.extra, with = crate::record::secrets::label, read(note)); }
}

/// A trigger of the application's that says which row it does not like.
const TRIGGER: &str = "create function complain() returns trigger language plpgsql as
    'begin raise exception ''not this row: %'', new.note using detail = new.note, hint = new.note;
    end'";
const AT_ONCE: &str = "create trigger complain before update on users
    for each row execute function complain()";
const AT_COMMIT: &str = "create constraint trigger complain after update on users
    deferrable initially deferred for each row execute function complain()";

struct Case {
    name: &'static str,
    history: &'static Migrations,
    trigger: &'static str,
    /// Whether the row that fails is one to name.
    names_row: bool,
    code: &'static str,
}

const fn case(name: &'static str, history: &'static Migrations, code: &'static str) -> Case {
    Case { name, history, trigger: "", names_row: true, code }
}

static CASES: [Case; 13] = [
    case("cast", &cast::HISTORY, "22P02"),
    case("retyped", &retyped::HISTORY, "22P02"),
    case("relation", &relation::HISTORY, "42"),
    case("query", &query::HISTORY, "42601"),
    case("filled", &filled::HISTORY, "22P02"),
    case("mended", &mended::HISTORY, "22P02"),
    case("pending", &pending::HISTORY, "22P02"),
    case("checked", &checked::HISTORY, "22P02"),
    Case { names_row: false, ..case("indexed", &indexed::HISTORY, "22P02") },
    Case { trigger: AT_ONCE, ..case("raised", &given::HISTORY, "P0001") },
    Case { trigger: AT_ONCE, ..case("filled_raised", &mended_by_note::HISTORY, "P0001") },
    Case {
        trigger: AT_COMMIT,
        names_row: false,
        ..case("commit", &mended_by_note::HISTORY, "P0001")
    },
    Case { trigger: AT_ONCE, names_row: false, ..case("at_once", &at_once::HISTORY, "P0001") },
];

changes! {
    mended_by_note: { backfill!(users.extra = "note", where = "extra is null"); }
}

#[test]
fn no_value_leaves_by_whatever_reads_rows() -> Result<(), Failure> {
    for case in &CASES {
        let log = Log::default();
        logged(refused(case), &log).map_err(|failure| failure.during(case.name))?;
        expect_without(VALUE, "the log", &log.text())
            .map_err(|failure| failure.during(case.name))?;
    }
    Ok(())
}

async fn refused(case: &Case) -> Result<(), Failure> {
    let fixture = Fixture::new(&format!("values_{}", case.name)).await?;
    let roles = Roles::make(&fixture.db, fixture.url()).await?;
    roles.give(&fixture.db, &[]).await?;
    let Some(base) = case.history.until("m0001_base") else { fail!("it has no base") };
    roles.start(&base).await?.migrate().await?;
    let seed = format!(
        "insert into users (code, note, extra)
         select case when n < 300 then '{VALUE}_' || n else '{VALUE}' end, '{VALUE} two ' || n, null
         from generate_series(1, 300) n;
         update users set code = n from (select 400 + id as n, id as of from users) u
         where id = of and id not in (77, 299, 300);
         update users set code = '{VALUE}' where id in (77, 299)"
    );
    fixture.db.batch_execute(&seed).await?;
    if !case.trigger.is_empty() {
        fixture.db.batch_execute(&format!("{TRIGGER}; {}", case.trigger)).await?;
    }
    let Err(error) = roles.start(case.history).await?.migrate().await else {
        fail!("the rows fit")
    };
    let all = format!("{error}\n{error:?}\n{}", chain(&error));
    expect_without(VALUE, "the error", &all)?;
    for part in ["num_nulls", "restore"] {
        expect_without(part, "the error", &all)?;
    }
    if !error.code().is_some_and(|code| code.starts_with(case.code)) {
        fail!("it has another SQLSTATE than {}: {error:?}", case.code);
    }
    if case.names_row && !(error.kind() == ErrorKind::Conversion && all.contains("with id = ")) {
        fail!("it names no row: {error}");
    }
    let kept = "select string_agg(s::text, '; ') from changeover.steps s where error is not null";
    let kept: Option<String> = fixture.db.query_one(kept, &[]).await?.get(0);
    let Some(kept) = kept else { fail!("nothing is kept of the error: {error:?}") };
    expect_without(VALUE, "the state", &kept)?;
    roles.drop().await
}

changes! {
    made: { create_table!(orders { id: bigint identity primary_key }); }
    viewed: { create_view!(names, "select id, missing(code) as name from users"); }
}

/// What reads no row has nothing to hide.
#[test]
fn of_a_statement_about_the_catalogs_the_server_s_reason_is_told() -> Result<(), Failure> {
    block_on(async {
        for (history, name, reason) in [
            (&made::HISTORY, "made", "relation \"orders\" already exists"),
            (&viewed::HISTORY, "viewed", "function missing(text) does not exist"),
        ] {
            let fixture = Fixture::new(&format!("reason_{name}")).await?;
            let Some(base) = history.until("m0001_base") else { fail!("it has no base") };
            fixture.runner(&base).await?.migrate().await?;
            fixture.db.batch_execute("create table orders ()").await?;
            // It would be found before anything is tried.
            let runner = Fixture::builder(history).preflight(Check::Drift, Severity::Warn);
            let Err(error) = runner.connect(fixture.url()).await?.migrate().await else {
                fail!("it was not refused")
            };
            let said = error.to_string();
            if !said.contains(reason) || said.matches(reason).count() != 1 {
                fail!("the reason is not told once: {said}");
            }
            if chain(&error).matches(reason).count() != 1 {
                fail!("a printer of chains repeats it: {}", chain(&error));
            }
        }
        Ok(())
    })
}

/// What stands behind the first `@` may be the second half of a password, which the client takes for
/// a host and a database.
#[test]
fn a_url_with_a_second_at_shows_no_part_of_the_password() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("second_at").await?;
        let parts = (fixture.url().split_once("@/"), fixture.url().split_once('?'));
        let (Some((user, _)), Some((_, options))) = parts else { fail!("it is another URL") };
        let url = format!("{user}@/{VALUE}@another?{options}");
        let Err(error) = Fixture::builder(&made::HISTORY).connect(&url).await else {
            fail!("there is such a database")
        };
        let all = format!("{error}\n{error:?}\n{}", chain(&error));
        expect_without(VALUE, "the error", &all)?;
        if error.kind() != ErrorKind::Connect || !all.contains("3D000") || !all.contains("%40") {
            fail!("it does not say what to do: {all}");
        }
        Ok(())
    })
}

changes! {
    dropped_function: { add_column!(users.size: text not_null, fill = "public.sized(code)"); }
}

/// What cannot even be planned says why, and what a trigger of the whole statement says is no row's.
#[test]
fn only_what_reads_no_row_is_told() -> Result<(), Failure> {
    const FIRST: &str = "create trigger complain before update on users
        for each statement execute function complain_of_all()";
    let all = format!(
        "create function complain_of_all() returns trigger language plpgsql as
         'begin raise exception ''not now: %'', (select min(note) from users); end'; {FIRST}"
    );
    for (name, make, told, hidden) in [
        ("missing", "drop function public.sized(text)", "public.sized(text) does not exist", VALUE),
        ("statement", all.as_str(), "P0001", VALUE),
    ] {
        let refused = async {
            let fixture = Fixture::new(&format!("told_{name}")).await?;
            let Some(base) = dropped_function::HISTORY.until("m0001_base") else {
                fail!("it has no base")
            };
            fixture.runner(&base).await?.migrate().await?;
            let seed = format!(
                "create function public.sized(text) returns text language sql as 'select $1';
                 insert into users (code, note) values ('{VALUE}', '{VALUE}')"
            );
            fixture.db.batch_execute(&seed).await?;
            fixture.runner(&dropped_function::HISTORY).await?.expand().await?;
            fixture.db.batch_execute(make).await?;
            let mut runner = Fixture::builder(&dropped_function::HISTORY)
                .preflight(Check::Drift, Severity::Ignore)
                .connect(fixture.url())
                .await?;
            let Err(error) = runner.migrate().await else { fail!("it was filled") };
            let said = format!("{error}\n{error:?}\n{}", chain(&error));
            expect_without(hidden, "the error", &said)?;
            if !said.contains(told) || said.contains("with id = ") || said.contains("restore") {
                fail!("it does not say `{told}`: {said}");
            }
            Ok(())
        };
        let log = Log::default();
        logged(refused, &log).map_err(|failure| failure.during(name))?;
        expect_without(VALUE, "the log", &log.text())?;
    }
    Ok(())
}
