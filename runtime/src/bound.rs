//! Refuses the one-step form of a change where the table has outgrown it.

use crate::error::{Error, Kind};
use crate::lock::Held;
use crate::migration::Bound;

/// Asks the planner, which reads the table's size and statistics and no row, also where it was
/// never analysed, and adds partitions up.
///
/// PostgreSQL manual, section "How the Planner Uses Statistics".
pub(crate) async fn check(held: &mut Held<'_>, bound: &Bound) -> Result<(), Error> {
    let Bound { table, max_rows, reason } = *bound;
    let rows = held.query(&format!("explain (format json) select from {table}")).await?;
    let plan = rows.value().unwrap_or_default();
    let estimate = estimate(plan).ok_or_else(|| {
        Error::corrupt(format!("the planner's estimate of {table} cannot be read: {plan}"))
    })?;
    if estimate <= max_rows {
        return Ok(());
    }
    let (table, reason) = (table.to_owned(), reason.to_owned());
    Err(Error::new(Kind::TooLarge { table, estimate, max_rows, reason }))
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
