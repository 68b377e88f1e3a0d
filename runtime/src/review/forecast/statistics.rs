//! How large the tables of a database are, to be kept beside the source.

use std::time::{Duration, SystemTime};

use crate::outcome::error::Error;
use crate::session::executor::Executor;

/// How large a database's tables are, and how fast its backfills were: what a forecast needs, and not a
/// value of any row. Taken by [`Changeover::statistics`](crate::Changeover::statistics), from a primary
/// or a replica; the command `stats` prints it as JSON.
///
/// What is kept as a file goes into the repository: it has the names of tables, and counts.
///
/// ```no_run
/// use changeover::{Changeover, review};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let statistics = Changeover::builder(&MIGRATIONS).connect(url).await?.statistics(false).await?;
/// println!("{}", review::forecast(&MIGRATIONS, &statistics));
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// When it was taken, by the server's clock, in UTC: `2026-12-01T08:30:00Z`.
    pub taken_at: String,
    /// The server's version, as `server_version_num` has it: `170002`.
    pub server_version: u32,
    /// Rows a second of earlier backfills there, pauses and waits included; none where none has run, or
    /// where the role may not read that.
    pub rows_per_second: Option<u64>,
    /// The tables, by name.
    pub tables: Vec<TableStatistics>,
}

/// How large a table is, its partitions included.
///
/// ```
/// use changeover::review::Statistics;
///
/// fn largest(statistics: &Statistics) -> Option<&str> {
///     let table = statistics.tables.iter().max_by_key(|table| table.heap)?;
///     Some(&table.name)
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableStatistics {
    /// Its name, quoted and schema-qualified.
    pub name: String,
    /// Rows, by the last vacuum or analyze, scaled to the size; none where none has run.
    pub rows: Option<u64>,
    /// Bytes of the rows.
    pub heap: u64,
    /// Bytes of what is stored beside them: TOAST, and maps of free and visible pages.
    pub beside: u64,
    /// Bytes of the indexes.
    pub indexes: u64,
}

impl Statistics {
    /// Returns how long ago it was taken; none where its time is no time, or in the future.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// use changeover::review::Statistics;
    ///
    /// let mut statistics = Statistics::default();
    /// statistics.taken_at = "1970-01-02T00:00:00Z".to_owned();
    /// let hour = Duration::from_secs(3600);
    /// assert_eq!(statistics.age(UNIX_EPOCH + 25 * hour), Some(hour));
    /// ```
    pub fn age(&self, now: SystemTime) -> Option<Duration> {
        let taken = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds(&self.taken_at)?);
        now.duration_since(taken).ok()
    }
}

/// The seconds from 1970 to a time like `2026-12-01T08:30:00Z`.
fn seconds(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let three = |text: &str, by| -> Option<[u64; 3]> {
        let numbers = text.split(by).map(|number| number.parse().ok());
        numbers.collect::<Option<Vec<u64>>>()?.try_into().ok()
    };
    let [year, month, day] = three(date, '-')?;
    let [hour, minute, second] = three(time, ':')?;
    let is_sound = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61;
    if !is_sound {
        return None;
    }
    // The year begins in March, so that the day that some have and others not is its last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some((days - 719_468) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// The names of all tables that are nobody's own, those of partitions left out.
pub(super) async fn all_tables(executor: &mut dyn Executor) -> Result<Vec<String>, Error> {
    let sql = "select '\"' || replace(n.nspname, '\"', '\"\"') || '\".\"' \
               || replace(c.relname, '\"', '\"\"') || '\"' from pg_catalog.pg_class c \
               join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
               where c.relkind in ('r', 'p', 'm') and not c.relispartition \
               and c.relpersistence <> 't' and n.nspname <> 'information_schema' \
               and n.nspname <> 'changeover' and n.nspname not like 'pg\\_%' order by 1";
    let rows = executor.query(sql).await.map_err(|error| Error::sql(sql, &error))?;
    Ok(rows.iter().map(|row| row.text(0).to_owned()).collect())
}

pub(super) async fn taken(
    executor: &mut dyn Executor,
    tables: Vec<TableStatistics>,
    rows_per_second: Option<u64>,
) -> Result<Statistics, Error> {
    let sql = "select to_char(now() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), \
               current_setting('server_version_num')";
    let rows = executor.query(sql).await.map_err(|error| Error::sql(sql, &error))?;
    let row = rows.iter().next();
    let text = |at: usize| row.and_then(|row| row.get(at)).unwrap_or_default();
    let server_version = text(1).parse().unwrap_or_default();
    Ok(Statistics { taken_at: text(0).to_owned(), server_version, rows_per_second, tables })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_or_is_none() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T12:34:56Z", Some(951_827_696)),
            ("2026-12-01T00:00:00Z", Some(1_796_083_200)),
            ("2026-13-01T00:00:00Z", None),
            ("1969-12-31T00:00:00Z", None),
            ("2026-12-01 00:00:00Z", None),
            ("2026-12-01T00:00:00", None),
            ("-", None),
            ("99999999999999999999-01-01T00:00:00Z", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
