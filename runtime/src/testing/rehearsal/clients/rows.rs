//! The rows that clients read and write: each in the hand of one client at most, so that what it holds is
//! known, whichever build wrote it last.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::value::Value;

/// A row that nobody else reads or writes meanwhile.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// The values of its key's columns, as text.
    pub(crate) key: Vec<String>,
    /// Whether a client has inserted it, and so may delete it.
    pub(crate) is_own: bool,
    /// What the last client wrote into it, by the column's name.
    pub(crate) written: BTreeMap<String, Value>,
}

impl Row {
    /// The key as one text, as [`Table::key_text`](super::table::Table::key_text) has it.
    pub(crate) fn key_text(&self) -> String {
        self.key.join("\u{1f}")
    }
}

/// The rows of one table.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    idle: Mutex<Vec<Row>>,
    /// The keys of all that clients may have written.
    touched: Mutex<BTreeSet<String>>,
    /// The keys of those that no client uses any more.
    left: Mutex<BTreeSet<String>>,
}

impl Rows {
    /// Adds a row that is there already.
    pub(crate) fn add(&self, row: Row) {
        self.touched().insert(row.key_text());
        self.idle().push(row);
    }

    /// Takes one out, by a number.
    pub(crate) fn take(&self, chosen: usize) -> Option<Row> {
        let mut idle = self.idle();
        let at = chosen.checked_rem(idle.len())?;
        Some(idle.swap_remove(at))
    }

    /// Takes one out that a client has inserted.
    pub(crate) fn take_own(&self) -> Option<Row> {
        let mut idle = self.idle();
        let at = idle.iter().position(|row| row.is_own)?;
        Some(idle.swap_remove(at))
    }

    pub(crate) fn put(&self, row: Row) {
        if !self.left().contains(&row.key_text()) {
            self.idle().push(row);
        }
    }

    /// Leaves rows alone from now on, those too that a client has in its hands.
    pub(crate) fn leave(&self, keys: impl IntoIterator<Item = String>) {
        let mut left = self.left();
        left.extend(keys);
        self.idle().retain(|row| !left.contains(&row.key_text()));
    }

    pub(crate) fn len(&self) -> usize {
        self.idle().len()
    }

    /// The keys of all that clients may have written.
    pub(crate) fn touched_keys(&self) -> Vec<String> {
        self.touched().iter().cloned().collect()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Row>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn touched(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
