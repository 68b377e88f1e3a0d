//! Whether a history has nothing left to do, as one row remembers: a start that finds it so takes no lock
//! and writes nothing, however long the history is.
//!
//! The row names the run that left nothing and the plans that it went by. Whoever changes something takes
//! a number of its own first, so that it holds no more, wherever that run ends; and where somebody writes
//! into the record by hand, triggers of it see to that.

use super::schema::VERSION;
use super::trust;
use crate::lock::{RunSession, Session};
use crate::migration::Migrations;
use crate::outcome::error::Error;
use crate::outcome::status::State;
use crate::record::ledger::Ledger;
use crate::session::sql::quote_literal;
use crate::session::watched::SAFE_FOR_NOW;

/// Tells whether the last run of an application left nothing to do of this history. Whatever keeps it from
/// being told says no, a standby too, which may be behind: then a run finds out, and has the words for it.
pub(crate) async fn is_settled(session: &mut Session, app: &str, history: &Migrations) -> bool {
    let (app, plans) = (quote_literal(app), history.digest());
    let trusted = trust::of_tables_or_fail(&["runners", "upgrades"]);
    // One text is one round trip. Its statements are read one after the other, so that the last one means
    // nothing before the one in front of it has found the tables in good hands.
    let sql = format!(
        "{SAFE_FOR_NOW};\n{trusted};\n\
         select settled = '{plans:016x}' and settled_by = fence \
         and (select max(version) from changeover.upgrades) >= {VERSION} \
         and not pg_catalog.pg_is_in_recovery() \
         from changeover.runners where history = {app}"
    );
    let Some(rows) = session.ask_at_once(&sql).await else { return false };
    rows.iter().nth(2).is_some_and(|row| row.is_true(0))
}

/// Remembers that this run leaves nothing to do.
pub(crate) async fn settle(
    session: &mut RunSession<'_>,
    app: &str,
    history: &Migrations,
) -> Result<(), Error> {
    let (app, plans, own) = (quote_literal(app), history.digest(), session.write_condition());
    let sql = format!(
        "update changeover.runners set settled = '{plans:016x}', settled_by = fence \
         where history = {app} and {own}"
    );
    session.fenced(&sql).await
}

/// Tells whether all is done that a history declares, and the database knows of no more.
pub(crate) fn leaves_nothing(history: &Migrations, ledger: &Ledger) -> bool {
    let is_done = |id: &str, least: State| ledger.state(id) >= least;
    let each = history.migrations.iter().all(|one| {
        let least = if one.has_background() { State::Completed } else { State::Migrated };
        is_done(one.id, least)
            && ledger.state(one.id) != State::Undoing
            && one.switches.iter().all(|id| is_done(id, State::Switched))
            && one.contracts.iter().all(|id| is_done(id, State::Contracted))
    });
    each && ledger.unknown(history).next().is_none()
}
