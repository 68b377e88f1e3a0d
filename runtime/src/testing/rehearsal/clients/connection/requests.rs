//! What each request does to which row, and what its answer has to be.

use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

use super::{Connection, Failed, MOST_OWN, is_stale};
use crate::testing::rehearsal::clients::build::Used;
use crate::testing::rehearsal::clients::rows::Row;
use crate::testing::rehearsal::clients::statement::{Kind, Op};
use crate::testing::rehearsal::clients::value::Value;

impl Connection {
    pub(super) async fn carry_out(
        &mut self,
        phase: usize,
        place: (usize, usize),
        used: &Used,
        op: &Op,
    ) -> Result<(), Failed> {
        let row = match op.kind {
            Kind::Any => {
                let (found, _) = self.query(phase, place, &[]).await?;
                self.last[place.0] = found.or(self.last[place.0].take());
                return Ok(());
            }
            Kind::Insert => return self.insert(phase, place, used, op).await,
            Kind::Delete => used.rows.take_own(),
            _ => used.rows.take(self.dice.below(usize::MAX)),
        };
        let Some(mut row) = row else { return Ok(()) };
        let outcome = self.on_row(phase, place, used, op, &mut row).await;
        if outcome.is_err() || op.kind != Kind::Delete {
            used.rows.put(row);
        }
        outcome
    }

    async fn on_row(
        &mut self,
        phase: usize,
        place: (usize, usize),
        used: &Used,
        op: &Op,
        row: &mut Row,
    ) -> Result<(), Failed> {
        if matches!(op.kind, Kind::Update | Kind::Upsert) && self.last[place.0].is_none() {
            let Some(read) = used.ops.iter().position(|op| op.kind == Kind::Read) else {
                return Ok(());
            };
            let keys = used.values(&used.ops[read].sources, &[], Some(row)).unwrap_or_default();
            return self.read(phase, (place.0, read), used, &keys, row).await;
        }
        let donor = self.last[place.0].clone().unwrap_or_default();
        let Some(values) = used.values(&op.sources, &donor, Some(row)) else { return Ok(()) };
        if op.kind == Kind::Read {
            return self.read(phase, place, used, &values, row).await;
        }
        let touched = self.query(phase, place, &values).await?.1;
        if touched != 1 {
            return Err(Failed::Wrong(
                format!("it met {touched} rows in place of one"),
                named(row),
            ));
        }
        if op.kind != Kind::Delete {
            row.written.clear();
            for (column, value) in used.table.columns.iter().zip(donor) {
                if self.build.remembers && used.keeps(&column.name, &value) {
                    row.written.insert(column.name.clone(), value);
                }
            }
        }
        Ok(())
    }

    async fn read(
        &mut self,
        phase: usize,
        place: (usize, usize),
        used: &Used,
        keys: &[Value],
        row: &Row,
    ) -> Result<(), Failed> {
        let (found, _) = self.query(phase, place, keys).await?;
        let Some(found) = found else {
            return Err(Failed::Wrong("a row is gone".to_owned(), named(row)));
        };
        let wrong = used.table.columns.iter().zip(&found).find(|(column, found)| {
            let written = row.written.get(&column.name);
            written.is_some_and(|written| {
                written.is_lost_in(found) && !used.volatile.contains(&column.name)
            })
        });
        let wrong = wrong.map(|(column, _)| column.name.clone());
        self.last[place.0] = Some(found);
        match wrong {
            Some(column) => Err(Failed::Wrong(
                format!("a write is lost: `{column}` does not have what was last written into it"),
                named(row),
            )),
            None => Ok(()),
        }
    }

    async fn insert(
        &mut self,
        phase: usize,
        place: (usize, usize),
        used: &Used,
        op: &Op,
    ) -> Result<(), Failed> {
        if used.rows.len() > MOST_OWN {
            return Ok(());
        }
        let Some(donor) = self.last[place.0].clone() else {
            // The next read or update brings one.
            return Ok(());
        };
        let Some(values) = used.values(&op.sources, &donor, None) else { return Ok(()) };
        let (found, _) = self.query(phase, place, &values).await?;
        let key: Option<Vec<String>> = found.unwrap_or_default().into_iter().map(text).collect();
        if let Some(key) = key.filter(|key| !key.is_empty()) {
            used.rows.add(Row { key, is_own: true, ..Row::default() });
        }
        Ok(())
    }

    /// The first row, and how many there were.
    async fn query(
        &mut self,
        phase: usize,
        (table, at): (usize, usize),
        values: &[Value],
    ) -> Result<(Option<Vec<Value>>, u64), Failed> {
        let parameters: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let fits = |statement: &Statement| {
            statement.params().iter().zip(values).all(|(ty, value)| value.fits(ty))
        };
        let Some(statement) = self.prepared.get(table).and_then(|all| all.get(at)).cloned() else {
            return Err(Failed::Wrong("it could not be prepared again".to_owned(), String::new()));
        };
        if fits(&statement) {
            match self.sent(&statement, &parameters).await {
                Err(error) if is_stale(&error) => {}
                outcome => return Ok(outcome?),
            }
        }
        self.seen.prepared_again(phase);
        let again = self.client.prepare(&self.build.tables[table].ops[at].sql).await?;
        self.prepared[table][at] = again.clone();
        if !fits(&again) {
            // It was read before the column got another type.
            self.last[table] = None;
            return Ok((None, 1));
        }
        Ok(self.sent(&again, &parameters).await?)
    }

    async fn sent(
        &self,
        statement: &Statement,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<(Option<Vec<Value>>, u64), tokio_postgres::Error> {
        if statement.columns().is_empty() {
            return Ok((None, self.client.execute(statement, values).await?));
        }
        let rows = self.client.query(statement, values).await?;
        let first = rows.first().map(|row| (0..row.len()).map(|at| row.get(at)).collect());
        Ok((first, u64::try_from(rows.len()).unwrap_or_default()))
    }

    /// Reads each row whose values are known, once.
    pub(super) async fn read_all(&mut self) {
        let phase = self.seen.current();
        let build = self.build.clone();
        for (table, used) in build.tables.iter().enumerate() {
            let Some(at) = used.ops.iter().position(|op| op.kind == Kind::Read) else { continue };
            let mut done = Vec::new();
            while let Some(row) = used.rows.take(0) {
                let keys = used.values(&used.ops[at].sources, &[], Some(&row)).unwrap_or_default();
                let outcome = if row.written.is_empty() {
                    Ok(())
                } else {
                    self.read(phase, (table, at), used, &keys, &row).await
                };
                self.note(phase, &used.ops[at].sql, outcome).await;
                done.push(row);
            }
            for row in done {
                used.rows.put(row);
            }
        }
    }
}

impl Used {
    /// Tells whether a column keeps this value.
    fn keeps(&self, column: &str, value: &Value) -> bool {
        let is_updated = self.table.updatable().iter().any(|one| one.name == column);
        // A column that is going to be never null gets a value in place of a null.
        is_updated && !self.volatile.contains(column) && *value != Value::Null
    }
}

fn named(row: &Row) -> String {
    format!("row {}", row.key.join(", "))
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        Value::Binary(_, bytes) => String::from_utf8(bytes).ok(),
        Value::Null => None,
    }
}
