//! Does to a real table what a history says, and compares each row with the model after each
//! action.

use std::collections::BTreeMap;
use std::pin::pin;

use changeover::Changeover;
use changeover::migration::{Backfill, Phase, Work};
use changeover::testing::{Database, Server};
use changeover_tests::{Failure, connect, fail};
use futures_util::SinkExt;

use crate::history::{Action, History, Side};
use crate::model::{Row, Rule, Value, Written};

type Rows = BTreeMap<i64, Row>;

/// The table `t` with its sync triggers, between expansion and contract.
pub(crate) struct Table {
    db: tokio_postgres::Client,
    fill: Backfill,
    _database: Database,
}

impl Table {
    pub(crate) async fn create(rule: &Rule, name: &str) -> Result<Self, Failure> {
        let database = Server::shared().await?.database(name).await?;
        let mut runner = Changeover::builder(rule.plan).app("sync").connect(database.url()).await?;
        runner.expand().await?;
        let steps =
            rule.plan.migrations.iter().flat_map(|migration| migration.steps(Phase::Migrate));
        let fill = steps.into_iter().find_map(|step| match step.work {
            Work::Backfill(fill) => Some(fill),
            _ => None,
        });
        let Some(fill) = fill else { fail!("the plan fills nothing") };
        let db = connect(database.url(), "sync-rule").await?;
        Ok(Table { db, fill, _database: database })
    }

    pub(crate) async fn replay(&self, rule: &Rule, history: &History) -> Result<(), Failure> {
        let mut model = self.start(rule, &history.before).await?;
        self.compare(rule, &model, &"the start").await?;
        for action in &history.actions {
            let outcome = self.act(rule, &mut model, action).await;
            outcome.map_err(|failure| failure.during(format!("{action:?}")))?;
            self.compare(rule, &model, action).await?;
        }
        self.fill("true").await?;
        for row in model.values_mut() {
            rule.backfill(row);
        }
        self.compare(rule, &model, &"the end of the backfill").await?;
        self.expect_all_filled().await
    }

    /// Rows that are as the expansion found them: written past the triggers, as if before them.
    async fn start(&self, rule: &Rule, before: &[Vec<Value>]) -> Result<Rows, Failure> {
        let mut model = Rows::new();
        let mut sql = vec![
            "begin; truncate t; select set_config('changeover.backfill_xact', pg_current_xact_id()::text, true)".to_owned(),
        ];
        for (id, o) in (1..).zip(before) {
            let row = rule.unfilled(o.clone());
            let all = as_read(&row, Side::Both);
            sql.push(insert(rule, id, &all));
            model.insert(id, row);
        }
        sql.push("commit".to_owned());
        self.db.batch_execute(&sql.join("; ")).await?;
        Ok(model)
    }

    async fn act(&self, rule: &Rule, model: &mut Rows, action: &Action) -> Result<(), Failure> {
        let new_id = model.last_key_value().map_or(1, |(id, _)| id + 1);
        match action {
            Action::Insert(written) => {
                self.db.batch_execute(&insert(rule, new_id, written)).await?;
                model.insert(new_id, rule.insert(written));
            }
            Action::Copy(written) => {
                self.copy(rule, new_id, written).await?;
                model.insert(new_id, rule.insert(written));
            }
            Action::Upsert(row, written) => {
                let id = nth(model, *row).unwrap_or(new_id);
                self.db.batch_execute(&upsert(rule, id, written)).await?;
                let now = match model.get(&id) {
                    Some(old) => rule.upsert(old, written),
                    None => rule.insert(written),
                };
                model.insert(id, now);
            }
            Action::Update(row, written) => {
                if let Some(id) = nth(model, *row) {
                    self.update(rule, model, id, written).await?;
                }
            }
            Action::WriteBack(row, side) => {
                if let Some(id) = nth(model, *row) {
                    let written = as_read(&model[&id], *side);
                    self.update(rule, model, id, &written).await?;
                }
            }
            Action::Delete(row) => {
                if let Some(id) = nth(model, *row) {
                    self.db.batch_execute(&format!("delete from t where id = {id}")).await?;
                    model.remove(&id);
                }
            }
            Action::Backfill(from, to) => self.fill_some(rule, model, *from, *to).await?,
        }
        Ok(())
    }

    async fn update(
        &self,
        rule: &Rule,
        model: &mut Rows,
        id: i64,
        written: &Written,
    ) -> Result<(), Failure> {
        let set: Vec<_> = columns(rule, written)
            .iter()
            .map(|(column, value)| format!("{column} = {}", literal(value)))
            .chain(["note = note || '.'".to_owned()])
            .collect();
        self.db.batch_execute(&format!("update t set {} where id = {id}", set.join(", "))).await?;
        let now = rule.update(&model[&id], written);
        model.insert(id, now);
        Ok(())
    }

