//! A rehearsal writes rows and takes things back, so nobody else may use the database.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use super::setup::Setup;
use crate::changeover::Changeover;
use crate::outcome::error::{Detail, Error};
use crate::session::connect::url;
use crate::session::executor::SqlError;
use crate::session::shown::shown;

/// What a session that has just ended needs to be gone.
const PATIENCE: Duration = Duration::from_secs(2);

/// A copy has the leases of what it was copied from, which end by themselves.
const LEASES: Duration = Duration::from_secs(45);

const OTHERS: &str = "select count(*), coalesce(string_agg(distinct coalesce(a.usename, '') || \
    coalesce(' (' || nullif(a.application_name, '') || ')', ''), ', '), '') \
    from pg_catalog.pg_stat_activity a where a.datname = pg_catalog.current_database() \
    and a.backend_type = 'client backend' and a.pid <> pg_catalog.pg_backend_pid()";

/// What uses the database beside sessions, a row each.
const USES: &str = "select 'the replication slot `' || s.slot_name || '` is in use' \
    from pg_catalog.pg_replication_slots s \
    where s.database = pg_catalog.current_database() and s.active \
    union all select 'the subscription `' || s.subname || '` is enabled' \
    from pg_catalog.pg_subscription s join pg_catalog.pg_database d on d.oid = s.subdbid \
    where d.datname = pg_catalog.current_database() and s.subenabled \
    union all select 'it is a standby' where pg_catalog.pg_is_in_recovery()";

/// Refuses a database that others use, before anything is written.
pub(super) async fn check(setup: &Setup, database: &str) -> Result<(), Error> {
    let db = url::client(database, "rehearsal").await.map_err(|error| Error::connect(&error))?;
    let path = "set search_path = pg_catalog, pg_temp";
    let set = db.batch_execute(path).await;
    set.map_err(|error| Error::sql(path, &SqlError::from(error)))?;
    if let Some(row) = ask(&db, USES).await?.first() {
        return Err(refused(&row.get::<_, String>(0)));
    }
    alone(&db).await?;
    drop(db);
    let began = Instant::now();
    loop {
        let mut builder = Changeover::builder(&setup.history);
        if let Some(app) = &setup.app {
            builder = builder.app(app);
        }
        let status = builder.connect(database).await?.status().await?;
        let Some(instance) = status.instances.first().filter(|_| status.live > 0) else {
            return Ok(());
        };
        if instance.connected || began.elapsed() > LEASES {
            return Err(refused(&format!(
                "{} instances hold leases there, such as `{}`",
                status.live,
                shown(&instance.instance)
            )));
        }
        setup.interrupt.sleep(Duration::from_secs(1)).await?;
    }
}

async fn alone(db: &Client) -> Result<(), Error> {
    let began = Instant::now();
    loop {
        let rows = ask(db, OTHERS).await?;
        let Some(row) = rows.first() else { return Ok(()) };
        let (count, who): (i64, String) = (row.get(0), row.get(1));
        if count == 0 {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            let what = format!("{count} other sessions are connected to it: {}", shown(&who));
            return Err(refused(&what));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn ask(db: &Client, sql: &str) -> Result<Vec<tokio_postgres::Row>, Error> {
    let rows = db.query(sql, &[]).await;
    rows.map_err(|error| Error::sql(sql, &SqlError::from(error)))
}

pub(super) fn refused(why: &str) -> Error {
    Error::new(Detail::RehearsalRefused { why: why.to_owned() })
}
