//! The changes of a migration as the macros hand them over: one text, read when it is first asked for.
//!
//! As struct literals they would be most of what a history costs its service's build, and a start with
//! nothing to do would hold them all. The text has the values in the order of the fields; the writer is
//! `macros/src/emit/packed.rs`.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use super::change::{Agreement, Change, Course, Equality, KnownColumn, Step};
use super::footprint::{Dropped, Effect, ObjectKind};
use super::function::ConvertFn;
use super::phase::Phase;
use super::work::{
    Backfill, Behind, Cleanup, Compaction, Condition, Convert, Index, KeptPartitions, LockMode,
    NoRows, NonTransactional, PartitionRule, Path, Period, Reindex, Removal, Rights, RightsOn,
    SizeLimit, Statement, TableLock, Work,
};

/// The changes of a migration.
#[derive(Clone, Copy)]
pub enum Plan {
    /// As they are, for who writes a history without the macros.
    Written(&'static [Change]),
    /// As the macros write them.
    Packed(&'static Packed),
}

impl Plan {
    /// Tells whether there may be a rule for partitions among the changes, without reading all of them.
    pub(super) fn may_keep_partitions(self) -> bool {
        match self {
            Plan::Written(_) => true,
            // As a choice is written: the length of its word, and the word.
            Plan::Packed(packed) => packed.text.contains("10:Partitions"),
        }
    }

    /// The changes, in the order in which they were written.
    pub(super) fn changes(self) -> &'static [Change] {
        match self {
            Plan::Written(changes) => changes,
            Plan::Packed(packed) => packed.changes(),
        }
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes().fmt(f)
    }
}

/// Changes as text.
pub struct Packed {
    text: &'static str,
    functions: &'static [ConvertFn],
    changes: OnceLock<&'static [Change]>,
}

impl Packed {
    /// A text of the macros', and the functions that it has by their places.
    pub const fn new(text: &'static str, functions: &'static [ConvertFn]) -> Self {
        Packed { text, functions, changes: OnceLock::new() }
    }

    /// The changes as they were written.
    pub(super) fn text(&self) -> &'static str {
        self.text
    }

    fn changes(&self) -> &'static [Change] {
        self.changes.get_or_init(|| {
            let mut reader = Reader { rest: self.text, functions: self.functions };
            let read = <&[Change]>::read(&mut reader).filter(|_| reader.rest.is_empty());
            read.unwrap_or_else(|| {
                panic!(
                    "changeover cannot read what its macros wrote, please report it: {}",
                    self.text
                )
            })
        })
    }
}

/// Reads a change that stands on its own.
///
/// # Panics
///
/// If the text is none of the macros'.
pub fn alone(text: &'static str, functions: &'static [ConvertFn]) -> Change {
    let [change] = Packed::new(text, functions).changes() else {
        panic!("changeover wrote no change, please report it: {text}")
    };
    *change
}

/// What is left of a text.
struct Reader {
    rest: &'static str,
    functions: &'static [ConvertFn],
}

impl Reader {
    fn number<T: FromStr>(&mut self) -> Option<T> {
        let (number, rest) = self.rest.split_once(':')?;
        self.rest = rest;
        number.parse().ok()
    }

    fn list<T: Read>(&mut self) -> Option<Vec<T>> {
        (0..self.number()?).map(|_| T::read(self)).collect()
    }
}

/// What has a place in the text.
trait Read: Sized {
    fn read(from: &mut Reader) -> Option<Self>;
}

impl Read for &'static str {
    fn read(from: &mut Reader) -> Option<Self> {
        let length = from.number()?;
        let (text, rest) = from.rest.split_at_checked(length)?;
        from.rest = rest;
        Some(text)
    }
}

impl Read for bool {
    fn read(from: &mut Reader) -> Option<Self> {
        Some(from.number::<u8>()? == 1)
    }
}

impl Read for u64 {
    fn read(from: &mut Reader) -> Option<Self> {
        from.number()
    }
}

impl<T: Read> Read for Option<T> {
    fn read(from: &mut Reader) -> Option<Self> {
        Some(from.list()?.pop())
    }
}

impl<T: Read> Read for &'static [T] {
    fn read(from: &mut Reader) -> Option<Self> {
        let items: &[T] = from.list()?.leak();
        Some(items)
    }
}

