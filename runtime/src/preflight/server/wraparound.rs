//! How near the numbers of transactions are to their end.

use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};

pub(in crate::preflight) const VACUUM: Look = Look {
    check: Check::WraparoundVacuum,
    severity: |_| Severity::Wait,
    sql: vacuum,
    effect: "unlike other vacuums it does not give way to the locks that the phase takes",
    help: "let it end; a higher `vacuum_cost_limit` makes it quicker",
};

pub(in crate::preflight) const FREEZE_AGE: Look = Look {
    check: Check::FreezeAge,
    severity: |_| Severity::Warn,
    sql: freeze_age,
    effect: "a vacuum that does not give way to locks is going to start on it at any moment",
    help: "run `vacuum (freeze)` on it first",
};

pub(in crate::preflight) const WRAPAROUND: Look = Look {
    check: Check::Wraparound,
    severity: |_| Severity::Fatal,
    sql: wraparound,
    effect: "a few hundred million transactions later the server refuses every write",
    help: "vacuum that database before anything else, and look for what keeps autovacuum from it: \
           old transactions, prepared transactions, replication slots",
};

fn vacuum(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    touched.locks_out_vacuum().then(|| {
        format!(
            "select pg_catalog.format('a vacuum of %s to prevent wraparound, pid %s, has been \
             running for %s', p.relid::regclass, p.pid, \
             date_trunc('second', clock_timestamp() - a.xact_start)) \
             from pg_catalog.pg_stat_progress_vacuum p \
             join pg_catalog.pg_stat_activity a on a.pid = p.pid \
             where a.query like '%(to prevent wraparound)' and p.datname = current_database() \
             and p.relid in ({})",
            touched.relations()
        )
    })
}

fn freeze_age(Scene { touched, settings }: Scene<'_>) -> Option<String> {
    let limit = settings.preflight.freeze_age.map_or_else(
        || "pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint * 19 / 20".to_owned(),
        |age| age.to_string(),
    );
    touched.locks_out_vacuum().then(|| {
        format!(
            "select pg_catalog.format('the oldest row version of %s is %s transactions old', \
             oid::regclass, pg_catalog.age(relfrozenxid)) from pg_catalog.pg_class \
             where oid in ({}) and relfrozenxid <> '0' \
             and pg_catalog.age(relfrozenxid) > {limit}",
            touched.relations()
        )
    })
}

#[expect(clippy::unnecessary_wraps, reason = "as others in the table")]
fn wraparound(Scene { settings, .. }: Scene<'_>) -> Option<String> {
    let limit = settings.preflight.wraparound_age;
    Some(format!(
        "select pg_catalog.format('the oldest row version of database `%s` is %s transactions and \
         %s multixacts old', datname, pg_catalog.age(datfrozenxid), \
         pg_catalog.mxid_age(datminmxid)) from pg_catalog.pg_database \
         where pg_catalog.age(datfrozenxid) > {limit} \
         or pg_catalog.mxid_age(datminmxid) > {limit}"
    ))
}
