//! Batches of rows: read, given to the function, and written back.

use std::slice;
use std::time::{Duration, Instant};

use crate::lock::{RunSession, Worker};
use crate::migration::Convert;
use crate::migration::function::{ConvertError, Values};
use crate::outcome::error::{Error, ReadsRows, WorkError};
use crate::record::store::StepStore;
use crate::session::executor::{Row, Rows};
use crate::session::jitter::jittered;
use crate::session::sql::{OWN, quote_literal, quote_nullable};
use crate::work::fill::culprit::Trial;
use crate::work::fill::heap::{Cursor, Leaf};
use crate::work::fill::walk::{self, BatchDone, Filler, Walked};
use crate::work::step::context::StepContext;

/// The most rows that the function is given at once.
pub(super) const BATCH: usize = 1000;

/// How often rows that clients change under our hands are read again before the walk goes on; the
/// next walk comes back to them.
const REREADS: u32 = 5;

/// How often the function is called until its error is believed.
const TRIES: u32 = 3;

const PAUSE: Duration = Duration::from_millis(200);

pub(super) struct Batches<'a> {
    pub(super) convert: &'a Convert,
    /// The types of the columns that are written.
    pub(super) casts: Vec<String>,
}

/// A row as it was read.
pub(super) struct Source {
    pub(super) place: String,
    pub(super) key: Values,
    pub(super) read: Values,
}

impl Filler for Batches<'_> {
    fn table(&self) -> &'static str {
        self.convert.table
    }

    fn pending(&self) -> &'static str {
        self.convert.pending
    }

    async fn turn(
        &mut self,
        context: &mut StepContext<'_, '_>,
        store: &StepStore<'_>,
        (leaf, at): (&Leaf, Cursor),
        _: &mut [Worker],
        done: &mut BatchDone,
    ) -> Result<(), Error> {
        let mut rereads = 0;
        while rereads < REREADS {
            let rows = self.read(context.session, leaf, at).await?;
            if rows.is_empty() {
                break;
            }
            let values = self.convert(context.session, leaf, &rows).await?;
            let is_last = rows.len() < BATCH;
            let cursor = if is_last { at.next() } else { at };
            let started = Instant::now();
            let record = store.filled(context.session.write_condition(), Some(&cursor.to_string()));
            let written = self.write(context.session, leaf, &rows, &values, &record).await;
            let written = match written {
                Ok(written) => written,
                Err(error) => {
                    let batch = (rows.as_slice(), values.as_slice());
                    return Err(self
                        .not_written(context.session, leaf, batch, &record, error)
                        .await);
                }
            };
            done.took += started.elapsed();
            done.filled += written;
            if written < rows.len() as u64 {
                rereads += 1;
            } else if is_last {
                break;
            }
        }
        Ok(())
    }

    async fn explain(
        &self,
        session: &mut RunSession<'_>,
        leaf: &Leaf,
        at: Cursor,
        error: Error,
    ) -> Error {
        let Convert { table, key, read, pending, .. } = self.convert;
        let texts: Vec<String> =
            key.iter().chain(*read).map(|column| format!("{column}::text")).collect();
        let (texts, name) = (texts.join(", "), &leaf.name);
        let statement = |place: &str| {
            format!("select {texts} from only {name} where {place} and ({pending}) {OWN}")
        };
        let doing = format!("reading rows of {table}");
        let way_out = "mend the row, or let the condition do without what it cannot compute";
        let trial = Trial { table, statement: &statement, doing, help: way_out };
        trial.explain(session, Some((leaf, (at.block, at.window_end()))), error).await
    }

    /// Clients may go on writing rows that are to be filled; so long as there is progress, the end
    /// is near.
    fn goes_on(&self, walked: Walked, deadline: Duration) -> bool {
        walked.filled > 0 && walked.since < deadline
    }

    fn unfilled(&self, rows: u64, samples: Vec<String>) -> WorkError {
        let Convert { table, function, pending, .. } = self.convert;
        let [table, by, pending] = [*table, function.name, *pending].map(str::to_owned);
        WorkError::Unfilled { table, rows, by, pending, samples }
    }
}

