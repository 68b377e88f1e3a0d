//! What people had us do against the rules, and why.

use crate::lock::RunSession;
use crate::migration::Phase;
use crate::outcome::error::{Detail, Error};
use crate::session::sql::{quote_literal, quote_nullable};

/// One line of the record, which nothing of ours ever changes or deletes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event<'a> {
    /// What was done: `contract`, `accept_plan`, …
    pub(crate) what: &'a str,
    pub(crate) migration: Option<&'a str>,
    pub(crate) phase: Option<Phase>,
    pub(crate) step: Option<usize>,
    /// Why, in the words of who did it.
    pub(crate) reason: &'a str,
    /// What was recorded until then, and what is from now on.
    pub(crate) before: Option<&'a str>,
    pub(crate) after: Option<&'a str>,
}

/// Records an event of a history. Within a transaction it is recorded with the rest of that, or
/// not at all.
pub(crate) async fn record(
    session: &mut RunSession<'_>,
    history: &str,
    event: &Event<'_>,
) -> Result<(), Error> {
    reasoned(event.what, event.reason)?;
    let sql = statement(history, session.write_condition(), event);
    session.fenced(&sql).await
}

/// Refuses what nobody will be able to explain later.
pub(crate) fn reasoned(what: &str, reason: &str) -> Result<(), Error> {
    match reason.trim() {
        "" => Err(Error::new(Detail::NoReason { what: what.to_owned() })),
        _ => Ok(()),
    }
}

/// The session's own name is what we call it; the application's is what it connected with.
fn statement(history: &str, own: &str, event: &Event<'_>) -> String {
    let Event { what, migration, phase, step, reason, before, after } = *event;
    let history = quote_literal(history);
    let (what, reason) = (quote_literal(what), quote_literal(reason.trim()));
    let phase = quote_nullable(phase.map(|phase| phase.to_string()).as_deref());
    let step = step.map_or_else(|| "null".to_owned(), |step| step.to_string());
    let [migration, before, after] = [migration, before, after].map(quote_nullable);
    format!(
        "insert into changeover.events \
         (history, application, what, migration, phase, step, reason, before, after) \
         select {history}, (select nullif(reset_val, '') from pg_catalog.pg_settings \
         where name = 'application_name'), {what}, {migration}, {phase}, {step}, {reason}, \
         {before}, {after} where {own}"
    )
}
