//! Writers of one unique value, one after the other, while two unique indexes hold it.
//!
//! `on conflict` consults the one index that it names: of two inserts of one new value at the same
//! moment, the later would find the other index taken, and fail. So writers of one value queue in
//! the sync trigger until the first is in both. They wait for some milliseconds at the most: past
//! that `on conflict` sees the other's row by itself, and no deadlock can come of it.

use crate::syntax::values::default::literal;
use crate::syntax::words::name::{Name, TableName};

/// A transaction that writes more rows takes no more locks: the server's lock table is shared.
const LOCKS_OF_A_TRANSACTION: u32 = 16;

pub(crate) struct Queue<'a> {
    pub(crate) table: &'a TableName,
    /// The columns of each unique key.
    pub(crate) keys: &'a [Vec<Name>],
}

impl Queue<'_> {
    /// Returns what the trigger function declares for it.
    pub(crate) fn variables(&self) -> &'static str {
        if self.keys.is_empty() {
            return "";
        }
        "
  locks integer := coalesce(nullif(current_setting('changeover.locks', true), ''), '0');
  value bigint;"
    }

    /// Returns what the trigger function does at its end.
    pub(crate) fn body(&self) -> String {
        self.keys.iter().map(|key| self.of(key)).collect()
    }

    fn of(&self, key: &[Name]) -> String {
        let of = |row: &str| {
            let columns = key.iter().map(|name| format!("{row}.{}", name.quoted()));
            columns.collect::<Vec<_>>().join(", ")
        };
        let (new, old) = (of("new"), of("old"));
        let salt = literal(&format!("{}{}", self.table.quoted(), of("")));
        format!(
            "
  -- two unique indexes hold this value, and `on conflict` consults one of them
  if locks < {LOCKS_OF_A_TRANSACTION} and pg_catalog.num_nulls({new}) = 0
    and (tg_op = 'INSERT' or row({new})::record *<> row({old})::record) then
    locks := locks + 1;
    perform set_config('changeover.locks', locks::text, true);
    value := pg_catalog.hashtextextended({salt} || row({new})::text, 0);
    for attempt in 1..10 loop
      exit when pg_catalog.pg_try_advisory_xact_lock(value);
      perform pg_catalog.pg_sleep(0.001);
    end loop;
  end if;"
        )
    }
}
