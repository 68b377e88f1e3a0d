//! Refuses the one-step form of a change where the table has outgrown it.

use crate::error::{Error, WorkError};
use crate::lock::Held;
use crate::migration::Bound;
use crate::sql::{OWN, quote_literal};

/// Asks the planner, which reads no row and adds partitions up. Of a small table that was never
/// analysed it supposes more than there can be, so there the rows are counted, as far as allowed.
///
/// PostgreSQL manual, section "How the Planner Uses Statistics".
pub(crate) async fn check(held: &mut Held<'_>, bound: &Bound) -> Result<(), Error> {
    let Bound { table, max_rows, reason } = *bound;
    let rows = held.query(&format!("explain (format json) select from {table}")).await?;
    let plan = rows.value().unwrap_or_default();
    let estimate = estimate(plan).ok_or_else(|| {
        Error::corrupt(format!("the planner's estimate of {table} cannot be read: {plan}"))
    })?;
    if estimate <= max_rows || (is_a_guess(held, table).await? && fits(held, bound).await?) {
        return Ok(());
    }
    let (table, reason) = (table.to_owned(), reason.to_owned());
    Err(Error::work(WorkError::TooLarge { table, estimate, max_rows, reason }))
}

async fn is_a_guess(held: &mut Held<'_>, table: &str) -> Result<bool, Error> {
    let table = quote_literal(table);
    let sql = format!(
        "select exists (select from pg_catalog.pg_class where relkind = 'r' and reltuples < 0 \
         and (oid = pg_catalog.to_regclass({table})::oid \
         or oid in (select relid from pg_catalog.pg_partition_tree(pg_catalog.to_regclass({table})))))"
    );
    Ok(held.query(&sql).await?.value() == Some("t"))
}

async fn fits(held: &mut Held<'_>, bound: &Bound) -> Result<bool, Error> {
    let Bound { table, max_rows, .. } = bound;
    let one_more = max_rows.saturating_add(1);
    let sql = format!(
        "select count(*) <= {max_rows} from (select from {table} limit {one_more}) r {OWN}"
    );
    Ok(held.query(&sql).await?.value() == Some("t"))
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
