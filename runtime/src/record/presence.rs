//! Who is there, and what waits for whom.

use crate::lock::is_runner;
use crate::migration::{Migration, Migrations, Phase};
use crate::outcome::error::{Detail, Error};
use crate::outcome::grants;
use crate::outcome::report::HeldGate;
use crate::outcome::status::{InstanceStatus, SettingStatus, State, Status};
use crate::session::executor::{Executor, Row, Rows};
use crate::session::shown::{on_one_line, shown};
use crate::session::sql::quote_literal;
use crate::session::sqlstate::INSUFFICIENT_PRIVILEGE;
use crate::settings::{Gate, Settings};

/// So many instances are shown, and how many there are.
const SHOWN: usize = 100;

/// Adds it to a status; a database that no run of this version has prepared has none.
pub(crate) async fn read(
    executor: &mut dyn Executor,
    history: &Migrations,
    settings: &Settings,
    status: &mut Status,
) -> Result<(), Error> {
    let exists = "select pg_catalog.to_regprocedure('changeover.gates_of(text)') is not null";
    if query(executor, exists).await?.is_true() {
        let app = quote_literal(&settings.app);
        let held = format!(
            "select g.migration, g.phase, h.reason from changeover.gates_of({app}) g \
             left join lateral unnest(g.held_by) with ordinality as h (reason, place) on true \
             where not g.opened order by g.position, g.migration, g.phase desc, h.place"
        );
        for row in query(executor, &held).await?.iter() {
            add_reason(&mut status.waiting, row);
        }
        let live = format!(
            "select instance, about, head, date_trunc('second', silent), connected, \
             count(*) over () from changeover.live_instances({app}) limit {SHOWN}"
        );
        let live = query(executor, &live).await?;
        status.instances = live.iter().map(instance).collect();
        let count = live.iter().next().and_then(|row| row.number(5));
        status.live = count.unwrap_or_default();
    }
    let open = history.migrations.iter().flat_map(|one| waiting(history, settings, status, one));
    let open: Vec<HeldGate> = open.collect();
    status.waiting.extend(open);
    add_pause(executor, &settings.app, status).await?;
    add_settings(executor, &settings.app, status).await
}

/// Adds who paused the history, and what holds its run while there is one.
async fn add_pause(
    executor: &mut dyn Executor,
    app: &str,
    status: &mut Status,
) -> Result<(), Error> {
    let exists = "select pg_catalog.to_regprocedure('changeover.controls_of(text)') is not null";
    if !query(executor, exists).await?.is_true() {
        return Ok(());
    }
    let (history, running) = (quote_literal(app), is_runner(app, "c.pid"));
    let sql = format!(
        "select c.who, c.why, case when {running} then c.migration end, c.reason \
         from changeover.controls_of({history}) c"
    );
    let rows = query(executor, &sql).await?;
    let text = |column| rows.iter().next()?.get(column).map(str::to_owned);
    status.paused_by = text(0);
    status.pause_reason = text(1);
    for migration in &mut status.migrations {
        if Some(&migration.id) == text(2).as_ref() {
            migration.held_by = text(3);
        }
    }
    Ok(())
}

/// Adds what was set; a role that was granted its rights before there were settings may not see it.
async fn add_settings(
    executor: &mut dyn Executor,
    app: &str,
    status: &mut Status,
) -> Result<(), Error> {
    let exists = "select pg_catalog.has_function_privilege(\
                  pg_catalog.to_regprocedure('changeover.settings_of(text)')::oid, 'execute')";
    if !query(executor, exists).await?.is_true() {
        return Ok(());
    }
    let sql = format!(
        "select name, value, who from changeover.settings_of({}) order by name",
        quote_literal(app)
    );
    let rows = query(executor, &sql).await?;
    let text = |row: &Row<'_>, column| shown(row.text(column));
    status.settings = rows
        .iter()
        .map(|row| SettingStatus { name: text(&row, 0), value: text(&row, 1), by: text(&row, 2) })
        .collect();
    Ok(())
}

