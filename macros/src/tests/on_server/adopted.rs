//! What a database has, said as the macros say it, makes a database that is the same.

mod random;
mod tables;

use changeover::testing::{Database, Server};
use changeover::{Adopted, Changeover, Scope, migration as data};

use super::adopted_objects::OBJECTS;
use super::{Failure, History, dump, expect_equal, leak, run_all};
use crate::diag::Errors;

/// A schema in SQL, and what it shows.
const SCHEMAS: &[(&str, &str)] =
    &[("schemas", r#"create schema billing; create schema "Two Words""#)];

async fn round_trip(what: &str, sql: &str) -> Result<(), Failure> {
    let theirs = Server::shared().await?.database("theirs").await?;
    let made = theirs.connect().await?.batch_execute(sql).await;
    made.map_err(|error| format!("{what}: {error:?}"))?;
    let history = same_again(what, &theirs).await?;
    is_clean(what, &history, &theirs).await
}

/// Holds a database against the history that it was adopted as.
async fn is_clean(
    what: &str,
    history: &data::Migrations,
    theirs: &Database,
) -> Result<(), Failure> {
    let mut changeover = Changeover::builder(history).app("adopted").connect(theirs.url()).await?;
    let comparison = changeover.check().await?;
    if comparison.is_clean() {
        return Ok(());
    }
    let changes = Adopted::read(&mut theirs.connect().await?, &Scope::default()).await?.changes();
    Err(format!("{what}: {comparison}\n{changes}").into())
}

/// Makes a database of what is adopted of another, and holds both against each other.
async fn same_again(what: &str, theirs: &Database) -> Result<data::Migrations, Failure> {
    let ours = Server::shared().await?.database("ours").await?;
    let mut client = theirs.connect().await?;
    let changes =
        format!("baseline;\n{}", Adopted::read(&mut client, &Scope::default()).await?.changes());
    let explain = |failure: String| -> Failure { format!("{what}: {failure}\n{changes}").into() };
    let history = History::of(&changes, &[]).map_err(|errors| explain(errors.join("\n")))?.leaked();
    let client = ours.connect().await?;
    for statement in history.schema {
        let done = client.batch_execute(statement).await;
        done.map_err(|error| explain(format!("{error:?}: {statement}")))?;
    }
    let again = Adopted::read(&mut ours.connect().await?, &Scope::default()).await?.changes();
    if changes != format!("baseline;\n{again}") {
        return Err(explain(format!("read again it is another:\n{again}\n-----")));
    }
    let (of_theirs, of_ours) = (dump(theirs).await?, dump(&ours).await?);
    let equal = expect_equal("theirs and ours", &of_theirs, &of_ours);
    equal.map_err(|failure| explain(failure.to_string()))?;
    Ok(history)
}

#[test]
fn what_is_adopted_makes_the_same_database() {
    let schemas = [SCHEMAS, OBJECTS].concat();
    let failures = run_all(&schemas, &async |(what, sql)| round_trip(what, sql).await);
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        schemas.len(),
        failures.join("\n\n")
    );
}

/// A database whose baseline is long: tables of two schemas, views over them, keys that lead in a circle.
fn long_schema() -> String {
    let tables = (0..60).map(|at| {
        let schema = ["public", "billing"][at % 2];
        format!(
            "create table {schema}.t{at} (id bigint primary key, a text, b text, c text,
                other bigint{});
            create view {schema}.v{at} as select id, a from {schema}.t{at};",
            if at > 1 { format!(" references {schema}.t{}", at - 2) } else { String::new() }
        )
    });
    let last = "alter table t0 add foreign key (other) references billing.t1;
        alter table billing.t1 add foreign key (other) references t0;";
    let tables: String = tables.collect();
    format!("create schema billing; create type mood as enum ('a'); {tables} {last}")
}

/// Returns what stands inside of `migration!`, behind its `after`.
fn body(text: &str) -> Option<&str> {
    let (_, inside) = text.split_once("changeover::migration! {\n")?;
    let inside = inside.trim_end().strip_suffix('}')?;
    match inside.trim_start().strip_prefix("after ") {
        Some(rest) => rest.split_once(';').map(|(_, rest)| rest),
        None => Some(inside),
    }
}

async fn written(sql: &str) -> Result<(), Failure> {
    let server = Server::shared().await?;
    let theirs = server.database("theirs").await?;
    theirs.connect().await?.batch_execute(sql).await?;
    let adopted = Adopted::read(&mut theirs.connect().await?, &Scope::default()).await?;
    let files = adopted.files();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.len() > 3 && names[0] == "mod.rs", "{names:?}");
    let errors = &mut Errors::new();
    let mut history = History { migrations: Vec::new() };
    for (at, (name, text)) in files.iter().enumerate().skip(1) {
        assert!(name.starts_with(&format!("m{at:04}_baseline_")), "{names:?}");
        assert!(text.lines().count() < 450, "{name} has {} lines", text.lines().count());
        if at > 1 {
            let after = format!("after super::{};", names[at - 1].trim_end_matches(".rs"));
            assert!(text.contains(&after), "{name} is not {after}");
        }
        let body = body(text).ok_or_else(|| format!("{name}: {text}"))?;
        history.add(leak::text(name.trim_end_matches(".rs")), body, errors);
    }
    let errors: Vec<String> = errors.take().into_iter().map(|(_, text)| text).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    Ok(())
}

#[test]
fn a_long_baseline_is_several_migrations_in_a_row() {
    let failures = run_all(&[long_schema()], &async |sql| written(sql).await);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
