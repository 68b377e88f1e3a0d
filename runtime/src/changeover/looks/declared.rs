//! What the history declares, for generators of code.

use crate::catalog::code::read::Schema;
use crate::catalog::code::schema::DeclaredSchema;
use crate::catalog::scratch::{self, Declared, Shape};
use crate::changeover::Changeover;
use crate::outcome::error::Error;
use crate::session::sql::milliseconds;

/// What needs no right on the database of the service.
const ELSEWHERE: &str = "any other database does, for what is read is declared in the code";

impl Changeover {
    /// Reads the tables, views and types that the history declares, each column with the type that the
    /// server gives it.
    ///
    /// It builds them in schemas of its own, in a transaction that is rolled back, so the role needs
    /// CREATE on the database. Nothing of the service's is read and nothing has to have run: any
    /// database does, on a server with the same extensions.
    pub async fn declared_schema(&mut self) -> Result<DeclaredSchema, Error> {
        let shape = Shape { statements: self.history.schema, names: self.history.names, left: &[] };
        let timeout = milliseconds(self.settings.lock_timeout);
        let executor = self.session.begin_aside().await?;
        let declared = scratch::declared(executor, shape, &timeout, &Schema).await;
        self.session.end_aside();
        let Declared { found, unbuilt, .. } = declared.map_err(|error| error.or(ELSEWHERE))?;
        Ok(DeclaredSchema { unbuilt, ..found })
    }
}
