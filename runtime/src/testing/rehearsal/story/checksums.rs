//! The rows of a table that no client writes, as checksums, so that what an undo left can be held against
//! what was before.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use crate::session::executor::SqlError;
use crate::testing::rehearsal::clients::table::Table;

/// So many checksums of a table: a row each while it has fewer, and small enough to be kept.
const BUCKETS: i64 = 1 << 17;

/// How many rows, and the sum of their hashes, by a part of their keys' hash.
#[derive(Debug, Default)]
pub(super) struct Checksums(BTreeMap<i64, (i64, String)>);

/// In what the rows of a table differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Differences {
    /// Rows that are gone.
    pub(super) lost: i64,
    /// Rows that were not there.
    pub(super) gained: i64,
    /// Parts with as many rows as before and other values: so many rows at least.
    pub(super) changed: usize,
    /// Keys of rows that are there, among which are those that changed.
    pub(super) keys: Vec<String>,
}

/// Reads them, of all rows but those with these keys.
pub(super) async fn read(
    db: &Client,
    table: &Table,
    without: &[String],
) -> Result<Checksums, SqlError> {
    let columns: Vec<String> =
        table.columns.iter().map(|column| format!("r.{}", column.quoted())).collect();
    let sql = format!(
        "select o.bucket, pg_catalog.count(*), pg_catalog.sum(o.hash)::text from ( \
         select pg_catalog.hashtextextended(k.key, 0) & {last} as bucket, \
         pg_catalog.hashtextextended(row({columns})::text, 0) as hash \
         from {name} r cross join lateral (select {key} as key) k \
         left join unnest($1::text[]) as t (key) on t.key = k.key where t.key is null) o \
         group by o.bucket",
        last = BUCKETS - 1,
        columns = columns.join(", "),
        name = table.name,
        key = table.key_text("r"),
    );
    let rows = db.query(&sql, &[&without]).await?;
    Ok(Checksums(rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect()))
}

impl Checksums {
    /// Holds what is there now against these, and finds some keys where it differs.
    pub(super) async fn differences(
        &self,
        db: &Client,
        table: &Table,
        now: &Checksums,
    ) -> Result<Differences, SqlError> {
        let (mut found, buckets) = self.compared(now);
        if buckets.is_empty() {
            return Ok(found);
        }
        let sql = format!(
            "select {key} from {name} r where pg_catalog.hashtextextended({key}, 0) & {last} \
             = any ($1) limit 3",
            key = table.key_text("r"),
            name = table.name,
            last = BUCKETS - 1,
        );
        let rows = db.query(&sql, &[&buckets]).await?;
        found.keys =
            rows.iter().map(|row| row.get::<_, String>(0).replace('\u{1f}', ", ")).collect();
        Ok(found)
    }

    fn compared(&self, now: &Checksums) -> (Differences, Vec<i64>) {
        let (mut found, mut buckets) = (Differences::default(), Vec::new());
        let none = (0, String::new());
        let all = self.0.keys().chain(now.0.keys().filter(|bucket| !self.0.contains_key(bucket)));
        for bucket in all {
            let [before, after] = [self, now].map(|sums| sums.0.get(bucket).unwrap_or(&none));
            if before == after {
                continue;
            }
            buckets.push(*bucket);
            match before.0 - after.0 {
                0 => found.changed += 1,
                gone @ 1.. => found.lost += gone,
                come => found.gained -= come,
            }
        }
        (found, buckets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(all: &[(i64, i64, &str)]) -> Checksums {
        Checksums(
            all.iter().map(|(bucket, count, sum)| (*bucket, (*count, (*sum).to_owned()))).collect(),
        )
    }

    #[test]
    fn what_is_lost_gained_and_changed_is_told_apart() {
        let before = sums(&[(1, 2, "7"), (2, 1, "3"), (3, 1, "4")]);
        let after = sums(&[(1, 2, "7"), (2, 1, "9"), (4, 2, "5")]);
        let (found, buckets) = before.compared(&after);
        assert_eq!(found, Differences { lost: 1, gained: 2, changed: 1, keys: Vec::new() });
        assert_eq!(buckets, [2, 3, 4]);
        assert!(before.compared(&before).1.is_empty());
    }
}
