//! Advisory locks: the numbers that ours go by.

use super::holders::holders;
use crate::session::sql::quote_literal;

/// The first half of the numbers of the locks of runs; the second is the history's name.
pub(crate) const LOCK_CLASS: i32 = 0x6368_6f76;

/// The first half of the numbers of the locks that stand for a wish to have one: who works in the
/// background gives way to it.
const WISH_CLASS: i32 = LOCK_CLASS + 1;

/// The first half of the number of the lock that leases are taken behind; the functions in `record`
/// write it too.
const LEASES_CLASS: i32 = 1_667_788_647;

/// An advisory lock. Any role may take one by its number, and keep it.
///
/// PostgreSQL manual, section "Advisory Locks".
pub(crate) struct AdvisoryLock {
    class: i32,
    /// An expression of SQL.
    key: String,
}

impl AdvisoryLock {
    pub(crate) fn new(class: i32, key: impl Into<String>) -> AdvisoryLock {
        AdvisoryLock { class, key: key.into() }
    }

    /// The lock of the runs of a history.
    pub(crate) fn of_history(app: &str) -> AdvisoryLock {
        AdvisoryLock::new(LOCK_CLASS, name_hash(app).to_string())
    }

    /// The lock that the leases and gates of a history are taken behind.
    pub(crate) fn of_leases(app: &str) -> AdvisoryLock {
        AdvisoryLock::new(LEASES_CLASS, format!("pg_catalog.hashtext({})", quote_literal(app)))
    }

    /// Returns what stands for the wish to have the lock of the runs of a history; many may have
    /// it.
    pub(crate) fn of_wish(app: &str) -> AdvisoryLock {
        AdvisoryLock::new(WISH_CLASS, name_hash(app).to_string())
    }

    /// Its number, as the arguments of a function of SQL.
    pub(crate) fn arguments(&self) -> String {
        let AdvisoryLock { class, key } = self;
        format!("{class}, {key}")
    }

    /// A query for the sessions that hold it.
    pub(crate) fn holders(&self) -> String {
        let AdvisoryLock { class, key } = self;
        holders(&format!(
            "l.locktype = 'advisory' and l.objsubid = 2 and l.classid = {class} \
             and l.objid = (({key})::bigint & 4294967295)::oid"
        ))
    }
}

/// A condition of SQL, whether the server process of this number, an expression, has the lock.
pub(crate) fn is_runner(app: &str, pid: &str) -> String {
    let name = name_hash(app).cast_unsigned();
    format!(
        "exists (select from pg_catalog.pg_locks where locktype = 'advisory' \
         and pid = {pid} and classid = {LOCK_CLASS} and objid = {name} and objsubid = 2 and granted \
         and database = (select oid from pg_catalog.pg_database \
         where datname = current_database()))"
    )
}

/// A condition of SQL, whether a session waits for the lock that may run migrations: one of a role that
/// may act as the owner of the schema `changeover`, and asks for it again and again, as far as that can be
/// seen: a run that was dropped while it waited leaves its wish. Others may wish what they like.
pub(crate) fn is_wanted(app: &str) -> String {
    let name = name_hash(app).cast_unsigned();
    format!(
        "exists (select from pg_catalog.pg_locks l \
         join pg_catalog.pg_stat_activity a on a.pid = l.pid \
         where l.locktype = 'advisory' and l.classid = {WISH_CLASS} and l.objid = {name} \
         and l.objsubid = 2 and l.granted and a.datname = pg_catalog.current_database() \
         and l.database = a.datid \
         and coalesce(a.state_change > pg_catalog.clock_timestamp() - interval '10 s', true) \
         and pg_catalog.pg_has_role(a.usesysid, (select nspowner \
         from pg_catalog.pg_namespace where nspname = 'changeover'), 'member'))"
    )
}

/// FNV-1a: the same for every build, which the standard library's hashes do not promise.
fn name_hash(name: &str) -> i32 {
    let hash = name
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.cast_signed()
}
