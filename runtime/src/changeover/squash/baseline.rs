//! What older migrations have made, as the text of one baseline.

use crate::catalog::adopted::Adopted;
use crate::catalog::adopted::scope::Scope;
use crate::catalog::declaration::QualifiedName;
use crate::catalog::said;
use crate::catalog::scratch::names::split;
use crate::changeover::Changeover;
use crate::migration::{Migration, Migrations, Phase, Squashed};
use crate::outcome::error::{Detail, Error};
use crate::record::rules::{Kept, kept_when_settled};
use crate::session::connect::{Connect as _, url};
use crate::session::executor::Executor;
use crate::settings::Gate;

/// The first migrations of a history as one baseline.
///
/// ```no_run
/// use std::path::Path;
///
/// use changeover::{Migrations, Squash};
///
/// async fn squash(history: &Migrations) -> Result<(), Box<dyn std::error::Error>> {
///     let url = "postgres://me@localhost/empty";
///     let squash = Squash::read(history, "m0042_drop_username", url).await?;
///     for table in squash.rows() {
///         println!("the baseline gives {table} no rows");
///     }
///     let edits = squash.edits(Path::new("src/migrations"))?;
///     println!("{edits}");
///     edits.carry_out()?;
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Squash {
    pub(super) id: String,
    /// Those that it takes the place of, the oldest first.
    pub(super) squashed: Vec<&'static str>,
    pub(super) text: String,
    /// The one behind them.
    pub(super) child: Option<&'static str>,
    rows: Vec<String>,
}

impl Squash {
    /// Runs a history up to and including the migration `id`, with all contracts, in the empty
    /// database that the URL names, and reads what that made. It stays there.
    ///
    /// It is [refused](crate::ErrorKind::SquashRefused) where the database is not empty, where a
    /// contract among them is not declared by one of them, and where they make something that
    /// neither a macro nor `sql!` can say.
    pub async fn read(history: &Migrations, id: &str, url: &str) -> Result<Squash, Error> {
        let unknown = || Error::new(Detail::UnknownMigration { id: id.to_owned() });
        let until = history.until(id).ok_or_else(unknown)?;
        let last = until.head().ok_or_else(unknown)?;
        let refuse = |why| Error::new(Detail::SquashRefused { migration: id.to_owned(), why });
        if let Some(why) = pending(history, &until) {
            return Err(refuse(why));
        }
        let mut session = session(url).await?;
        if !is_empty(session.as_mut()).await? {
            return Err(refuse(NOT_EMPTY.to_owned()));
        }
        // Their partitions come with time, and not with the baseline.
        let builder = Changeover::builder(&until).app("squash").gate(Gate::Manual);
        let builder = builder.keeps_partitions(false);
        builder.connect(url).await?.contract().await?;
        let adopted = Adopted::read(session.as_mut(), &Scope::default()).await?;
        let unsaid = adopted.unsaid();
        if !unsaid.is_empty() {
            let lines = unsaid.iter().map(|(object, why)| format!("\n  {object}: {why}"));
            return Err(refuse(format!(
                "what they make cannot be said:{}",
                lines.collect::<String>()
            )));
        }
        let rows = with_rows(session.as_mut()).await?;
        let said = adopted.as_baseline(&header(id, &rows), &clause(until.migrations, last.shape));
        Ok(Squash {
            id: new_id(history, id),
            squashed: until.migrations.iter().map(|one| one.id).collect(),
            text: with_rules(said, &until),
            child: history.migrations.get(until.migrations.len()).map(|child| child.id),
            rows,
        })
    }

    /// The baseline's id, the name of its module: `m0042_baseline`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The text of the baseline's file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tables, as SQL, in which the migrations have left rows. The baseline makes none.
    pub fn rows(&self) -> &[String] {
        &self.rows
    }
}

const NOT_EMPTY: &str = "the database is not empty\n\
    help: make one, in which they are run once more: `create database squash`";

/// Returns why a phase among them would be skipped.
fn pending(history: &Migrations, until: &Migrations) -> Option<String> {
    let declares = |by: &Migration, phase, id: &str| match phase {
        Phase::Switch => by.switches.contains(&id),
        _ => by.contracts.contains(&id),
    };
    for one in until.migrations {
        let phases = [(Phase::Switch, one.has_switch()), (Phase::Contract, one.has_contract())];
        for phase in phases.into_iter().filter(|(_, has)| *has).map(|(phase, _)| phase) {
            if until.migrations.iter().any(|by| declares(by, phase, one.id)) {
                continue;
            }
            let by = history.migrations.iter().find(|by| declares(by, phase, one.id));
            let help = match by {
                Some(by) => format!("squash up to `{}`, which declares it", by.id),
                None => format!(
                    "declare `{phase}!({})` in a migration, and squash up to that once it has run",
                    one.id
                ),
            };
            let what = format!("the {phase} of `{}` is not declared by any of them", one.id);
            return Some(format!("{what}\nhelp: {help}"));
        }
    }
    None
}

