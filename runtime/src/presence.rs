//! Who is there, and what waits for whom.

use crate::error::Error;
use crate::executor::{Executor, Row, Rows};
use crate::migration::Phase;
use crate::report::HeldGate;
use crate::sql::quote_literal;
use crate::status::{InstanceStatus, Status};

/// Adds it to a status; a database without leases has none.
pub(crate) async fn read(
    executor: &mut dyn Executor,
    app: &str,
    status: &mut Status,
) -> Result<(), Error> {
    let exists = "select pg_catalog.to_regclass('changeover.gates') is not null";
    if query(executor, exists).await?.value() != Some("t") {
        return Ok(());
    }
    let history = quote_literal(app);
    let held = format!(
        "select g.migration, g.phase, h.reason from changeover.gates g, \
         unnest(g.held_by) with ordinality as h (reason, place) \
         where g.history = {history} and g.opened_at is null \
         order by g.position, g.migration, g.phase desc, h.place"
    );
    for row in query(executor, &held).await?.iter() {
        add_reason(&mut status.held, row);
    }
    let live = format!(
        "select instance, about, head, date_trunc('second', silent), connected \
         from changeover.live_instances({history})"
    );
    status.instances = query(executor, &live).await?.iter().map(instance).collect();
    Ok(())
}

fn add_reason(held: &mut Vec<HeldGate>, row: Row<'_>) {
    let text = |column| row.get(column).unwrap_or_default().to_owned();
    let (migration, reason) = (text(0), text(2));
    let Some(phase) = Phase::ALL.into_iter().find(|phase| phase.to_string() == text(1)) else {
        return;
    };
    match held.iter_mut().find(|one| one.migration == migration && one.phase == phase) {
        Some(known) => known.by.push(reason),
        None => held.push(HeldGate { migration, phase, by: vec![reason] }),
    }
}

fn instance(row: Row<'_>) -> InstanceStatus {
    let text = |column| row.get(column).unwrap_or_default().to_owned();
    InstanceStatus {
        instance: text(0),
        about: text(1),
        head: text(2),
        silent: text(3),
        connected: row.get(4) == Some("t"),
    }
}

async fn query(executor: &mut dyn Executor, sql: &str) -> Result<Rows, Error> {
    executor.query(sql).await.map_err(|error| Error::sql(sql, error))
}
