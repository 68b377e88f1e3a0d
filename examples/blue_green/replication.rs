//! One side publishes its tables, the other subscribes to them; and how far that is.

use std::time::{Duration, Instant};

use crate::Result;
use crate::side::Side;

/// Nobody waits so long for a subscription that is at work.
const PATIENCE: Duration = Duration::from_mins(2);
const EVERY: Duration = Duration::from_millis(20);

/// The name of the publication, the subscription and its slot, by the side that is followed.
fn name(of: &Side) -> String {
    format!("from_{}", of.name)
}

/// Names the tables whose rows replication could not find again: each update and delete of them would
/// fail once they are published.
///
/// PostgreSQL manual, section "Logical Replication", "Publication".
pub(crate) async fn without_identity(side: &Side) -> Result<Vec<String>> {
    side.names(
        "select format('%I.%I', n.nspname, c.relname)
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind = 'r' and (c.relreplident = 'n'
           or c.relreplident = 'd' and not exists (select from pg_index i
             where i.indrelid = c.oid and i.indisprimary)) order by 1",
    )
    .await
}

/// Publishes the tables that are there; a later one is added by hand, on both sides.
pub(crate) async fn publish(from: &Side) -> Result<()> {
    let (name, tables) = (name(from), from.tables().await?.join(", "));
    let made = "select exists (select from pg_publication where pubname = $1)";
    if !from.db.query_one(made, &[&name]).await?.get::<_, bool>(0) {
        from.db.batch_execute(&format!("create publication {name} for table {tables}")).await?;
    }
    Ok(())
}

/// What a subscription begins with.
#[derive(Clone, Copy)]
pub(crate) enum Rows {
    /// All that are there.
    All,
    /// What came since [`remember`]: both sides have the same until then.
    FromSlot,
}

/// Keeps what is written from now on, for a subscription that comes a moment later.
pub(crate) async fn remember(from: &Side) -> Result<()> {
    let sql = "select pg_create_logical_replication_slot($1, 'pgoutput')::text";
    from.db.query_one(sql, &[&name(from)]).await?;
    Ok(())
}

/// Lets one side follow the other.
pub(crate) async fn subscribe(to: &Side, from: &Side, rows: Rows) -> Result<()> {
    let (name, url) = (name(from), from.url.replace('\'', "''"));
    let how = match rows {
        Rows::All => "copy_data = true",
        Rows::FromSlot => "copy_data = false, create_slot = false",
    };
    let sql =
        format!("create subscription {name} connection '{url}' publication {name} with ({how})");
    Ok(to.db.batch_execute(&sql).await?)
}

/// Ends it, and takes its slot from the side that was followed.
pub(crate) async fn unsubscribe(to: &Side, from: &Side) -> Result<()> {
    Ok(to.db.batch_execute(&format!("drop subscription {}", name(from))).await?)
}

/// Waits until each table is copied, and says which are not.
pub(crate) async fn copied(to: &Side, from: &Side) -> Result<()> {
    let started = Instant::now();
    let mut said = String::new();
    loop {
        let states = to
            .ask(
                "select coalesce(string_agg(format('%s %s', srrelid::regclass, case srsubstate
                   when 'i' then 'waits' when 'd' then 'is copied' when 'f' then 'is copied'
                   when 's' then 'catches up' else 'is ready' end), ', ' order by srrelid), 'none')
                 from pg_subscription_rel",
            )
            .await?;
        if states != said {
            println!("  {}: {states}", to.name);
            said.clone_from(&states);
        }
        if !["waits", "copied", "catches", "none"].iter().any(|word| said.contains(word)) {
            return Ok(());
        }
        give_up(started, &format!("{} does not get its copy of {}", to.name, from.name))?;
        tokio::time::sleep(EVERY).await;
    }
}

/// The slot by which a side is followed: whether somebody reads from it, and how far behind that is.
pub(crate) async fn lag(from: &Side) -> Result<String> {
    from.ask(
        "select coalesce(string_agg(format('slot %s %s, %s bytes behind, keeps %s bytes of WAL',
           slot_name, case when active then 'is read' else 'is NOT read' end,
           pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn),
           pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)), '; '), 'no slot')
         from pg_replication_slots where slot_type = 'logical' and database = current_database()",
    )
    .await
}

/// Waits until the other side has confirmed all that is committed by now.
pub(crate) async fn confirmed(from: &Side, to: &Side) -> Result<String> {
    // A transaction of its own, so that there is something behind all that counts.
    let lsn: String =
        from.ask("select pg_logical_emit_message(true, 'blue_green', 'held')::text").await?;
    let lsn = from.ask(&format!("select greatest('{lsn}', pg_current_wal_lsn())::text")).await?;
    let started = Instant::now();
    let sql = format!(
        "select coalesce(bool_and(confirmed_flush_lsn >= '{lsn}'), false)::text
         from pg_replication_slots where slot_type = 'logical' and database = current_database()"
    );
    while from.ask(&sql).await? != "true" {
        // A subscription commits without waiting for the disk, and confirms what is there: this waits.
        to.ask("select pg_logical_emit_message(true, 'blue_green', 'flush')::text").await?;
        give_up(started, &format!("{} is not followed up to {lsn}", from.name))?;
        tokio::time::sleep(EVERY).await;
    }
    Ok(lsn)
}

fn give_up(started: Instant, what: &str) -> Result<()> {
    if started.elapsed() < PATIENCE { Ok(()) } else { Err(what.into()) }
}
