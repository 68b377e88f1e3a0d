//! What one build of the service does: its tables and statements, and the user's own.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio_postgres::Client;

use super::rows::{Row, Rows};
use super::statement::{self, Kind, Op, Source};
use super::table::Table;
use super::value::{Value, fresh, made};
use crate::session::executor::SqlError;
use crate::session::shown::on_one_line;

/// So many rows of a table are read and written: few enough that each is read again soon.
const IN_USE: i64 = 200;

/// Which of the two builds that live at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Age {
    Old,
    New,
}

impl Age {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Age::Old => "old",
            Age::New => "new",
        }
    }
}

/// A build.
#[derive(Debug)]
pub(crate) struct Build {
    pub(crate) age: Age,
    pub(super) tables: Vec<Used>,
    /// The user's own statements.
    pub(super) own: Vec<String>,
    /// Whether nobody but these clients writes the rows in their hands.
    pub(super) remembers: bool,
    /// What was left out, and why.
    pub(crate) notes: Vec<String>,
}

/// A table that is used.
#[derive(Debug)]
pub(super) struct Used {
    pub(super) table: Table,
    pub(super) rows: Arc<Rows>,
    pub(super) ops: Vec<Op>,
    /// The row that statements were tried with.
    pub(super) donor: Vec<Value>,
    /// Columns that do not keep what is written into them.
    pub(super) volatile: BTreeSet<String>,
}

/// Takes rows of a table into use: those at the beginning, and a part of the rest by the sample that the
/// server takes quickly.
///
/// PostgreSQL manual, `SELECT`, "TABLESAMPLE".
pub(crate) async fn choose_rows(db: &Client, table: &Table, rows: &Rows) -> Result<(), SqlError> {
    if table.key.is_empty() {
        return Ok(());
    }
    let keys: Vec<String> = table.keys().map(|key| format!("{}::text", key.quoted())).collect();
    let keys = keys.join(", ");
    let name = &table.name;
    let sql = format!(
        "(select {keys} from {name} limit {half}) union \
         (select {keys} from {name} tablesample system (5) limit {half})",
        half = IN_USE / 2
    );
    for row in db.query(&sql, &[]).await? {
        let key = (0..table.key.len()).map(|at| row.get::<_, String>(at)).collect();
        rows.add(Row { key, ..Row::default() });
    }
    Ok(())
}

impl Build {
    /// Derives a build's statements and tries each of them in a transaction that is rolled back.
    pub(crate) async fn tried(
        db: &Client,
        age: Age,
        tables: Vec<(Table, Arc<Rows>)>,
        (own, remembers): (Vec<String>, bool),
        uncertain: &BTreeSet<String>,
    ) -> Result<Build, SqlError> {
        let mut build = Build { age, tables: Vec::new(), own, remembers, notes: Vec::new() };
        for (table, rows) in tables {
            let (ops, notes) = statement::of(&table);
            build.notes.extend(notes);
            let volatile = uncertain.clone();
            let mut used = Used { table, rows, ops, donor: Vec::new(), volatile };
            db.batch_execute("begin").await?;
            let tried = used.try_all(db, age).await;
            db.batch_execute("rollback").await?;
            build
                .notes
                .extend(tried?.into_iter().map(|note| format!("{} builds: {note}", age.word())));
            let by_others = used.volatile.iter().filter(|one| !uncertain.contains(*one));
            build.notes.extend(by_others.map(|column| {
                format!(
                    "a trigger writes `{column}` of {} whenever a row is updated, also by a backfill: it \
                     is not compared",
                    used.table.name
                )
            }));
            build.tables.push(used);
        }
        build.tables.retain(|used| !used.ops.is_empty());
        Ok(build)
    }

    /// Lets clients read the table alone, if they use it.
    pub(crate) fn only_read(&mut self, table: Option<u32>) {
        let used = self.tables.iter_mut().find(|used| Some(used.table.oid) == table);
        if let Some(used) = used {
            used.ops.retain(|op| matches!(op.kind, Kind::Read | Kind::Any));
            self.notes.push(format!("rows come into {} by the migration alone", used.table.name));
        }
    }

    /// Lets clients put no new rows into the table, and returns it if they use it.
    pub(crate) fn insert_nothing(&mut self, table: Option<u32>) -> Option<(&Table, &Rows)> {
        let used = self.tables.iter_mut().find(|used| Some(used.table.oid) == table)?;
        used.ops.retain(|op| op.kind != Kind::Insert);
        let note = format!("no row comes into {}: the migration might remove it", used.table.name);
        self.notes.push(note);
        Some((&used.table, &used.rows))
    }

    /// Tells whether nobody but these clients writes the rows in their hands.
    pub(crate) fn is_alone(&self) -> bool {
        self.remembers
    }

    /// The columns that do not keep what is written into them.
    pub(crate) fn volatile(&self) -> BTreeSet<String> {
        self.tables.iter().flat_map(|used| used.volatile.iter().cloned()).collect()
    }

