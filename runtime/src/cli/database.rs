//! Which database a command is about, and whose history there.

use clap::Args;

use crate::changeover::Changeover;
use crate::changeover::builder::Builder;
use crate::migration::Migrations;
use crate::outcome::error::Error;
use crate::session::connect::{Connect as _, url};
use crate::session::executor::Executor;

#[derive(Args)]
pub(crate) struct Database {
    /// The database, `postgres://user@host/name`
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    url: String,
}

impl Database {
    pub(crate) async fn session(&self) -> Result<Box<dyn Executor>, Error> {
        session(&self.url).await
    }

    pub(crate) async fn connect(&self, builder: Builder) -> Result<Changeover, Error> {
        builder.connect(&self.url).await
    }
}

/// A service in its database.
#[derive(Args)]
pub(crate) struct Service {
    #[command(flatten)]
    database: Database,
    /// The name of the service, as its builds give it to `Builder::app` [default: default]
    #[arg(long, value_name = "NAME")]
    app: Option<String>,
}

impl Service {
    pub(crate) async fn connect(&self, history: &Migrations) -> Result<Changeover, Error> {
        self.connect_as(self.builder(history)).await
    }

    pub(crate) fn builder(&self, history: &Migrations) -> Builder {
        let builder = Changeover::builder(history);
        match &self.app {
            Some(app) => builder.app(app),
            None => builder,
        }
    }

    pub(crate) async fn connect_as(&self, builder: Builder) -> Result<Changeover, Error> {
        self.database.connect(builder).await
    }
}

/// A session of the database that this URL names.
pub(crate) async fn session(url: &str) -> Result<Box<dyn Executor>, Error> {
    let connector = url::at(url).map_err(|error| Error::connect(&error))?;
    connector.connect().await.map_err(|error| Error::connect(&error))
}
