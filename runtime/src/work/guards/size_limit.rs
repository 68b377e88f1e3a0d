//! Refuses the one-step form of a change where the table has outgrown it.

use async_trait::async_trait;

use crate::lock::RunSession;
use crate::migration::{LockMode, SizeLimit};
use crate::outcome::error::{Error, ReadsRows, WorkError};
use crate::session::sql::{OWN, quote_literal, tree};
use crate::work::kind::{Kind, Turn};
use crate::work::page::Page;
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::touched::{Earlier, Touched};

#[async_trait]
impl Kind for SizeLimit {
    fn weight(&self) -> Weight {
        Weight::Brief
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        touched.table(self.table, LockMode::AccessShare, earlier);
    }

    fn review(&self, page: &mut Page) {
        let SizeLimit { table, max_rows, reason } = self;
        page.prose(format!("in one step because {reason}"));
        page.comment(format!(
            "stops the migration, with nothing locked, if the planner expects more than {max_rows} \
             rows"
        ));
        page.sql(&format!("explain select from {table}"));
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

/// Asks the planner, which reads no row and adds partitions up. Of a small table that was never
/// analysed it supposes more than there can be, so there the rows are counted, as far as allowed.
///
/// PostgreSQL manual, section "How the Planner Uses Statistics".
pub(crate) async fn check(session: &mut RunSession<'_>, bound: &SizeLimit) -> Result<(), Error> {
    let SizeLimit { table, max_rows, reason } = *bound;
    let rows = session.query(&format!("explain (format json) select from {table}")).await?;
    let plan = rows.value().unwrap_or_default();
    let estimate = estimate(plan).ok_or_else(|| {
        Error::corrupt(format!("the planner's estimate of {table} cannot be read: {plan}"))
    })?;
    if estimate <= max_rows || (is_a_guess(session, table).await? && fits(session, bound).await?) {
        return Ok(());
    }
    let (table, reason) = (table.to_owned(), reason.to_owned());
    Err(Error::work(WorkError::TooLarge { table, estimate, max_rows, reason }))
}

async fn is_a_guess(session: &mut RunSession<'_>, table: &str) -> Result<bool, Error> {
    let sql = format!(
        "select exists (select from pg_catalog.pg_class where relkind = 'r' and reltuples < 0 \
         and oid in ({}))",
        tree(&format!("pg_catalog.to_regclass({})", quote_literal(table)))
    );
    Ok(session.query(&sql).await?.is_true())
}

async fn fits(session: &mut RunSession<'_>, bound: &SizeLimit) -> Result<bool, Error> {
    let SizeLimit { table, max_rows, .. } = bound;
    let one_more = max_rows.saturating_add(1);
    let sql = format!(
        "select count(*) <= {max_rows} from (select from {table} limit {one_more}) r {OWN}"
    );
    Ok(session.query_of_plan(&sql, ReadsRows::Yes).await?.is_true())
}

/// The topmost node's rows, which a plan says before it comes to the nodes below.
fn estimate(plan: &str) -> Option<u64> {
    let (_, after) = plan.split_once("\"Plan Rows\":")?;
    let number: String = after.trim_start().chars().take_while(char::is_ascii_digit).collect();
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topmost_node_is_read() {
        let plan = "[{\"Plan\": {\"Node Type\": \"Append\", \"Plan Rows\": 300,\n\
                    \"Plans\": [{\"Plan Rows\": 100}, {\"Plan Rows\": 200}]}}]";
        assert_eq!(estimate(plan), Some(300));
        assert_eq!(estimate("[]"), None);
    }
}
