//! A row that differs, by its key and how.

use super::literal::{Key, among};
use super::range::Walk;
use super::settle::Differs;
use super::table::Pair;
use crate::outcome::error::Error;
use crate::outcome::verification::DifferingRow;
use crate::session::executor::Rows;
use crate::session::shown::shown;
use crate::session::sql::quote_identifier;

impl Walk<'_> {
    pub(super) async fn named(
        &mut self,
        pair: &Pair,
        key: &Key,
        how: Differs,
    ) -> Result<DifferingRow, Error> {
        let parts = pair.key().zip(key);
        let parts: Vec<String> =
            parts.map(|(column, value)| format!("{} = {value}", column.name)).collect();
        let how = match how {
            Differs::Missing => "missing there".to_owned(),
            Differs::TooMany => "too many there".to_owned(),
            Differs::Otherwise => self.columns(pair, key).await?,
        };
        Ok(DifferingRow { row: shown(&parts.join(", ")), how })
    }

    /// The columns that have another value there.
    async fn columns(&mut self, pair: &Pair, key: &Key) -> Result<String, Error> {
        let place = among(pair, [key].into_iter());
        let texts: Vec<String> = pair
            .common()
            .map(|column| {
                let name = quote_identifier(&column.name);
                format!("case when num_nulls({name}) = 0 then pg_catalog.format('%s', {name}) end")
            })
            .collect();
        let texts = texts.join(", ");
        let sql = |from: &str| format!("select {texts} from {from} where {place}");
        let here = self.sides.here.formatted(&sql(&pair.here.from)).await?;
        let there = self.sides.there.formatted(&sql(&pair.there.from)).await?;
        let value = |rows: &Rows, at: usize| {
            rows.iter().next().and_then(|row| row.get(at).map(str::to_owned))
        };
        let mut differing = Vec::new();
        for (at, column) in pair.common().enumerate() {
            let (here, there) = (value(&here, at), value(&there, at));
            if here == there {
                continue;
            }
            let name = shown(&column.name);
            differing.push(if self.tale.verify.with_values {
                let text = |value: Option<String>| {
                    value.map_or_else(|| "null".to_owned(), |text| format!("`{}`", shown(&text)))
                };
                format!("`{name}` is {} here and {} there", text(here), text(there))
            } else {
                format!("`{name}`")
            });
        }
        Ok(if self.tale.verify.with_values {
            differing.join(", ")
        } else {
            format!("another value of {}", differing.join(", "))
        })
    }
}
