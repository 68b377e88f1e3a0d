//! Random triggers of the service's own on a table whose column has two names, against a table on
//! which it has one: each statement must leave the same in both.

use changeover::Changeover;
use changeover::migration::Migrations;
use changeover::testing::{Database, Server};
use changeover_tests::{Failure, connect, fail};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// What there can be on a table `$t`, on a column `$c`. A list has both names once all is filled.
const POOL: [(&str, &str, &str); 7] = [
    ("before insert or update", "", "new.note := coalesce(new.$c, '-') || '!'"),
    ("before insert or update", "", "new.$c := lower(new.$c)"),
    ("before insert or update", "", "new.$c := coalesce(new.$c, 'none')"),
    ("before update", "", "if new.$c is distinct from old.$c then new.note := 'moved'; end if"),
    ("before update of $list", "", "new.note := left(coalesce(new.note, '') || '#', 9)"),
    (
        "before insert or update",
        "",
        "if pg_trigger_depth() = 1 and new.id <> 0 then \
         update $t set $c = left(coalesce($c, '') || 'P', 9) where id = 0; end if",
    ),
    (
        "after update of $list",
        "when (new.$c is distinct from old.$c)",
        "update $t set note = new.$c where id = 0 and new.id <> 0",
    ),
];

#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// The name that the triggers were written for: `o` or `n`.
    column: &'static str,
    triggers: Vec<usize>,
    /// Rows that the backfill has not reached.
    before: Vec<Option<&'static str>>,
    statements: Vec<Statement>,
}

/// A statement with `$c` for the column; by both names where there is no single one.
#[derive(Debug, Clone)]
struct Statement {
    by: Option<&'static str>,
    kind: Kind,
    row: i64,
    value: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Insert,
    Update,
    Upsert,
    Touch,
    Delete,
    Backfill,
}

/// Triggers that read the new name belong to builds that come after Migrate: every row is filled
/// by then. Before that, only old builds write.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let triggers = subsequence((0..POOL.len()).collect::<Vec<_>>(), 1..4);
    let value = || select(vec![None, Some(""), Some("a"), Some("B"), Some("Cd")]);
    let kinds = {
        use Kind::{Backfill, Delete, Insert, Touch, Update, Upsert};
        vec![Insert, Update, Update, Update, Upsert, Upsert, Touch, Delete, Backfill]
    };
    let by = select(vec![Some("o"), Some("n"), None]);
    let statement = (by, select(kinds), 0..6_i64, value())
        .prop_map(|(by, kind, row, value)| Statement { by, kind, row, value });
    let statements = prop::collection::vec(statement, 1..14);
    let before = prop::collection::vec(value(), 0..3);
    (select(vec!["o", "n"]), triggers, before, any::<bool>(), statements).prop_map(
        |(column, triggers, mut before, unfilled, mut statements)| {
            if column == "n" || !unfilled {
                before.clear();
            }
            let migrating = !before.is_empty();
            for statement in statements.iter_mut().filter(|_| migrating) {
                statement.by = Some("o");
            }
            Case { column, triggers, before, statements }
        },
    )
}

/// The table `t` between Expand and the contract, and the table `r` that it is held against.
pub(crate) struct Pair {
    db: tokio_postgres::Client,
    _database: Database,
}

impl Pair {
    pub(crate) async fn create(plan: &Migrations) -> Result<Self, Failure> {
        let database = Server::shared().await?.database("yours").await?;
        let base = plan.until("m0001_base").ok_or_else(|| Failure::new("no base"))?;
        let runner = || Changeover::builder(&base).app("sync");
        runner().connect(database.url()).await?.migrate().await?;
        let db = connect(database.url(), "sync-rule").await?;
        // The expansion finds a trigger of the service's own.
        db.batch_execute(
            "create table r (id bigint primary key, v text, note text default '');
             create function nothing() returns trigger language plpgsql as $$begin return new; end$$;
             create trigger nothing before insert on t for each row execute function nothing()",
        )
        .await?;
        Changeover::builder(plan).app("sync").connect(database.url()).await?.migrate().await?;
        Ok(Pair { db, _database: database })
    }

    pub(crate) async fn replay(&self, case: &Case) -> Result<(), Failure> {
        self.db.batch_execute(&setup(case)).await?;
        for statement in &case.statements {
            let (own, reference) = statement.sql();
            // The reference asks which rows the backfill is going to meet.
            self.db.batch_execute(&reference).await?;
            self.db.batch_execute(&own).await.map_err(|error| Failure::from(error).during(&own))?;
            self.compare(false).await.map_err(|failure| failure.during(&own))?;
        }
        let fill = Statement { by: None, kind: Kind::Backfill, row: 99, value: None }.sql();
        self.db.batch_execute(&fill.1).await?;
        self.db.batch_execute(&fill.0).await?;
        self.compare(true).await
    }

