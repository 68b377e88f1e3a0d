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

use crate::session::sql::{quote_identifier, quote_literal};

/// Returns what a role needs to run a history, to be run once in the database by its owner or a
/// superuser.
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
///
/// ```
/// for statement in changeover::grants::runner("deploy", &["public"]) {
///     println!("{statement};");
/// }
/// ```
pub fn runner(role: &str, schemas: &[&str]) -> Vec<String> {
    let role = quote_identifier(role);
    let mut statements =
        vec![format!("create schema if not exists changeover authorization {role}")];
    statements.extend(schemas.iter().map(|schema| {
        format!("grant usage, create on schema {} to {role}", quote_identifier(schema))
    }));
    statements
}

/// Returns what a role needs that holds leases of this application and asks how far its history is,
/// and runs none of it: build its instances with [`finishes(false)`](crate::Builder::finishes). To
/// be run once a run of the history has made what is granted here, by the owner of the schema
/// `changeover`.
///
/// The functions are `security definer` with a pinned search path, and ask in the table
/// `changeover.speakers` whether the session's role, or one that it is a member of, speaks for the
/// history. So the role can take [`status`](crate::Changeover::status),
/// [`ready`](crate::Changeover::ready) and [`phase_of`](crate::Lease::phase_of), sees nothing of other
/// histories, and of its own neither statements nor errors, which may name keys of rows. A lease is
/// the role's that wrote it, and no other changes it. Which build it runs, an instance says itself:
/// the role can hold its own application's gates, and open them, but no other's.
///
/// Where a role has rights from before there were speakers, an upgrade keeps its histories; these
/// statements narrow them to what is named. Once none of its instances is from before that:
/// `revoke select on all tables in schema changeover from …`.
///
/// ```
/// for statement in changeover::grants::instance("accounts_app", "accounts") {
///     println!("{statement};");
/// }
/// ```
pub fn instance(role: &str, app: &str) -> Vec<String> {
    let (name, text, app) = (quote_identifier(role), quote_literal(role), quote_literal(app));
    vec![
        format!("grant usage on schema changeover to {name}"),
        format!(
            "grant execute on function changeover.hold_lease(text, text, text, integer, text, \
             interval, boolean), changeover.renew_lease(text, text, text, integer, text, interval, \
             boolean, bigint), changeover.release_lease(text, text), \
             changeover.live_instances(text), changeover.migrations_of(text), \
             changeover.steps_of(text), changeover.gates_of(text), changeover.controls_of(text), \
             changeover.leases_of(text), changeover.settings_of(text) to {name}"
        ),
        format!("delete from changeover.speakers where role = {text} and carried_over"),
        format!(
            "insert into changeover.speakers (history, role) values ({app}, {text}) \
             on conflict do nothing"
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
