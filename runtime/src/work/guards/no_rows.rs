//! Looks for rows that would make a later step fail.

use async_trait::async_trait;

use crate::lock::RunSession;
use crate::migration::{LockMode, NoRows};
use crate::outcome::error::{Error, WorkError};
use crate::session::sql::{OWN, quote_literal};
use crate::work::fill::culprit::{self, Trial};
use crate::work::fill::heap::leaves;
use crate::work::kind::{Kind, Turn};
use crate::work::page::Page;
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::touched::{Earlier, Touched};

#[async_trait]
impl Kind for NoRows {
    fn weight(&self) -> Weight {
        Weight::Brief
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        touched.table(self.table, LockMode::AccessShare, earlier);
    }

    fn review(&self, page: &mut Page) {
        let NoRows { table, violation, problem, help } = self;
        page.comment(format!("stops the migration, with nothing locked, if rows {problem}"));
        page.comment(format!("help: {help}"));
        page.sql(&format!("select * from {table} where {violation} limit 5"));
    }

    async fn carry_out(
        &self,
        context: &mut StepContext<'_, '_>,
        turn: Turn<'_>,
    ) -> Result<(), Error> {
        check(context.session, self).await?;
        turn.looked(context.session).await
    }
}

/// Stops with some of the rows if there are any. They are named by their key alone: errors end up
/// in logs, and other columns may not belong there.
pub(crate) async fn check(session: &mut RunSession<'_>, require: &NoRows) -> Result<(), Error> {
    let NoRows { table, problem, help, .. } = require;
    let parts = parts(session, require).await?;
    let samples = match find(session, require, &parts).await {
        Err(error) => return Err(explain(session, require, error).await),
        Ok(samples) => samples,
    };
    if samples.is_empty() {
        return Ok(());
    }
    Err(Error::work(WorkError::Violation {
        table: (*table).to_owned(),
        problem: (*problem).to_owned(),
        help: (*help).to_owned(),
        samples,
    }))
}

/// The condition computes what it asks of each row, and may fail on one.
async fn explain(session: &mut RunSession<'_>, require: &NoRows, error: Error) -> Error {
    let NoRows { table, violation, problem, help } = require;
    let statement =
        |place: &str| format!("select count(*) from {table} where {place} and ({violation}) {OWN}");
    let doing = format!("the search for rows of {table} that {problem}");
    Trial { table, statement: &statement, doing, help }.explain(session, None, error).await
}

/// The partitions, of which each is asked alone: a query of all locks them all, and their indexes,
/// in a table of the server's that has room for some thousands. A condition that names the table
/// is about all of them.
async fn parts(session: &mut RunSession<'_>, require: &NoRows) -> Result<Vec<String>, Error> {
    let NoRows { table, violation, .. } = require;
    let sql = format!(
        "select relkind from pg_catalog.pg_class where oid = pg_catalog.to_regclass({})::oid",
        quote_literal(table)
    );
    let is_partitioned = session.query(&sql).await?.value() == Some("p");
    if !is_partitioned || violation.contains(table) || violation.contains("tableoid") {
        return Ok(vec![(*table).to_owned()]);
    }
    let own = table.rsplit_once(".\"").map_or(*table, |(_, own)| own);
    let alias = format!("\"{}\"", own.trim_matches('"'));
    let leaves = leaves(session, table).await?;
    Ok(leaves.into_iter().map(|leaf| format!("only {} as {alias}", leaf.name)).collect())
}

async fn find(
    session: &mut RunSession<'_>,
    require: &NoRows,
    parts: &[String],
) -> Result<Vec<String>, Error> {
    for part in parts {
        let found = culprit::samples(session, require.table, part, require.violation).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}
