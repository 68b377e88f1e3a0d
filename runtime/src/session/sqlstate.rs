//! The codes by which the server says what went wrong.
//!
//! PostgreSQL manual, appendix "PostgreSQL Error Codes".

pub(crate) const FEATURE_NOT_SUPPORTED: &str = "0A000";
pub(crate) const UNIQUE_VIOLATION: &str = "23505";
pub(crate) const INVALID_SCHEMA_NAME: &str = "3F000";
pub(crate) const READ_ONLY_SQL_TRANSACTION: &str = "25006";
pub(crate) const DEADLOCK_DETECTED: &str = "40P01";
pub(crate) const INSUFFICIENT_PRIVILEGE: &str = "42501";
pub(crate) const DUPLICATE_OBJECT: &str = "42710";
pub(crate) const UNDEFINED_OBJECT: &str = "42704";
pub(crate) const UNDEFINED_COLUMN: &str = "42703";
pub(crate) const UNDEFINED_FUNCTION: &str = "42883";
pub(crate) const UNDEFINED_TABLE: &str = "42P01";
pub(crate) const DUPLICATE_TABLE: &str = "42P07";
pub(crate) const DISK_FULL: &str = "53100";
pub(crate) const TOO_MANY_CONNECTIONS: &str = "53300";
pub(crate) const NOT_IN_PREREQUISITE_STATE: &str = "55000";
pub(crate) const LOCK_NOT_AVAILABLE: &str = "55P03";
pub(crate) const QUERY_CANCELED: &str = "57014";
pub(crate) const UNDEFINED_FILE: &str = "58P01";

/// Tells whether there is no session any more: the connection failed, or the server ended it,
/// because it stops, has crashed or starts, or the session was idle for too long.
pub(crate) fn ends_session(code: Option<&str>) -> bool {
    const ENDS: [&str; 6] = ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04"];
    code.is_none_or(|code| code.starts_with("08") || ENDS.contains(&code))
}

/// Tells whether an error is about a value, which its message may quote: class 22.
pub(crate) fn is_of_data(code: &str) -> bool {
    code.starts_with("22")
}
