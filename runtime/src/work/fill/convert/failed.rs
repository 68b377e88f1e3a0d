//! Which row of a batch the function failed on, or what it gave.

use super::batches::{Batches, Source};
use crate::lock::RunSession;
use crate::migration::Convert;
use crate::migration::function::{ConvertError, Values};
use crate::outcome::error::Error;
use crate::session::sql::quote_literal;
use crate::work::fill::culprit;
use crate::work::fill::heap::Leaf;

impl Batches<'_> {
    /// The row is named by its primary key, and not by the key that the plan reads it by, which
    /// may be a value.
    pub(super) async fn failed(
        &self,
        session: &mut RunSession<'_>,
        leaf: &Leaf,
        row: &Source,
        error: ConvertError,
    ) -> Error {
        let key = self.key_of(session, leaf, row).await;
        let failure = self.error(key, error.what);
        match error.cause {
            Some(cause) => failure.caused_by(cause),
            None => failure,
        }
    }

    /// None where the row is gone, or cannot be asked for.
    async fn key_of(
        &self,
        session: &mut RunSession<'_>,
        leaf: &Leaf,
        row: &Source,
    ) -> Option<String> {
        let (oid, place) = (leaf.oid, quote_literal(&row.place));
        let place = format!("tableoid = '{oid}' and ctid = {place}::tid");
        culprit::key_of(session, self.convert.table, &place).await.ok().flatten()
    }

    /// The same failure of a write, which names the row: the batch is tried in ever smaller parts,
    /// each in a transaction that is rolled back.
    pub(super) async fn not_written(
        &self,
        session: &mut RunSession<'_>,
        leaf: &Leaf,
        (rows, values): (&[Source], &[Values]),
        record: &str,
        error: Error,
    ) -> Error {
        if !error.lies_in_a_row() {
            return error;
        }
        let (mut from, mut to) = (0, rows.len());
        while to - from > 1 {
            let middle = from + (to - from) / 2;
            let (rows, values) = (&rows[from..middle], &values[from..middle]);
            let Ok(mut tx) = session.begin().await else { return error };
            let outcome = self.write(&mut tx, leaf, rows, values, record).await;
            tx.roll_back().await;
            match outcome {
                Ok(_) => from = middle,
                Err(error) if error.lies_in_a_row() => to = middle,
                Err(_) => return error,
            }
        }
        let row = match rows.get(from) {
            Some(row) => self.key_of(session, leaf, row).await,
            None => None,
        };
        let Convert { table, write, function, .. } = self.convert;
        let doing = format!("writing {} by `{}`", write.join(", "), function.name);
        let way_out = "let the function give a value that the column takes, or mend the row";
        error.of_row(row, (table, &doing, way_out))
    }
}
