//! Until the other side has what was read here.

use std::time::{Duration, Instant};

use super::super::reader::Reader;
use super::sides::Sides;
use crate::outcome::error::{Detail, Error};
use crate::session::sql::quote_literal;

/// Where nothing says how far the other side is.
const BLIND: Duration = Duration::from_secs(1);

const EVERY: Duration = Duration::from_millis(20);

/// A subscription that gets no further for so long does not get further.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where the log is. Behind a page's header nothing has been written yet, and a flush ends before it.
const NOW: &str = "select (l - case when (l - '0/0') % 8192 in (24, 40) \
                   then (l - '0/0') % 8192 else 0 end)::text \
                   from pg_catalog.pg_current_wal_insert_lsn() l";

const SUBSCRIBED: &str = "select s.subslotname from pg_catalog.pg_subscription s \
     join pg_catalog.pg_database d on d.oid = s.subdbid \
     where d.datname = current_database() and s.subenabled and s.subslotname is not null";

/// The slots by which the other side follows this one.
pub(super) struct Follow {
    slots: Vec<String>,
}

impl Follow {
    pub(super) async fn find(sides: &mut Sides<'_>) -> Result<Follow, Error> {
        let subscribed = sides.there.own(SUBSCRIBED).await?;
        let names: Vec<String> = subscribed.iter().map(|row| quote_literal(row.text(0))).collect();
        if names.is_empty() {
            return Ok(Follow { slots: Vec::new() });
        }
        let sql = format!(
            "select slot_name from pg_catalog.pg_replication_slots where slot_type = 'logical' \
             and database = current_database() and slot_name::text in ({})",
            names.join(", ")
        );
        let slots = sides.here.own(&sql).await?;
        Ok(Follow { slots: slots.iter().map(|row| quote_literal(row.text(0))).collect() })
    }

    /// Waits until the other side has all that is committed here by now.
    pub(super) async fn catch_up(&self, sides: &mut Sides<'_>) -> Result<(), Error> {
        let interrupt = &sides.here.settings.interrupt;
        if self.slots.is_empty() {
            return interrupt.sleep(BLIND).await;
        }
        let now = sides.here.own(NOW).await?;
        let now = quote_literal(now.value().unwrap_or_default());
        let sql = format!(
            "select coalesce(pg_catalog.bool_and(confirmed_flush_lsn >= {now}::pg_lsn), false), \
             pg_catalog.max({now}::pg_lsn - confirmed_flush_lsn), \
             pg_catalog.count(*) filter (where active) \
             from pg_catalog.pg_replication_slots where slot_name::text in ({})",
            self.slots.join(", ")
        );
        let (mut last, mut moved) = (None, Instant::now());
        loop {
            let rows = sides.here.own(&sql).await?;
            if rows.is_true() {
                return Ok(());
            }
            let behind = rows.iter().next().and_then(|row| row.number::<i64>(1));
            if behind != last {
                (last, moved) = (behind, Instant::now());
            }
            if moved.elapsed() >= PATIENCE {
                let (slots, behind) = (self.slots.join(", "), behind.unwrap_or_default());
                let active = rows.iter().next().map_or("", |row| row.text(2).trim());
                let why = format!(
                    "the other database does not follow: slot {slots} is {behind} bytes behind, \
                     {active} of its walsenders active, and it has not moved for a minute"
                );
                return Err(Error::new(Detail::Stopped { why }));
            }
            sides.here.settings.interrupt.sleep(EVERY).await?;
        }
    }

    /// Tells whether a subscription has not copied the table yet.
    pub(super) async fn is_copying(
        &self,
        there: &mut Reader<'_>,
        table: &str,
    ) -> Result<bool, Error> {
        if self.slots.is_empty() {
            return Ok(false);
        }
        let sql = format!(
            "select exists (select from pg_catalog.pg_subscription_rel r \
             join pg_catalog.pg_subscription s on s.oid = r.srsubid \
             where r.srrelid = {}::regclass and r.srsubstate <> 'r')",
            quote_literal(table)
        );
        Ok(there.own(&sql).await?.is_true())
    }
}