impl<T: Read> Read for &'static T {
    fn read(from: &mut Reader) -> Option<Self> {
        Some(Box::leak(Box::new(T::read(from)?)))
    }
}

impl<A: Read, B: Read> Read for (A, B) {
    fn read(from: &mut Reader) -> Option<Self> {
        Some((A::read(from)?, B::read(from)?))
    }
}

macro_rules! structs {
    ($($name:ident { $($field:ident),* })*) => {
        $(impl Read for $name {
            fn read(from: &mut Reader) -> Option<Self> {
                $(let $field = Read::read(from)?;)*
                Some($name { $($field),* })
            }
        })*
    };
}

structs! {
    Change { operation, subject, notes, columns, needs, makes, agrees, steps }
    Agreement { table, differing, since, until, ways, unverified }
    Equality { holds, failing }
    KnownColumn { table, name, ty, not_null, default, generated, identity, collate }
    Dropped { kind, name, part, with }
    Step { phase, why, work, course, undo }
    Statement { sql, locks, effects, reads_rows, path, only_if, rights, why }
    TableLock { table, mode }
    Condition { query, when }
    Rights { on, name, types, privileges, roles, given }
    Index { name, table, unique, definition, create, drop, analyze }
    Backfill { table, set, pending }
    Convert { table, key, read, write, pending, function }
    Compaction { table, least, truncates, fires }
    Reindex { table }
    KeptPartitions { table, rule, locks }
    PartitionRule { period, ahead, behind }
    Behind { keep, drops }
    Removal { table, named, condition, into, returns, locks }
    NoRows { table, violation, problem, help }
    NonTransactional { statement, done, mend }
    Cleanup { when, statement }
    SizeLimit { table, max_rows, reason }
}

impl Read for ConvertFn {
    fn read(from: &mut Reader) -> Option<Self> {
        let at: usize = from.number()?;
        from.functions.get(at).copied()
    }
}

/// Variants by their names, each with what it holds behind it.
macro_rules! choices {
    ($($name:ident { $($variant:ident $(($content:ident))? $({ $($field:ident),* })?),* })*) => {
        $(impl Read for $name {
            fn read(from: &mut Reader) -> Option<Self> {
                let word = <&str>::read(from)?;
                $(if word == stringify!($variant) {
                    $(let $content = Read::read(from)?;)?
                    $($(let $field = Read::read(from)?;)*)?
                    return Some($name::$variant $(($content))? $({ $($field),* })?);
                })*
                None
            }
        })*
    };
}

choices! {
    Phase { Expand, Migrate, Background, Switch, Contract }
    Course { Both, Swap, BackOnly }
    Path { Own, Users }
    Period { Hourly, Daily, Weekly, Monthly, Quarterly, Yearly }
    LockMode {
        AccessShare, RowShare, RowExclusive, ShareUpdateExclusive, Share, ShareRowExclusive, Exclusive,
        AccessExclusive
    }
    RightsOn { Table, Sequence, Function, Schema }
    ObjectKind {
        Table, Relation, Column, Default, NotNull, ReplacedKey, ReplacedColumn, Constraint, Trigger,
        Policy, Function, Type, Schema, Extension
    }
    Effect {
        Makes(name), IfThere(name), Unknown, Alters(table), AddsColumn { table, has_default },
        Renames(table), MakesInDatabase, Identifies, Removes { object, if_there }, Takes(object),
        ChangesPart { table, part }, ChangesSettings(name), Changes(name)
    }
    Work {
        Transaction(of), BuildIndex(of), DropIndex(of), Backfill(of), Convert(of), Removal(of),
        Compaction(of), Reindex(of), Partitions(of), NoRows(of), NonTransactional(of), SizeLimit(of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_in_order_is_read_in_order() {
        static TEXT: Packed = Packed::new("1:5:grant12:users to \u{e9}a1:2:\u{e9}0:0:0:0:0:", &[]);
        let [change] = TEXT.changes() else { panic!("one change") };
        assert_eq!((change.operation, change.subject), ("grant", "users to \u{e9}a"));
        assert_eq!(change.notes, ["\u{e9}"]);
    }

    #[test]
    #[should_panic(expected = "please report it: 1:5:gr")]
    fn what_ends_too_early_is_reported() {
        static TEXT: Packed = Packed::new("1:5:gr", &[]);
        TEXT.changes();
    }
}
