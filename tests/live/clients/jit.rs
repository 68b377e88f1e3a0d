//! Our own sessions compile nothing, whatever the server does by default: what asks the catalogs is
//! dear to compile and cheap to run.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use changeover::{Connect, Executor, Gate, Rows, SqlError, async_trait};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, connect, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, username: text not_null });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_rename;
        contract!(m0002_rename);
    }
}

changeover::migrations! { static HISTORY = [m0001_base, m0002_rename, m0003_contract]; }

/// Statements, as they are sent.
type Log = Arc<Mutex<Vec<String>>>;

/// Opens sessions that note what runs while they would compile, and all that runs.
struct Watching {
    url: String,
    compiled: Log,
    all: Log,
}

struct Session {
    client: tokio_postgres::Client,
    compiled: Log,
    all: Log,
}

#[async_trait]
impl Connect for Watching {
    async fn connect(&self) -> Result<Box<dyn Executor>, SqlError> {
        let client = connect(&self.url, "watched").await;
        let client = client.map_err(|failure| SqlError::new(None, failure.0))?;
        Ok(Box::new(Session { client, compiled: self.compiled.clone(), all: self.all.clone() }))
    }
}

fn note(log: &Log, sql: &str) {
    log.lock().unwrap_or_else(PoisonError::into_inner).push(sql.to_owned());
}

fn noted(log: &Log) -> Vec<String> {
    log.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

#[async_trait]
impl Executor for Session {
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
        note(&self.all, sql);
        let is_setting = sql.contains("set_config('jit', 'off'");
        // In a transaction that failed nothing can be asked.
        if !is_setting
            && let Ok(jit) = Executor::query(&mut self.client, "show jit").await
            && jit.value() == Some("on")
        {
            note(&self.compiled, sql);
        }
        Executor::query(&mut self.client, sql).await
    }
}

#[test]
fn no_session_of_ours_compiles() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("jit").await?;
        let database: String = fixture.db.query_one("select current_database()", &[]).await?.get(0);
        let defaults = format!("alter database {database} set jit = on");
        fixture.db.batch_execute(&defaults).await?;
        let (compiled, all) = (Log::default(), Log::default());
        let watching = || Watching {
            url: fixture.url().to_owned(),
            compiled: compiled.clone(),
            all: all.clone(),
        };
        let Some(rename) = HISTORY.until("m0002_rename") else { fail!("no such migration") };
        Fixture::leasing(&rename).connector(watching()).await?.migrate().await?;
        let old = Fixture::leasing(&rename).finishes(false).connector(watching()).await?;
        let old = old.hold_lease().await?;

        // A lease is in the way: what is dear is not even asked.
        let before = noted(&all).len();
        let mut new = Fixture::leasing(&HISTORY).connector(watching()).await?;
        let report = new.migrate().await?;
        if report.waiting.is_empty() {
            fail!("the lease holds nothing");
        }
        let asked = noted(&all).split_off(before);
        if let Some(dear) = asked.iter().find(|sql| sql.contains("pg_identify_object")) {
            fail!("it was asked although a lease holds the gate: {dear}");
        }
        new.status().await?;
        new.preflight().await?;
        old.release().await;
        Fixture::builder(&HISTORY)
            .gate(Gate::Manual)
            .connector(watching())
            .await?
            .contract()
            .await?;
        let mut ready = Fixture::builder(&HISTORY).connector(watching()).await?;
        ready.ready(Duration::ZERO).await?;
        if !noted(&all).iter().any(|sql| sql.contains("pg_identify_object")) {
            fail!("what is dear was never asked");
        }
        match noted(&compiled).as_slice() {
            [] => Ok(()),
            wrong => fail!("they run with jit: {wrong:#?}"),
        }
    })
}
