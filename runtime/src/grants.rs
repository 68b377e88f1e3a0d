//! The rights that roles need, as statements for a DBA to paste.
//!
//! [`runner`] is for the role that [`migrate`](crate::Changeover::migrate) and its like connect as.
//! The service itself needs nothing of ours to read and write its tables, not even the right to
//! use the schema `changeover`: triggers check no rights of whoever fires them.
//!
//! Neither role need be a superuser, or have `createdb`, `createrole`, `replication` or, where no
//! table has `force row level security`, `bypassrls`.
//!
//! PostgreSQL manual, section "Privileges".

use crate::sql::quote_identifier;

/// What a role needs to run a history, to be run once in the database by its owner or a superuser.
///
/// `schemas` are those that the history's tables are in; most histories have only `public`.
///
/// - The role owns the schema `changeover`, which these statements make: so it needs no `create` on
///   the database. Grant that where the history has `create_schema!` or `create_extension!`.
/// - It may make what is new in the schemas of the history.
/// - Tables, views, types and functions that it is to change must be its own, or those of a role
///   that it is a member of: `alter table users owner to …`, or `grant owner to …`. What it
///   makes itself is its own. PostgreSQL has no lesser right for `alter table`.
/// - Another's table that a foreign key points at: `grant select, references, update`, the last of
///   them for the lock.
/// - On a table with `force row level security` it needs `bypassrls`; without it, a run stops
///   before it would miss rows.
/// - With `pg_read_all_stats` an error that names who was in the way also says for how long, and
///   the preflight and the throttle see replicas and the sessions of other roles; nothing else
///   needs it.
pub fn runner(role: &str, schemas: &[&str]) -> Vec<String> {
    let role = quote_identifier(role);
    let mut statements =
        vec![format!("create schema if not exists changeover authorization {role}")];
    statements.extend(schemas.iter().map(|schema| {
        format!("grant usage, create on schema {} to {role}", quote_identifier(schema))
    }));
    statements
}

/// What a role needs that holds leases and asks how far a history is, and runs none of it: build its
/// instances with [`finishes(false)`](crate::Builder::finishes). To be run once a run of the history
/// has made what is granted here.
///
/// The two functions are `security definer` with a pinned search path: they write what the role
/// itself can only read, so that it can take [`status`](crate::Changeover::status),
/// [`ready`](crate::Changeover::ready) and [`phase_of`](crate::Lease::phase_of), and hold no gate
/// but by a lease.
pub fn instance(role: &str) -> Vec<String> {
    let role = quote_identifier(role);
    vec![
        format!("grant usage on schema changeover to {role}"),
        format!(
            "grant execute on function changeover.hold_lease(text, text, text, integer, text, \
             interval, boolean), changeover.release_lease(text, text), \
             changeover.live_instances(text) to {role}"
        ),
        format!(
            "grant select on changeover.migrations, changeover.steps, changeover.gates, \
             changeover.instances, changeover.controls, changeover.holds to {role}"
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        assert_eq!(
            runner(r#"de"ployer"#, &["public", "a b"]),
            [
                r#"create schema if not exists changeover authorization "de""ployer""#,
                r#"grant usage, create on schema "public" to "de""ployer""#,
                r#"grant usage, create on schema "a b" to "de""ployer""#,
            ]
        );
    }
}