    /// The tables whose rows can be told apart, with the columns that nobody but who writes a row changes.
    pub(crate) fn keyed(&self) -> impl Iterator<Item = Table> {
        let keyed = self.tables.iter().filter(|used| !used.table.key.is_empty());
        keyed.map(|used| {
            let mut table = used.table.clone();
            let keys = table.key.clone();
            let stays = |name: &String| !used.volatile.contains(name);
            table.columns.retain(|one| keys.contains(&one.number) || stays(&one.name));
            table
        })
    }

    /// Tells whether it does anything.
    pub(crate) fn is_idle(&self) -> bool {
        self.tables.is_empty() && self.own.is_empty()
    }
}

impl Used {
    /// Tells whether fewer rows than that are in use, of a table whose rows can be told apart.
    pub(super) fn has_few(&self, few: usize) -> bool {
        !self.table.key.is_empty() && self.rows.len() < few
    }

    /// Keeps what works, and says why the rest does not.
    async fn try_all(&mut self, db: &Client, age: Age) -> Result<Vec<String>, SqlError> {
        let mut notes = Vec::new();
        let row = self.rows.take(0);
        let donor = match self.ops.first() {
            Some(read) if row.is_some() || read.kind == Kind::Any => {
                self.read(db, read, row.as_ref()).await?
            }
            _ => None,
        };
        let donor = donor.unwrap_or_else(|| self.invented());
        let mut kept = Vec::new();
        for op in std::mem::take(&mut self.ops) {
            if row.is_none() && matches!(op.kind, Kind::Update | Kind::Upsert) {
                // Rows that clients insert are updated later.
                kept.push(op);
                continue;
            }
            db.batch_execute("savepoint tried").await?;
            match self.try_one(db, &op, &donor, row.as_ref()).await {
                Ok(changed) => {
                    // What new builds lose is what the migration is to be blamed for.
                    if age == Age::Old {
                        self.volatile.extend(changed);
                    }
                    kept.push(op);
                }
                Err(error) => notes.push(format!(
                    "no {} of {}, which the server refuses as the database is: {}",
                    op.kind.word(),
                    self.table.name,
                    on_one_line(&error.to_string())
                )),
            }
            db.batch_execute("rollback to savepoint tried").await?;
        }
        self.ops = kept;
        self.donor = donor;
        if let Some(row) = row {
            self.rows.put(row);
        }
        Ok(notes)
    }

    async fn read(
        &self,
        db: &Client,
        read: &Op,
        row: Option<&Row>,
    ) -> Result<Option<Vec<Value>>, SqlError> {
        let keys = self.values(&read.sources, &[], row).unwrap_or_default();
        let keys: Vec<_> = keys.iter().map(|value| value as _).collect();
        let found = db.query_opt(&read.sql, &keys).await?;
        Ok(found.map(|row| (0..row.len()).map(|at| row.get(at)).collect()))
    }

    /// Tries a statement; gives the columns that do not have what an update wrote.
    async fn try_one(
        &self,
        db: &Client,
        op: &Op,
        donor: &[Value],
        row: Option<&Row>,
    ) -> Result<Vec<String>, SqlError> {
        let Some(values) = self.values(&op.sources, donor, row) else {
            return Ok(Vec::new());
        };
        if op.kind == Kind::Delete {
            // It is of what clients insert: others may refer to this row.
            db.prepare(&op.sql).await?;
            return Ok(Vec::new());
        }
        let values: Vec<_> = values.iter().map(|value| value as _).collect();
        db.query(&op.sql, &values).await?;
        let read = statement::of(&self.table).0.into_iter().find(|op| op.kind == Kind::Read);
        if let (Kind::Update, Some(read)) = (op.kind, read)
            && let Some(found) = self.read(db, &read, row).await?
        {
            let changed = self.table.columns.iter().zip(found.iter().zip(donor));
            let changed = changed.filter(|(column, (found, written))| {
                found != written && self.table.updatable().iter().any(|one| one.name == column.name)
            });
            return Ok(changed.map(|(column, _)| column.name.clone()).collect());
        }
        Ok(Vec::new())
    }

    /// A row of which nothing is known but the types of its columns.
    fn invented(&self) -> Vec<Value> {
        let columns = self.table.columns.iter().map(|column| {
            let value = made(&column.ty, &column.category, column.label.as_deref());
            value.filter(|_| column.not_null).unwrap_or(Value::Null)
        });
        columns.collect()
    }

    /// The parameters of a statement; none where a value is not to be had.
    pub(super) fn values(
        &self,
        sources: &[Source],
        donor: &[Value],
        row: Option<&Row>,
    ) -> Option<Vec<Value>> {
        let value = |source: &Source| match *source {
            Source::Copied(at) => donor.get(at).cloned(),
            Source::Fresh(at) => {
                let column = self.table.columns.get(at)?;
                fresh(&column.ty, column.longest, donor.get(at))
            }
            Source::Key(at) => Some(Value::Text(row?.key.get(at)?.clone())),
        };
        sources.iter().map(value).collect()
    }
}
