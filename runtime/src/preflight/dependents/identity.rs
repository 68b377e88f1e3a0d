//! Indexes by which logical replication knows rows.
//!
//! Without the index, updates and deletes of a published table fail.

use crate::lock::Locked;
use crate::migration::{Dropped, Effect, ObjectKind, Step, Work};
use crate::outcome::error::Error;
use crate::session::sql::{quote_literal, tree};

/// Returns what goes that rows are known by, and that no step of the phase puts another in the
/// place of.
pub(super) async fn found(session: &mut Locked<'_>, steps: &[&Step]) -> Result<Vec<String>, Error> {
    let dropped = steps.iter().flat_map(|step| step.drops());
    let roots: Vec<String> = dropped.filter_map(root).collect();
    if roots.is_empty() || steps.iter().any(|step| carries_over(step)) {
        return Ok(Vec::new());
    }
    let sql = include_str!("identity.sql")
        .replace("$tree", &tree("gone.relid"))
        .replace("$gone", &roots.join(" union all "));
    let rows = session.query(&sql).await?;
    Ok(rows.iter().filter_map(|row| row.get(0)).map(str::to_owned).collect())
}

fn root(dropped: &Dropped) -> Option<String> {
    let (name, part) = (quote_literal(dropped.name), quote_literal(dropped.part));
    match dropped.kind {
        ObjectKind::Relation => Some(format!(
            "select indrelid, ''::pg_catalog.name, indexrelid from pg_catalog.pg_index \
             where indexrelid = pg_catalog.to_regclass({name})"
        )),
        ObjectKind::Column | ObjectKind::Constraint => Some(format!(
            "select pg_catalog.to_regclass({name})::pg_catalog.oid, {part}::pg_catalog.name, \
             null::pg_catalog.oid where pg_catalog.to_regclass({name}) is not null"
        )),
        _ => None,
    }
}

/// Tells whether a step makes another index the identity.
fn carries_over(step: &Step) -> bool {
    let Work::Transaction(statements) = step.work else { return false };
    statements.iter().any(|statement| statement.effects.contains(&Effect::Identifies))
}