    async fn copy(&self, rule: &Rule, id: i64, written: &Written) -> Result<(), Failure> {
        let mut names = vec!["id"];
        let mut values = vec![id.to_string()];
        for (column, value) in columns(rule, written) {
            names.push(column);
            values.push(value.clone().unwrap_or_else(|| "\\N".to_owned()));
        }
        let sql = format!("copy t ({}) from stdin", names.join(", "));
        let line = values.join("\t") + "\n";
        let mut sink = pin!(self.db.copy_in(&sql).await?);
        sink.send(std::io::Cursor::new(line.into_bytes())).await?;
        sink.finish().await?;
        Ok(())
    }

    async fn fill_some(
        &self,
        rule: &Rule,
        model: &mut Rows,
        from: u8,
        to: u8,
    ) -> Result<(), Failure> {
        let range = format!("ctid >= '(0,{})' and ctid < '(0,{})'", from.min(to), from.max(to));
        let met = self.db.query(&format!("select id from t where {range}"), &[]).await?;
        self.fill(&range).await?;
        for row in &met {
            if let Some(row) = model.get_mut(&row.get(0)) {
                rule.backfill(row);
            }
        }
        Ok(())
    }

    /// A batch as the runner sends it, of the plan's own assignments.
    async fn fill(&self, range: &str) -> Result<(), Failure> {
        let Backfill { table, set, pending } = self.fill;
        let sql = format!(
            "begin; select set_config('changeover.backfill_xact', pg_current_xact_id()::text, true);
             update {table} set {set} where ({pending}) and {range}; commit"
        );
        Ok(self.db.batch_execute(&sql).await?)
    }

    async fn expect_all_filled(&self) -> Result<(), Failure> {
        let Backfill { table, pending, .. } = self.fill;
        let sql = format!("select count(*) from {table} where {pending}");
        match self.db.query_one(&sql, &[]).await?.get::<_, i64>(0) {
            0 => Ok(()),
            rows => fail!("{rows} rows are pending after the backfill"),
        }
    }

    async fn compare(
        &self,
        rule: &Rule,
        model: &Rows,
        after: &dyn std::fmt::Debug,
    ) -> Result<(), Failure> {
        let columns = rule.old.iter().chain(rule.new);
        let names: Vec<String> = columns.map(|column| format!("{}::text", column.name)).collect();
        let sql = format!("select id, array[{}] from t order by id", names.join(", "));
        let stored = self.db.query(&sql, &[]).await?;
        let stored: Vec<(i64, Vec<Value>)> =
            stored.iter().map(|row| (row.get(0), row.get(1))).collect();
        let expected: Vec<(i64, Vec<Value>)> =
            model.iter().map(|(id, row)| (*id, [row.o.clone(), row.n.clone()].concat())).collect();
        if stored != expected {
            fail!("after {after:?} (id, [o, n]) is\n  {stored:?}, not\n  {expected:?}");
        }
        Ok(())
    }
}

/// One number in eight is a row that is not there.
fn nth(model: &Rows, number: usize) -> Option<i64> {
    if number == 7 || model.is_empty() {
        return None;
    }
    model.keys().nth(number % model.len()).copied()
}

fn as_read(row: &Row, side: Side) -> Written {
    let of = |values: &[Value], there: bool| {
        values.iter().map(|value| there.then(|| value.clone())).collect()
    };
    Written { o: of(&row.o, side != Side::New), n: of(&row.n, side != Side::Old) }
}

fn columns<'a>(rule: &Rule, written: &'a Written) -> Vec<(&'static str, &'a Value)> {
    let columns = rule.old.iter().chain(rule.new);
    let values = written.o.iter().chain(&written.n);
    columns.zip(values).filter_map(|(column, value)| Some((column.name, value.as_ref()?))).collect()
}

fn insert(rule: &Rule, id: i64, written: &Written) -> String {
    let mut names = vec!["id"];
    let mut values = vec![id.to_string()];
    for (column, value) in columns(rule, written) {
        names.push(column);
        values.push(literal(value));
    }
    format!("insert into t ({}) values ({})", names.join(", "), values.join(", "))
}

fn upsert(rule: &Rule, id: i64, written: &Written) -> String {
    let set: Vec<_> = columns(rule, written)
        .iter()
        .map(|(column, _)| format!("{column} = excluded.{column}"))
        .chain(["note = t.note || '.'".to_owned()])
        .collect();
    format!("{} on conflict (id) do update set {}", insert(rule, id, written), set.join(", "))
}

fn literal(value: &Value) -> String {
    value.as_ref().map_or_else(|| "null".to_owned(), |text| format!("'{text}'"))
}
