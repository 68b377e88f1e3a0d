//! One of the two databases.

use std::str::FromStr;

use changeover::{Changeover, Gate};
use tokio_postgres::{Client, Config, NoTls};

use crate::Result;
use crate::migrations::MIGRATIONS;

/// The role of the shop, which owns nothing: what it may write can be taken from it for a moment.
pub(crate) const SHOP: &str = "blue_green_shop";
const PASSWORD: &str = "not a secret, as the example has it";

/// A database, and a session of whoever moves the data.
pub(crate) struct Side {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    pub(crate) db: Client,
}

impl Side {
    pub(crate) async fn open(name: &'static str, url: &str) -> Result<Side> {
        let db = connect(&Config::from_str(url)?).await?;
        Ok(Side { name, url: url.to_owned(), db })
    }

    /// The migrations of the shop up to one of them.
    pub(crate) async fn changeover(&self, until: &str) -> Result<Changeover> {
        let history = MIGRATIONS.until(until).ok_or("there is no such migration")?;
        let builder = Changeover::builder(&history).gate(Gate::Manual).verify_before_contract(true);
        Ok(builder.connect(&self.url).await?)
    }

    pub(crate) async fn migrate(&self, until: &str) -> Result<()> {
        let report = self.changeover(until).await?.migrate().await?;
        println!("  {}: {} phases up to {until}", self.name, report.phases.len());
        Ok(())
    }

    /// Makes the role of the shop, which may not write yet.
    pub(crate) async fn admit(&self) -> Result<()> {
        let sql = format!(
            "do $$ begin create role {SHOP} login password '{PASSWORD}';
             exception when duplicate_object then null; end $$;
             grant usage on schema public to {SHOP};
             grant select on all tables in schema public to {SHOP};
             alter default privileges in schema public grant select on tables to {SHOP}"
        );
        Ok(self.db.batch_execute(&sql).await?)
    }

    /// How the shop connects.
    pub(crate) fn shop(&self) -> Result<Config> {
        let mut config = Config::from_str(&self.url)?;
        config.user(SHOP).password(PASSWORD);
        Ok(config)
    }

    /// Lets the shop write.
    pub(crate) async fn let_write(&self) -> Result<()> {
        let sql = format!(
            "grant insert, update, delete on all tables in schema public to {SHOP};
             grant usage on all sequences in schema public to {SHOP}"
        );
        Ok(self.db.batch_execute(&sql).await?)
    }

    /// The text of one value.
    pub(crate) async fn ask(&self, sql: &str) -> Result<String> {
        Ok(self.db.query_one(sql, &[]).await?.get(0))
    }

    /// The names in a column, quoted where they have to be.
    pub(crate) async fn names(&self, sql: &str) -> Result<Vec<String>> {
        Ok(self.db.query(sql, &[]).await?.iter().map(|row| row.get(0)).collect())
    }

    /// The tables that move.
    pub(crate) async fn tables(&self) -> Result<Vec<String>> {
        self.names(
            "select format('%I.%I', schemaname, tablename) from pg_tables
             where schemaname = 'public' order by 1",
        )
        .await
    }
}

/// A session, whose connection ends with it.
pub(crate) async fn connect(config: &Config) -> Result<Client> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
