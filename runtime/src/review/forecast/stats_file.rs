//! Statistics as a file of JSON.

use std::error;
use std::fmt;

use serde_json::{Value, json};

use super::statistics::{Statistics, TableStatistics};
use crate::session::shown::shown;

/// Raised when a field changes its meaning; one that is added leaves it.
const FORMAT: u64 = 1;

/// Why a text is no file of statistics that can be used; its [`Display`](fmt::Display) says what to do.
///
/// ```
/// use changeover::review::Statistics;
///
/// let error = Statistics::from_json("{}").expect_err("it has no format");
/// assert!(error.to_string().contains("help: "));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatisticsError(String);

impl fmt::Display for StatisticsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for StatisticsError {}

impl Statistics {
    /// Writes it as JSON, a table a line, so that a difference in version control is short.
    ///
    /// ```
    /// use changeover::review::Statistics;
    ///
    /// let statistics = Statistics::default();
    /// assert_eq!(Statistics::from_json(&statistics.to_json()), Ok(statistics));
    /// ```
    pub fn to_json(&self) -> String {
        let Statistics { taken_at, server_version, rows_per_second, tables } = self;
        let tables: Vec<String> =
            tables.iter().map(|table| format!("\n    {}", one(table))).collect();
        let end = if tables.is_empty() { "" } else { "\n  " };
        format!(
            "{{\n  \"changeover_stats\": {FORMAT},\n  \"taken_at\": {},\n  \"server_version\": {server_version},\n  \
             \"rows_per_second\": {},\n  \"tables\": [{}{end}]\n}}\n",
            json!(taken_at),
            json!(rows_per_second),
            tables.join(",")
        )
    }

    /// Reads what [`to_json`](Statistics::to_json) wrote; fields that are not known are passed over.
    pub fn from_json(text: &str) -> Result<Statistics, StatisticsError> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| broken(&format!("it is no JSON: {}", shown(&error.to_string()))))?;
        match value["changeover_stats"].as_u64() {
            Some(FORMAT) => {}
            Some(newer) if newer > FORMAT => {
                return Err(StatisticsError(format!(
                    "the statistics are of format {newer}, and this build reads {FORMAT}: a newer \
                     `changeover` wrote them\nhelp: update the service's `changeover`, or take them anew \
                     with this build's `stats`"
                )));
            }
            _ => return Err(broken("`changeover_stats` does not say its format")),
        }
        let text = |field: &str| value[field].as_str().map(str::to_owned);
        let tables = value["tables"].as_array().ok_or_else(|| broken("`tables` is no list"))?;
        Ok(Statistics {
            taken_at: text("taken_at").ok_or_else(|| broken("`taken_at` is no text"))?,
            server_version: number(&value, "server_version")?
                .and_then(|version| u32::try_from(version).ok())
                .ok_or_else(|| broken("`server_version` is no number"))?,
            rows_per_second: number(&value, "rows_per_second")?,
            tables: tables.iter().map(table).collect::<Result<_, _>>()?,
        })
    }
}

fn one(table: &TableStatistics) -> String {
    let TableStatistics { name, rows, heap, beside, indexes } = table;
    let (name, rows) = (json!(name), json!(rows));
    format!(
        "{{\"name\": {name}, \"rows\": {rows}, \"heap\": {heap}, \"beside\": {beside}, \"indexes\": {indexes}}}"
    )
}

fn table(value: &Value) -> Result<TableStatistics, StatisticsError> {
    let name = value["name"].as_str().ok_or_else(|| broken("a table has no `name`"))?;
    let bytes = |field| Ok(number(value, field)?.unwrap_or_default());
    Ok(TableStatistics {
        name: name.to_owned(),
        rows: number(value, "rows")?,
        heap: bytes("heap")?,
        beside: bytes("beside")?,
        indexes: bytes("indexes")?,
    })
}

/// A number that is not negative, or null.
fn number(value: &Value, field: &str) -> Result<Option<u64>, StatisticsError> {
    match &value[field] {
        Value::Null => Ok(None),
        number => number.as_u64().map(Some).ok_or_else(|| {
            broken(&format!("`{field}` is `{}`, and no count", shown(&number.to_string())))
        }),
    }
}

fn broken(why: &str) -> StatisticsError {
    StatisticsError(format!(
        "the statistics cannot be read: {why}\nhelp: take them anew with `stats`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let name = "\"public\".\"a\\b é\"".to_owned();
        let table = TableStatistics { name, rows: None, heap: u64::MAX, beside: 1, indexes: 2 };
        let other = TableStatistics { name: "b".to_owned(), rows: Some(7), ..table.clone() };
        let statistics = Statistics {
            taken_at: "2026-12-01T00:00:00Z".to_owned(),
            server_version: 170_002,
            rows_per_second: Some(12),
            tables: vec![table, other],
        };
        assert_eq!(Statistics::from_json(&statistics.to_json()), Ok(statistics.clone()));
        let with_more = statistics.to_json().replace("\"heap\"", "\"later\": true, \"heap\"");
        assert_eq!(Statistics::from_json(&with_more), Ok(statistics));
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let whole = Statistics { taken_at: "t".to_owned(), ..Statistics::default() }.to_json();
        for (text, why) in [
            ("", "it is no JSON"),
            ("[]", "does not say its format"),
            (&whole.replace("stats\": 1", "stats\": 2"), "a newer `changeover` wrote them"),
            (&whole.replace("stats\": 1", "stats\": 0"), "does not say its format"),
            (&whole.replace("\"t\"", "7"), "`taken_at` is no text"),
            (&whole.replace("[]", "{}"), "`tables` is no list"),
            (&whole.replace("[]", "[{}]"), "a table has no `name`"),
            (&whole.replace("[]", "[{\"name\": \"a\", \"rows\": -1}]"), "`rows` is `-1`"),
            (&whole.replace("version\": 0", "version\": \"17\""), "`server_version` is"),
        ] {
            let error = Statistics::from_json(text).expect_err(text).to_string();
            assert!(error.contains(why) && error.contains("help: "), "{text}: {error}");
        }
    }
}
