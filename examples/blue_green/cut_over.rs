//! The moment in which nobody writes: one side has had its last write, and the other has it.
//!
//! The right to write is taken from the shop's role. That outlives a crash of whoever moves the data,
//! it is per role, and it needs no pooler. `default_transaction_read_only` is a default, which a
//! session may set back, and sessions that are there keep theirs. Statements that were let through
//! before hold a lock on their table until their transaction ends, so that a lock which lets no writer
//! beside it, taken once the right is gone, is granted when the last one has ended. A write that is
//! refused was acknowledged to nobody: its client tries again, on the other side.

use std::time::{Duration, Instant};

use crate::Result;
use crate::replication::{Rows, confirmed, remember, subscribe, unsubscribe};
use crate::side::{SHOP, Side};

/// What a cut-over took.
pub(crate) struct Held {
    pub(crate) for_: Duration,
    pub(crate) lsn: String,
}

/// Moves the writes from one side to the other, which has followed it, and lets it follow in turn:
/// that is the way back.
pub(crate) async fn cut_over(
    from: &Side,
    to: &Side,
    route: impl FnOnce() -> Result<()>,
) -> Result<Held> {
    let started = Instant::now();
    let lsn = match hand_over(from, to, started).await {
        Ok(lsn) => lsn,
        Err(error) => {
            // Whatever failed, somebody has to take the writes, and this side has had all of them.
            from.let_write().await?;
            println!("  it failed after {:.0?}, and {} goes on", started.elapsed(), from.name);
            return Err(error);
        }
    };
    // From here on the other side has writes that this one has not: the way back is another cut-over.
    to.let_write().await?;
    route()?;
    let for_ = started.elapsed();
    // Both ways at once would send each row round and round, unless `origin = none` (PostgreSQL 16)
    // leaves out what came from elsewhere; nobody writes on this side, so that one may end now.
    unsubscribe(to, from).await?;
    subscribe(from, to, Rows::FromSlot).await?;
    Ok(Held { for_, lsn })
}

/// Until the other side has everything, and remembers what comes next.
async fn hand_over(from: &Side, to: &Side, started: Instant) -> Result<String> {
    hold(from).await?;
    let held = started.elapsed();
    let lsn = confirmed(from, to).await?;
    let followed = started.elapsed();
    carry_sequences(from, to).await?;
    // Before the first write there, so that none is missing on the way back.
    remember(to).await?;
    println!(
        "  nobody writes after {held:.0?}, {} has all of it after {followed:.0?}, and keeps what \
         comes next after {:.0?}",
        to.name,
        started.elapsed()
    );
    Ok(lsn)
}

/// Lets nobody write, and waits for those who do. A transaction that does not end is not waited for.
async fn hold(side: &Side) -> Result<()> {
    let revoke = format!(
        "revoke insert, update, delete on all tables in schema public from {SHOP};
         revoke usage on all sequences in schema public from {SHOP}"
    );
    side.db.batch_execute(&revoke).await?;
    // One after the other, so that no writer waits for a table while we have another.
    for table in side.tables().await? {
        let barrier = format!(
            "begin; set local lock_timeout = '5s'; lock table {table} in share mode; commit"
        );
        if let Err(error) = side.db.batch_execute(&barrier).await {
            side.db.batch_execute("rollback").await?;
            return Err(error.into());
        }
    }
    Ok(())
}

/// Sequences are not replicated: each goes on behind the last number that was given here, with those
/// that a session may keep in its cache.
async fn carry_sequences(from: &Side, to: &Side) -> Result<()> {
    let sequences = from
        .names(
            "select format('select setval(%L, %s)', format('%I.%I', schemaname, sequencename),
               last_value + increment_by * cache_size)
             from pg_sequences where schemaname = 'public' and last_value is not null",
        )
        .await?;
    if sequences.is_empty() {
        return Ok(());
    }
    Ok(to.db.batch_execute(&sequences.join("; ")).await?)
}
