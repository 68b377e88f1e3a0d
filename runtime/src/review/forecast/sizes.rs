//! How large the tables are that steps touch.

use std::collections::BTreeMap;

use crate::outcome::error::Error;
use crate::review::forecast::statistics::{Statistics, TableStatistics};
use crate::session::executor::{Executor, Row};
use crate::session::sql::tree;
use crate::work::touched::array;

/// What a table has, its partitions included.
#[derive(Debug, Default, Clone)]
pub(super) struct Size {
    pub(super) rows: Option<u64>,
    pub(super) heap: u64,
    /// What is stored beside the rows: TOAST, and maps of free and visible pages.
    pub(super) beside: u64,
    pub(super) indexes: u64,
    /// The role that owns it, where the session's is not one of its members.
    pub(super) foreign_owner: Option<String>,
}

impl Size {
    pub(super) fn stored(&self) -> u64 {
        self.heap + self.beside
    }
}

/// Tables by their names in the plan; those that are not there yet are left out.
#[derive(Debug, Default)]
pub(super) struct Sizes(BTreeMap<String, Size>);

impl Sizes {
    pub(super) async fn read(executor: &mut dyn Executor, tables: &[&str]) -> Result<Sizes, Error> {
        let sql = query(tables);
        let rows = executor.query(&sql).await.map_err(|error| Error::sql(&sql, &error))?;
        Ok(Sizes(rows.iter().map(|row| (row.text(0).to_owned(), size(row))).collect()))
    }

    pub(super) fn of(statistics: &Statistics) -> Sizes {
        let tables = statistics.tables.iter().map(|table| {
            let TableStatistics { name, rows, heap, beside, indexes } = table.clone();
            (name, Size { rows, heap, beside, indexes, foreign_owner: None })
        });
        Sizes(tables.collect())
    }

    pub(super) fn statistics(self) -> Vec<TableStatistics> {
        let tables = self.0.into_iter().map(|(name, size)| {
            let Size { rows, heap, beside, indexes, .. } = size;
            TableStatistics { name, rows, heap, beside, indexes }
        });
        tables.collect()
    }

    pub(super) fn get(&self, table: &str) -> Option<&Size> {
        self.0.get(table)
    }
}

/// Rows are those that the last vacuum or analyze counted for each page, times the pages that there
/// are. The server's own sizes wait for whoever holds the table in `ACCESS EXCLUSIVE`, so pages are
/// those of the last vacuum where one is locked like that.
fn query(tables: &[&str]) -> String {
    let names = array(tables.iter().copied());
    let locked = "exists (select from pg_catalog.pg_locks l where l.relation = c.oid and l.granted \
                  and l.database = (select d.oid from pg_catalog.pg_database d \
                  where d.datname = pg_catalog.current_database()) \
                  and l.mode = 'AccessExclusiveLock')";
    format!(
        "select n.name, \
         sum(case when s.relkind <> 'r' then 0 when s.reltuples < 0 then null \
         when s.relpages = 0 then s.reltuples else s.reltuples / s.relpages * (s.heap / \
         pg_catalog.current_setting('block_size')::numeric) end)::bigint, \
         coalesce(sum(s.heap), 0)::bigint, coalesce(sum(s.beside), 0)::bigint, coalesce(sum(s.indexes), 0)::bigint, \
         (select case when not pg_catalog.pg_has_role(o.relowner, 'usage') \
         then pg_catalog.pg_get_userbyid(o.relowner) end from pg_catalog.pg_class o \
         where o.oid = pg_catalog.to_regclass(n.name)) \
         from unnest({names}) as n (name) cross join lateral ({tree}) r \
         join lateral (select c.relkind, c.reltuples::numeric, c.relpages, \
         case when {locked} then c.relpages * pg_catalog.current_setting('block_size')::bigint \
         else coalesce(pg_catalog.pg_relation_size(c.oid), 0) end as heap, \
         case when {locked} then 0 else coalesce(pg_catalog.pg_table_size(c.oid) \
         - pg_catalog.pg_relation_size(c.oid), 0) end as beside, \
         case when {locked} then 0 else coalesce(pg_catalog.pg_indexes_size(c.oid), 0) end as indexes \
         from pg_catalog.pg_class c where c.oid = r.relid) s on true \
         group by n.name",
        tree = tree("pg_catalog.to_regclass(n.name)"),
    )
}

fn size(row: Row<'_>) -> Size {
    Size {
        rows: row.number(1),
        heap: row.number(2).unwrap_or_default(),
        beside: row.number(3).unwrap_or_default(),
        indexes: row.number(4).unwrap_or_default(),
        foreign_owner: row.get(5).map(str::to_owned),
    }
}