/// Returns what is to be granted, in place of the server's word that a right is missing.
pub(crate) async fn explain(executor: &mut dyn Executor, app: &str, error: Error) -> Error {
    let Some(statement) = error.statement().map(str::to_owned) else { return error };
    if error.code() != Some(INSUFFICIENT_PRIVILEGE) {
        return error;
    }
    let role = executor.query("select session_user").await;
    let Some(role) = role.ok().and_then(|rows| rows.value().map(str::to_owned)) else {
        return error;
    };
    error.become_detail(Detail::Denied {
        statement,
        grants: grants::instance(&role, app),
        owners: Vec::new(),
        instead: None,
    })
}

/// The switch and the contract of a migration that have not begun, where no try has said what holds
/// them.
fn waiting(
    history: &Migrations,
    settings: &Settings,
    status: &Status,
    migration: &Migration,
) -> Vec<HeldGate> {
    let state = |id: &str| {
        let known = status.migrations.iter().find(|one| one.id == id);
        known.map_or(State::Pending, |one| one.state)
    };
    let own = state(migration.id);
    let is_due = |phase| match phase {
        Phase::Switch => matches!(own, State::Migrated | State::Completed),
        Phase::Contract => matches!(own, State::Migrated | State::Completed | State::Switched),
        _ => false,
    };
    let is_known = |phase| {
        status.waiting.iter().any(|held| held.migration == migration.id && held.phase == phase)
    };
    let phases =
        [(Phase::Switch, migration.has_switch()), (Phase::Contract, migration.has_contract())];
    let open =
        phases.into_iter().filter(|(phase, has)| *has && is_due(*phase) && !is_known(*phase));
    open.map(|(phase, _)| {
        let declares = |by: &&&Migration| match phase {
            Phase::Switch => by.switches.contains(&migration.id),
            _ => by.contracts.contains(&migration.id),
        };
        let by = history.migrations.iter().find(declares).map(|by| by.id);
        let reason = if own < migration.before_switch() {
            "what it left to the background has still to be done".to_owned()
        } else {
            reason(settings.leases.gate, phase, migration.id, by, state)
        };
        HeldGate { migration: migration.id.to_owned(), phase, by: vec![reason] }
    })
    .collect()
}

fn reason(
    gate: Gate,
    phase: Phase,
    id: &str,
    by: Option<&str>,
    state: impl Fn(&str) -> State,
) -> String {
    match by {
        None => format!("no migration of this build declares it with `{phase}!({id})`"),
        Some(by) if state(by) < State::Migrated => {
            format!("`{by}`, which declares it, is not fully migrated")
        }
        Some(_) if gate == Gate::Manual => "it runs when `contract()` is called".to_owned(),
        Some(_) => "no run has tried it yet".to_owned(),
    }
}

fn add_reason(held: &mut Vec<HeldGate>, row: Row<'_>) {
    let text = |column| shown(row.text(column));
    let migration = text(0);
    let reason = match row.get(2) {
        Some(reason) => on_one_line(reason),
        None => "nothing holds it any more, and the next run goes on with it".to_owned(),
    };
    let Some(phase) = Phase::ALL.into_iter().find(|phase| phase.to_string() == text(1)) else {
        return;
    };
    match held.iter_mut().find(|one| one.migration == migration && one.phase == phase) {
        Some(known) => known.by.push(reason),
        None => held.push(HeldGate { migration, phase, by: vec![reason] }),
    }
}

fn instance(row: Row<'_>) -> InstanceStatus {
    let text = |column| shown(row.text(column));
    InstanceStatus {
        instance: text(0),
        about: text(1),
        head: text(2),
        silent: text(3),
        connected: row.is_true(4),
    }
}

async fn query(executor: &mut dyn Executor, sql: &str) -> Result<Rows, Error> {
    executor.query(sql).await.map_err(|error| Error::state_read(sql, error))
}
