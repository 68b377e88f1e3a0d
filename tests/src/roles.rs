//! The roles of a team that gives no more rights than are needed: one that runs migrations, one
//! that the service reads and writes as.

use std::str::FromStr;

use changeover::{Changeover, Gate, Limit, Migrations};
use tokio_postgres::{Client, Config, NoTls};

use crate::{Failure, connect};

const PASSWORD: &str = "not-a-secret";

/// Two roles that own nothing at first, neither of them a superuser's.
#[derive(Debug)]
pub struct Roles {
    url: String,
    database: String,
    runner: String,
    /// It lives as long as the test does.
    app: &'static str,
}

impl Roles {
    /// Makes both, named after the database; roles are the server's, so that [`Roles::drop`] must
    /// be called in the end.
    pub async fn make(db: &Client, url: &str) -> Result<Roles, Failure> {
        let name: String = db.query_one("select current_database()", &[]).await?.get(0);
        let (runner, app) = (format!("{name}_runner"), format!("{name}_app"));
        for role in [&runner, &app] {
            let make = format!(
                "create role {role} login nosuperuser nocreatedb nocreaterole nobypassrls \
                 password '{PASSWORD}'"
            );
            db.batch_execute(&make).await?;
        }
        Ok(Roles { url: url.to_owned(), database: name, runner, app: app.leak() })
    }

    /// The role of the runner.
    pub fn runner(&self) -> &str {
        &self.runner
    }

    /// The database, whose name others may bear too.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The role of the service.
    pub fn app(&self) -> &'static str {
        self.app
    }

    /// Returns how the runner's role connects to a database, given as a superuser's URL.
    pub fn config(&self, url: &str) -> Result<Config, Failure> {
        let mut config = Config::from_str(url)?;
        config.user(&self.runner).password(PASSWORD);
        Ok(config)
    }

    /// Returns how the service's role connects.
    pub fn app_config(&self) -> Result<Config, Failure> {
        let mut config = self.config(&self.url)?;
        config.user(self.app);
        Ok(config)
    }

    /// A runner with the rights of its role and no more.
    pub async fn start(&self, history: &Migrations) -> Result<Changeover, Failure> {
        let builder = Changeover::builder(history).app("harness").gate(Gate::Manual);
        // Then a backfill looks at the server in its middle too, where it finds functions of `public`.
        let builder = builder.max_load(Limit::Vacuums(1_000));
        Ok(builder.connect_with(self.config(&self.url)?, NoTls).await?)
    }

    /// Gives the runner what [`grants::runner`](changeover::grants::runner) says and the service
    /// the rights on rows, in every schema that there is, and these beside.
    pub async fn give(&self, db: &Client, also: &[&str]) -> Result<(), Failure> {
        let schemas = "select nspname::text from pg_namespace
            where nspname !~ '^(pg_|information_schema$|changeover)'";
        let schemas = db.query(schemas, &[]).await?;
        let schemas: Vec<&str> = schemas.iter().map(|row| row.get(0)).collect();
        let mut statements = changeover::grants::runner(&self.runner, &schemas);
        statements.extend(self.of_the_service(&schemas));
        statements.extend(also.iter().map(|sql| self.fill_in(sql)));
        for statement in statements {
            let outcome = db.batch_execute(&statement).await;
            outcome.map_err(|error| Failure::from(error).during(format!("`{statement}`")))?;
        }
        Ok(())
    }

    /// The rows of whatever the runner makes, and nothing of ours.
    fn of_the_service(&self, schemas: &[&str]) -> Vec<String> {
        let Roles { runner, app, .. } = self;
        let default = format!("alter default privileges for role {runner} grant");
        let mut statements = vec![
            format!("{default} select, insert, update, delete on tables to {app}"),
            format!("{default} usage on sequences to {app}"),
            format!("{default} usage on schemas to {app}"),
        ];
        statements.extend(
            schemas.iter().map(|schema| format!("grant usage on schema \"{schema}\" to {app}")),
        );
        statements
    }

    fn fill_in(&self, sql: &str) -> String {
        sql.replace("$runner", &self.runner)
            .replace("$app", self.app)
            .replace("$database", &self.database)
    }

    /// Lets a superuser's connection to another database go on as the runner.
    pub async fn become_runner(&self, db: &Client, also: &[&str]) -> Result<(), Failure> {
        self.give(db, also).await?;
        let own: String = db.query_one("select current_database()", &[]).await?.get(0);
        let Roles { runner, .. } = self;
        // The model makes the schemas that it needs.
        let go_on = format!("grant create on database {own} to {runner}; set role {runner}");
        Ok(db.batch_execute(&go_on).await?)
    }

    /// Takes both away with all that they own in the database.
    pub async fn drop(self) -> Result<(), Failure> {
        let db = connect(&self.url, "roles").await?;
        let Roles { runner, app, .. } = &self;
        // Together they fail: each default privilege of the one is also the other's.
        let clear = format!(
            "drop owned by {runner} cascade; drop owned by {app} cascade; drop role {runner}, {app}"
        );
        Ok(db.batch_execute(&clear).await?)
    }
}
