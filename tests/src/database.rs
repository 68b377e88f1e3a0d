//! A database of the shared test server, with a second net against rewrites in it.

use std::error::Error;
use std::str::FromStr;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, NoTls};

use crate::Failure;

/// Where the harness keeps what it needs in the database; no part of any catalog comparison.
pub(crate) const HARNESS_SCHEMA: &str = "changeover_harness";

/// Raises in whatever rewrites a table, before it does.
const NO_REWRITE: &str = "
    create schema changeover_harness;
    create function changeover_harness.no_rewrite() returns event_trigger language plpgsql as $$
    begin
        raise exception 'the plan rewrites the table %', pg_event_trigger_table_rewrite_oid()::regclass;
    end $$;
    create event trigger changeover_no_rewrite on table_rewrite
        execute function changeover_harness.no_rewrite();";

/// Opens a connection that is named for `pg_stat_activity`.
pub async fn connect(url: &str, name: &str) -> Result<Client, Failure> {
    let mut config = Config::from_str(url)?;
    config.application_name(name);
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Makes any rewrite of a table an error.
pub async fn forbid_rewrites(db: &Client) -> Result<(), Failure> {
    Ok(db.batch_execute(NO_REWRITE).await?)
}

/// A parameter of any type, sent as PostgreSQL's own text of it, so that a scenario need not say
/// which Rust type a column has.
#[derive(Debug, Clone)]
pub(crate) struct Text(pub Option<String>);

impl ToSql for Text {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let Some(text) = &self.0 else { return Ok(IsNull::Yes) };
        out.extend_from_slice(text.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}