    async fn compare(&self, filled: bool) -> Result<(), Failure> {
        let is_filled = if filled { "true" } else { "t.n is not null or t.o is null" };
        let sql = format!(
            "select coalesce(string_agg(format('%s in t, %s in r', t, r), '; '), '')
             from t full join r using (id)
             where t.o is distinct from r.v or t.note is distinct from r.note
               or t.n is distinct from r.v and ({is_filled}) or (t.id is null) <> (r.id is null)"
        );
        let differ: String = self.db.query_one(&sql, &[]).await?.get(0);
        if !differ.is_empty() {
            fail!("{differ}");
        }
        Ok(())
    }
}

fn setup(case: &Case) -> String {
    let mut sql = vec!["truncate t, r".to_owned()];
    for table in ["t", "r"] {
        for at in 0..POOL.len() {
            sql.push(format!("drop function if exists yours_{table}_{at} cascade"));
        }
    }
    // Written past the triggers, as if before them.
    sql.push("begin; set local session_replication_role = replica".to_owned());
    sql.push("alter table t disable trigger all".to_owned());
    for (id, value) in (1..).zip(&case.before) {
        sql.push(format!(
            "insert into t (id, o) values ({id}, {0}); insert into r (id, v) values ({id}, {0})",
            literal(*value)
        ));
    }
    sql.push(
        "insert into t (id, o, n) values (0, 'p', 'p'); insert into r (id, v) values (0, 'p')"
            .to_owned(),
    );
    sql.push("alter table t enable trigger all; commit".to_owned());
    let list = if case.before.is_empty() { "o, n" } else { "o" };
    for at in &case.triggers {
        let (event, when, body) = POOL[*at];
        for (table, column, list) in [("t", case.column, list), ("r", "v", "v")] {
            let of =
                |text: &str| text.replace("$list", list).replace("$c", column).replace("$t", table);
            let (event, when, body) = (of(event), of(when), of(body));
            sql.push(format!(
                "create function yours_{table}_{at}() returns trigger language plpgsql as
                 $$begin {body}; return new; end$$;
                 create trigger yours_{at} {event} on {table} for each row {when}
                 execute function yours_{table}_{at}()"
            ));
        }
    }
    sql.join(";\n")
}

impl Statement {
    /// For the table with two names, and for the one with one.
    fn sql(&self) -> (String, String) {
        let Statement { by, kind, row, value } = self;
        let value = literal(*value);
        let (names, values, set) = match by {
            Some(by) => ((*by).to_owned(), value.clone(), format!("{by} = {value}")),
            None => {
                ("o, n".into(), format!("{value}, {value}"), format!("o = {value}, n = {value}"))
            }
        };
        let both = |own: String, reference: String| (own, reference);
        match kind {
            Kind::Insert => both(
                format!(
                    "insert into t (id, {names}) values ({row}, {values}) on conflict do nothing"
                ),
                format!("insert into r (id, v) values ({row}, {value}) on conflict do nothing"),
            ),
            Kind::Upsert => {
                let excluded: Vec<String> =
                    names.split(", ").map(|name| format!("{name} = excluded.{name}")).collect();
                both(
                    format!(
                        "insert into t (id, {names}) values ({row}, {values}) \
                         on conflict (id) do update set {}",
                        excluded.join(", ")
                    ),
                    format!(
                        "insert into r (id, v) values ({row}, {value}) \
                         on conflict (id) do update set v = excluded.v"
                    ),
                )
            }
            Kind::Update => both(
                format!("update t set {set} where id = {row}"),
                format!("update r set v = {value} where id = {row}"),
            ),
            Kind::Touch => both(
                format!("update t set note = 'x' where id = {row}"),
                format!("update r set note = 'x' where id = {row}"),
            ),
            Kind::Delete => both(
                format!("delete from t where id = {row} and id <> 0"),
                format!("delete from r where id = {row} and id <> 0"),
            ),
            Kind::Backfill => {
                let pending = format!("n is null and o is not null and id <= {row}");
                both(
                    format!(
                        "begin; select set_config('changeover.backfill_xact', pg_current_xact_id()::text, true); \
                         update t set n = o where {pending}; commit"
                    ),
                    format!("update r set id = id where id in (select id from t where {pending})"),
                )
            }
        }
    }
}

fn literal(value: Option<&str>) -> String {
    value.map_or_else(|| "null".to_owned(), |text| format!("'{text}'"))
}