impl Batches<'_> {
    async fn read(
        &self,
        session: &mut RunSession<'_>,
        leaf: &Leaf,
        at: Cursor,
    ) -> Result<Vec<Source>, Error> {
        let Convert { key, read, pending, .. } = self.convert;
        let columns: Vec<String> =
            key.iter().chain(*read).map(|column| format!("{column}::text")).collect();
        let (columns, name, place) = (columns.join(", "), &leaf.name, at.condition());
        let sql = format!(
            "select ctid, {columns} from only {name} where {place} and ({pending}) limit {BATCH} {OWN}"
        );
        let rows = session.query_expression(&sql, ReadsRows::Yes).await?;
        let source = |row: Row<'_>| {
            let text = |index| row.get(index).map(str::to_owned);
            let end = 1 + key.len();
            Source {
                place: text(0).unwrap_or_default(),
                key: (1..end).map(text).collect(),
                read: (end..end + read.len()).map(text).collect(),
            }
        };
        Ok(rows.iter().map(source).collect())
    }

    async fn convert(
        &self,
        session: &mut RunSession<'_>,
        leaf: &Leaf,
        rows: &[Source],
    ) -> Result<Vec<Values>, Error> {
        match self.call(rows).await {
            Ok(values) => return self.of_right_width(values),
            Err(error) if rows.len() == 1 => {
                return Err(self.failed(session, leaf, &rows[0], error).await);
            }
            Err(error) => {
                if let Some(row) = error.row.and_then(|row| rows.get(row)) {
                    return Err(self.failed(session, leaf, row, error).await);
                }
            }
        }
        // It failed on the batch as a whole: one row after the other, it says on which.
        let mut values = Vec::new();
        for row in rows {
            match self.call(slice::from_ref(row)).await {
                Ok(made) => values.extend(made),
                Err(error) => return Err(self.failed(session, leaf, row, error).await),
            }
        }
        self.of_right_width(values)
    }

    async fn call(&self, rows: &[Source]) -> Result<Vec<Values>, ConvertError> {
        let batch = rows.iter().map(|row| row.read.clone()).collect();
        let batch = Rows::new(batch, rows.len() as u64);
        let mut tries = 1;
        loop {
            match (self.convert.function.call)(&batch).await {
                Err(error) if error.row.is_none() && tries < TRIES => {
                    tracing::debug!(tries, what = error.what, "will call the function again");
                    tokio::time::sleep(jittered(PAUSE * tries)).await;
                    tries += 1;
                }
                outcome => return outcome,
            }
        }
    }

    fn of_right_width(&self, values: Vec<Values>) -> Result<Vec<Values>, Error> {
        let columns = self.convert.write.len();
        match values.iter().find(|values| values.len() != columns) {
            Some(values) => {
                let given = values.len();
                Err(self.error(None, format!("it gave {given} columns back for {columns}")))
            }
            None => Ok(values),
        }
    }

    pub(super) fn error(&self, row: Option<String>, what: String) -> Error {
        let Convert { table, function, .. } = self.convert;
        let (function, table) = (function.name.to_owned(), (*table).to_owned());
        Error::work(WorkError::Conversion { function, table, row, what })
    }

    /// Writes the values of those rows that are still as they were read, and the cursor.
    pub(super) async fn write(
        &self,
        session: &mut RunSession<'_>,
        leaf: &Leaf,
        rows: &[Source],
        values: &[Values],
        record: &str,
    ) -> Result<u64, Error> {
        let Convert { key, read, write, pending, .. } = self.convert;
        let (name, own) = (&leaf.name, session.write_condition());
        let mut given = (0..).map(|index| format!("changeover_{index}"));
        let mut given = |columns: usize| -> Vec<String> { given.by_ref().take(columns).collect() };
        let (keys, reads, writes) = (given(key.len()), given(read.len()), given(write.len()));
        let all = [keys.as_slice(), &reads, &writes].concat().join(", ");
        let sets = write.iter().zip(&writes).zip(&self.casts);
        let sets: Vec<String> =
            sets.map(|((column, value), cast)| format!("{column} = {value}::{cast}")).collect();
        let keys = key.iter().zip(&keys).map(|(column, value)| format!("{column}::text = {value}"));
        let reads = read.iter().zip(&reads);
        let reads =
            reads.map(|(column, value)| format!("{column}::text is not distinct from {value}"));
        let same: Vec<String> = keys.chain(reads).collect();
        // By its address a row is found without a scan, and by its key it is known to be that row.
        let sql = format!(
            "with filled as (update only {name} set {} \
             from (values {}) as changeover_batch (changeover_place, {all}) \
             where ctid = changeover_place and {} and {own} and ({pending}) \
             returning 1) {record} returning (select count(*) from filled) {OWN}",
            sets.join(", "),
            lists(rows, values),
            same.join(" and "),
        );
        let shown = format!("update only {name} set {} from (values …)", sets.join(", "));
        let rows = walk::batch(session, &sql, &shown).await?;
        let written = rows.value().and_then(|count| count.parse().ok());
        match written {
            Some(written) => Ok(written),
            None => Err(session.explain_refused_write().await),
        }
    }
}

/// The rows of a `values` list: place, key, what was read, what is to be written.
fn lists(rows: &[Source], values: &[Values]) -> String {
    let list = |(row, values): (&Source, &Values)| {
        let place = format!("{}::tid", quote_literal(&row.place));
        let texts = row.key.iter().chain(&row.read).chain(values);
        let texts = texts.map(|text| quote_nullable(text.as_deref()));
        let all: Vec<String> = std::iter::once(place).chain(texts).collect();
        format!("({})", all.join(", "))
    };
    rows.iter().zip(values).map(list).collect::<Vec<_>>().join(", ")
}

/// The types of the columns that are written, without their limits: a value that is too long must
/// be an error, and a cast would cut it.
pub(super) async fn casts(
    session: &mut RunSession<'_>,
    convert: &Convert,
) -> Result<Vec<String>, Error> {
    let Convert { table, write, .. } = convert;
    let names: Vec<String> = write.iter().map(|name| quote_literal(name)).collect();
    let sql = format!(
        "select pg_catalog.format_type(a.atttypid, -1) \
         from pg_catalog.unnest(array[{}]) with ordinality as w (name, n) join pg_catalog.pg_attribute a \
         on a.attrelid = pg_catalog.to_regclass({})::oid and '\"' || pg_catalog.replace(a.attname, '\"', '\"\"') || '\"' = w.name \
         where a.attnum > 0 and not a.attisdropped order by w.n",
        names.join(", "),
        quote_literal(table)
    );
    let rows = session.query(&sql).await?;
    let casts: Vec<String> = rows.iter().filter_map(|row| row.get(0)).map(str::to_owned).collect();
    if casts.len() != write.len() {
        let names = write.join(", ");
        return Err(Error::corrupt(format!(
            "{table} lacks a column that is to be filled: {names}"
        )));
    }
    Ok(casts)
}