async fn session(database: &str) -> Result<Box<dyn Executor>, Error> {
    let connector = url::at(database).map_err(|error| Error::connect(&error))?;
    connector.connect().await.map_err(|error| Error::connect(&error))
}

async fn is_empty(executor: &mut dyn Executor) -> Result<bool, Error> {
    let sql = "select pg_catalog.to_regnamespace('changeover') is null";
    let rows = executor.query(sql).await.map_err(|error| Error::sql(sql, &error))?;
    if !rows.is_true() {
        return Ok(false);
    }
    let adopted = Adopted::read(executor, &Scope::default()).await?;
    Ok(adopted.counts().is_empty() && adopted.unsaid().is_empty())
}

/// The tables that have rows.
async fn with_rows(executor: &mut dyn Executor) -> Result<Vec<String>, Error> {
    let tables = "select pg_catalog.format('%I.%I', n.nspname, c.relname) \
         from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where c.relkind = 'r' and n.nspname not in ('changeover', 'information_schema') \
         and n.nspname !~ '^pg_' and not exists (select from pg_catalog.pg_depend d \
         where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid \
         and d.deptype = 'e') order by 1";
    let names = executor.query(tables).await.map_err(|error| Error::sql(tables, &error))?;
    let mut found = Vec::new();
    for name in names.iter().filter_map(|row| row.get(0).map(str::to_owned)) {
        let sql = format!("select exists (select from {name})");
        let rows = executor.query(&sql).await.map_err(|error| Error::sql(&sql, &error))?;
        if rows.is_true() {
            found.push(name);
        }
    }
    Ok(found)
}

/// `m0042_baseline`, or with a number behind it where there has been one.
fn new_id(history: &Migrations, id: &str) -> String {
    let number = id.split('_').next().unwrap_or(id);
    let is_free = |wanted: &str| {
        let same = |one: &&&Migration| one.id == wanted;
        !history.migrations.iter().any(|one| same(&one)) && history.squashed_into(wanted).is_none()
    };
    let first = format!("{number}_baseline");
    let others = (2..).map(|count: u32| format!("{number}_baseline_{count}"));
    [first.clone()].into_iter().chain(others).find(|wanted| is_free(wanted)).unwrap_or(first)
}

/// Says the rules for partitions, which no catalog has.
fn with_rules(mut text: String, history: &Migrations) -> String {
    let rules =
        kept_when_settled(history).into_iter().filter_map(|Kept { table, rule, .. }| {
            let (schema, name) = split(table)?;
            let table = said::qualified(&QualifiedName { schema, name });
            Some(format!("    keep_partitions!({table}, {rule});\n"))
        });
    let rules: String = rules.collect();
    let end = text.rfind('}').unwrap_or(text.len());
    text.insert_str(end, &rules);
    text
}

fn header(id: &str, rows: &[String]) -> String {
    let mut text = format!("// What the migrations up to `{id}` have made.\n");
    if !rows.is_empty() {
        text += "//\n// They made rows too, which are not in here:\n";
        text.extend(rows.iter().map(|table| format!("// - {}\n", table.replace('\n', " "))));
    }
    text + "\n"
}

/// `squashes = […], schema = "…"`.
fn clause(migrations: &[&Migration], shape: &str) -> String {
    let last = |one: &Migration| match (one.has_contract(), one.has_switch()) {
        (true, _) => Phase::Contract,
        (false, true) => Phase::Switch,
        (false, false) if one.has_background() => Phase::Background,
        (false, false) => Phase::Migrate,
    };
    let items: Vec<String> =
        migrations.iter().map(|one| item(one.id, last(one), one.squashes())).collect();
    let short = format!("squashes = [{}], schema = \"{shape}\"", items.join(", "));
    if short.len() < 80 {
        return short;
    }
    let items = items.join(",\n            ");
    format!(
        "\n        squashes = [\n            {items},\n        ],\n        schema = \"{shape}\",\n    "
    )
}

fn item(id: &str, last: Phase, squashes: &[Squashed]) -> String {
    let inner: Vec<String> =
        squashes.iter().map(|one| item(one.id, one.last, one.squashes)).collect();
    match (squashes, last) {
        ([], Phase::Contract) => format!("{id} contracted"),
        ([], Phase::Switch) => format!("{id} switched"),
        ([], Phase::Background) => format!("{id} completed"),
        ([], Phase::Expand | Phase::Migrate) => id.to_owned(),
        _ => format!("{id} = [{}]", inner.join(", ")),
    }
}
