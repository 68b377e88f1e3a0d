//! A table that is renamed, and what clients run that fails once a view stands under its old name.

use changeover::{Check, ErrorKind, Severity};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, catalog, fail};

use crate::gates::statements::counting;

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint primary_key, name: text });
        create_table!(users_old { id: bigint primary_key });
    }
}
mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_table!(users => accounts);
    }
}
changeover::migrations! {
    static HISTORY = [m0001_base, m0002_rename];
}

/// Statements that are counted, and how what is wrong with each is called.
const FAILING: [(&str, &str); 5] = [
    ("select id, xmin from users", "a system column"),
    ("select tableoid from users", "a system column"),
    ("copy users to stdout", "copy … to"),
    ("update users set name = $$Lovelace$$ where current of one", "where current of"),
    ("select id, name from users group by id", "group by, which fails if it relies on"),
];
const WORKING: [&str; 5] = [
    "select id from users for update",
    "select u.id from users u join users_old o using (id) for no key update of u skip locked",
    "select xmin from users_old",
    "copy (select id from users) to stdout",
    "select id, count(*) from users_old group by id",
];

async fn base(fixture: &Fixture) -> Result<(), Failure> {
    let Some(base) = HISTORY.until("m0001_base") else { fail!("no such migration") };
    fixture.runner(&base).await?.migrate().await?;
    fixture.db.batch_execute("insert into users values (1, 'Ada')").await.map_err(Failure::from)
}

/// Runs it with a cursor on the table, in a transaction that is taken back.
async fn run(fixture: &Fixture, statement: &str) -> Result<(), tokio_postgres::Error> {
    let cursor = "begin; declare one cursor for select * from users; move one";
    fixture.db.batch_execute(cursor).await?;
    let outcome = if statement.starts_with("copy") {
        fixture.db.copy_out(statement).await.map(drop)
    } else {
        fixture.db.batch_execute(statement).await
    };
    fixture.db.batch_execute("rollback").await?;
    outcome
}

#[test]
fn statements_that_fail_through_the_view_are_found_before_it_is_there() -> Result<(), Failure> {
    block_on(async {
        let Some(server) = counting().await? else { return Ok(()) };
        let fixture = Fixture::on(&server, "through_view").await?;
        base(&fixture).await?;
        fixture.db.batch_execute("create extension pg_stat_statements").await?;
        for statement in WORKING.into_iter().chain(FAILING.map(|(statement, _)| statement)) {
            run(&fixture, statement).await?;
        }

        let report = fixture.runner(&HISTORY).await?.expand().await?;
        let told: Vec<&str> = (report.findings.iter())
            .filter(|found| found.check == Check::ThroughView && found.severity == Severity::Warn)
            .map(|found| found.what.as_str())
            .collect();
        for (statement, shape) in FAILING {
            if !told.iter().any(|what| what.contains(shape) && what.contains("was called 1 times"))
            {
                fail!("`{statement}` is not told of: {told:#?}");
            }
            if run(&fixture, statement).await.is_ok() {
                fail!("`{statement}` works through the view");
            }
        }
        if told.len() != FAILING.len() || told.iter().any(|what| what.contains("Lovelace")) {
            fail!("more is told: {told:#?}");
        }
        for statement in WORKING {
            run(&fixture, statement).await?;
        }
        Ok(())
    })
}

/// A look that is kept from looking is a warning; one that fails for another reason stops the run.
#[test]
fn what_cannot_be_looked_at_is_said() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("through_view_unseen").await?;
        base(&fixture).await?;
        let Ok(()) = fixture.db.batch_execute("create extension pg_stat_statements").await else {
            eprintln!("not tried: this build of PostgreSQL has no pg_stat_statements");
            return Ok(());
        };
        let report = fixture.runner(&HISTORY).await?.expand().await?;
        let unseen = report.findings.iter().find(|found| found.check == Check::ThroughView);
        let says = |part: &str| unseen.is_some_and(|found| found.what.contains(part));
        if !says("could not look: ") || !says("shared_preload_libraries") {
            fail!("not told: {:#?}", report.findings);
        }
        fixture.runner(&HISTORY).await?.undo("m0002_rename").await?;

        let broken = "alter extension pg_stat_statements drop view pg_stat_statements;
            drop view pg_stat_statements; create view pg_stat_statements as select 1 as one";
        fixture.db.batch_execute(broken).await?;
        let before = fixture.catalog().await?;
        match fixture.runner(&HISTORY).await?.expand().await {
            Err(error)
                if error.kind() == ErrorKind::Statement
                    && error.to_string().contains("s.query") => {}
            other => fail!("not stopped by the look: {other:?}"),
        }
        let after = fixture.catalog().await?;
        catalog::expect_equal(("before", &before), ("after the look", &after))
    })
}
