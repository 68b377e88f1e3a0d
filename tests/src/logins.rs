//! Roles of a test that own nothing and may only connect, and sessions as each of them.

use std::str::FromStr;

use tokio_postgres::{Client, Config, NoTls};

use crate::{Failure, connect};

const PASSWORD: &str = "not-a-secret";

/// Some roles of one test.
#[derive(Debug)]
pub struct Logins {
    url: String,
    database: String,
    roles: Vec<String>,
}

impl Logins {
    /// Makes them, each named after the database and itself; roles are the server's, so that
    /// [`Logins::drop`] must be called in the end.
    pub async fn make(db: &Client, url: &str, names: &[&str]) -> Result<Logins, Failure> {
        let database: String = db.query_one("select current_database()", &[]).await?.get(0);
        let roles: Vec<String> = names.iter().map(|name| format!("{database}_{name}")).collect();
        for role in &roles {
            let make = format!(
                "create role {role} login nosuperuser nocreatedb nocreaterole nobypassrls \
                 password '{PASSWORD}'"
            );
            db.batch_execute(&make).await?;
        }
        Ok(Logins { url: url.to_owned(), database, roles })
    }

    /// The role of this name.
    pub fn role(&self, name: &str) -> String {
        format!("{}_{name}", self.database)
    }

    /// Returns how it connects.
    pub fn config(&self, name: &str) -> Result<Config, Failure> {
        let mut config = Config::from_str(&self.url)?;
        config.user(self.role(name)).password(PASSWORD).application_name(name);
        Ok(config)
    }

    /// A session as this role.
    pub async fn connect(&self, name: &str) -> Result<Client, Failure> {
        let (client, connection) = self.config(name)?.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Lets a role hold leases of an application.
    pub async fn let_hold(&self, db: &Client, name: &str, app: &str) -> Result<(), Failure> {
        for statement in changeover::grants::instance(&self.role(name), app) {
            db.batch_execute(&statement).await?;
        }
        Ok(())
    }

    /// Takes them away with all that they own in the database.
    pub async fn drop(self) -> Result<(), Failure> {
        let db = connect(&self.url, "logins").await?;
        for role in &self.roles {
            db.batch_execute(&format!("drop owned by {role} cascade; drop role {role}")).await?;
        }
        Ok(())
    }
}
