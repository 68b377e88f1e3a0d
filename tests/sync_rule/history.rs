//! Random histories of old, new and dual writers and of a backfill between them.

use std::fmt;

use proptest::prelude::*;
use proptest::sample::select;

use crate::model::{Column, Rule, Value, Written};

#[derive(Debug, Clone)]
pub(crate) enum Action {
    Insert(Written),
    Copy(Written),
    /// The row's number is taken modulo the rows there are.
    Update(usize, Written),
    /// On a row that is there or, at the end of the numbers, on a new one.
    Upsert(usize, Written),
    /// Writes back what it read, as an object mapper does that knows only whole rows.
    WriteBack(usize, Side),
    Delete(usize),
    /// Fills the rows in this range of line pointers.
    Backfill(u8, u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Old,
    New,
    Both,
}

#[derive(Clone)]
pub(crate) struct History {
    /// The old values of the rows from before the expansion.
    pub(crate) before: Vec<Vec<Value>>,
    pub(crate) actions: Vec<Action>,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  rows from before: {:?}", self.before)?;
        self.actions.iter().try_for_each(|action| writeln!(f, "  {action:?}"))
    }
}

pub(crate) fn any(rule: &Rule) -> impl Strategy<Value = History> + use<> {
    let row: Vec<_> = rule.old.iter().map(value).collect();
    let before = prop::collection::vec(row, 1..5);
    let actions = prop::collection::vec(action(rule), 1..24);
    (before, actions).prop_map(|(before, actions)| History { before, actions })
}

/// The one write that the rule takes for none, and the fill that follows.
pub(crate) fn null_over_a_null_not_filled_yet() -> History {
    let null_by_the_new_side = Written { o: vec![None], n: vec![Some(None)] };
    History {
        before: vec![vec![Some("a".to_owned())]],
        actions: vec![Action::Update(0, null_by_the_new_side)],
    }
}

fn action(rule: &Rule) -> impl Strategy<Value = Action> + use<> {
    let row = 0..8usize;
    prop_oneof![
        2 => written(rule).prop_map(Action::Insert),
        1 => written(rule).prop_map(Action::Copy),
        6 => (row.clone(), written(rule)).prop_map(|(row, written)| Action::Update(row, written)),
        3 => (row.clone(), written(rule)).prop_map(|(row, written)| Action::Upsert(row, written)),
        2 => (row.clone(), select(vec![Side::Old, Side::New, Side::Both]))
            .prop_map(|(row, side)| Action::WriteBack(row, side)),
        1 => row.prop_map(Action::Delete),
        2 => (0..40u8, 0..40u8).prop_map(|(from, to)| Action::Backfill(from, to)),
    ]
}

/// An old writer, a new one, one that does both, or one that knows neither; where a shape has
/// several columns, each may be left out.
fn written(rule: &Rule) -> impl Strategy<Value = Written> + use<> {
    let (o, n) = (|| side(rule.old), || side(rule.new));
    let (no_o, no_n) = (vec![None; rule.old.len()], vec![None; rule.new.len()]);
    let neither = Written { o: no_o.clone(), n: no_n.clone() };
    prop_oneof![
        3 => o().prop_map(move |o| Written { o, n: no_n.clone() }),
        3 => n().prop_map(move |n| Written { o: no_o.clone(), n }),
        2 => (o(), n()).prop_map(|(o, n)| Written { o, n }),
        1 => Just(neither),
    ]
}

fn side(columns: &'static [Column]) -> impl Strategy<Value = Vec<Option<Value>>> {
    let chances = if columns.len() == 1 { 7u8 } else { 10 };
    let one = |column| (0..chances, value(column)).prop_map(|(n, value)| (n < 7).then_some(value));
    columns.iter().map(one).collect::<Vec<_>>()
}

fn value(column: &Column) -> impl Strategy<Value = Value> + use<> {
    select(column.values).prop_map(|value| value.map(str::to_owned))
}
