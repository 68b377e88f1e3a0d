//! What a look is, and what every look over a whole database leaves out.

/// One thing to look for.
pub(super) struct Look {
    pub(super) name: &'static str,
    /// A query with a row of one text for each symptom.
    pub(super) sql: &'static str,
    /// A table of ours that it reads, without which there is nothing to find.
    pub(super) reads: Option<&'static str>,
    pub(super) effect: &'static str,
    pub(super) help: &'static str,
}

/// The schemas that are a service's.
macro_rules! users_schema {
    ($oid:literal) => {
        concat!(
            $oid,
            " not in (select n.oid from pg_catalog.pg_namespace n where n.nspname in \
             ('pg_catalog', 'information_schema', 'changeover') \
             or n.nspname operator(pg_catalog.~) '^pg_(toast|temp)')"
        )
    };
}
pub(super) use users_schema;
