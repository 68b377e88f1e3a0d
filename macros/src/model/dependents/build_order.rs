//! The order in which a schema can be built from nothing.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::dependents::item::{self, Item};
use crate::model::dependents::spoken;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::model::{Schema, names as derived};
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::words::lexer::names;

impl Schema {
    /// Everything, each after what it needs as far as names tell. Where tables point at each other,
    /// foreign keys come after both; of what needs each other otherwise, the kind that comes first in
    /// general comes first.
    pub(crate) fn in_order_of_need(&self) -> Vec<Item<'_>> {
        let entities = self.entities.iter().filter(|entity| !self.is_stale(entity));
        let entities = entities.map(Item::Entity);
        let mut items: Vec<Item> = self.tables().map(Item::Table).chain(entities).collect();
        items.sort_by_key(Item::rank);
        let candidates = spoken::candidates(&items);
        let needs = candidates.into_iter().enumerate().map(|(at, others)| {
            let needed = others.into_iter().filter(|other| items[at].needs(&items[*other]));
            needed.collect()
        });
        Order::of(needs.collect()).walk(&items)
    }
}

impl Schema {
    /// Tells whether it is a comment on what is gone.
    fn is_stale(&self, entity: &Entity) -> bool {
        if !entity.is_comment() {
            return false;
        }
        let words: Vec<Cow<str>> = entity.create.iter().flat_map(|sql| names(sql)).collect();
        // Behind `is` stands a string, which is no name, or `e'…'`.
        let end = words.iter().rposition(|word| word == "is").unwrap_or(words.len());
        let [_, _, kind, path @ ..] = &words[..end] else { return false };
        let (Some(first), Some(last)) = (path.first(), path.last()) else { return false };
        let is = |kind: Kind, name: &str, on: Option<&str>| {
            self.entities(kind).any(|it| {
                let table = it.on.as_ref().map(|table| table.name.text.as_str());
                it.name.name.text == name && (on.is_none() || on == table)
            })
        };
        let has_key = || self.tables().any(|table| item::keys(table).any(|key| key == last));
        let (name, is_there) = match kind.as_ref() {
            "policy" => (first, is(Kind::Policy, first, Some(last))),
            "trigger" => (first, is(Kind::Trigger, first, Some(last))),
            "view" => (last, is(Kind::View, last, None)),
            "materialized" => (last, is(Kind::MaterializedView, last, None)),
            "index" => (last, is(Kind::Index, last, None) || has_key()),
            "function" => {
                let named = path.iter().take(2).any(|name| is(Kind::Function, name, None));
                (path.get(1).unwrap_or(first), named)
            }
            "sequence" => (last, is(Kind::Sequence, last, None) || self.numbers_columns(last)),
            _ => return false,
        };
        let is_raw = |it: &Entity| !it.is_comment() && it.mentions(name);
        !is_there && !self.entities(Kind::Other).any(is_raw)
    }

    /// Tells whether it is the sequence of an identity.
    fn numbers_columns(&self, name: &str) -> bool {
        self.tables().any(|table| {
            let mut numbered = table.columns.iter().filter(|column| column.identity.is_some());
            numbered.any(|column| derived::sequence(&table.name, &column.name).name == *name)
        })
    }
}

/// Who needs whom, by their places, while one after the other is made.
struct Order {
    /// What each needs.
    needs: Vec<Vec<usize>>,
    /// Who needs it.
    users: Vec<Vec<usize>>,
    /// How many of its needs are not met yet.
    unmet: Vec<usize>,
    left: BTreeSet<usize>,
}

impl Order {
    fn of(needs: Vec<Vec<usize>>) -> Self {
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
        for (at, needed) in needs.iter().enumerate() {
            for other in needed {
                users[*other].push(at);
            }
        }
        let unmet = needs.iter().map(Vec::len).collect();
        Order { left: (0..needs.len()).collect(), needs, users, unmet }
    }

    fn walk<'a>(mut self, items: &[Item<'a>]) -> Vec<Item<'a>> {
        let mut ordered = Vec::new();
        // Tables, and those that keys of theirs wait for.
        let mut waiting: Vec<(usize, usize)> = Vec::new();
        let mut held: Vec<usize> =
            self.left.iter().copied().filter(|at| self.unmet[*at] == 0).collect();
        let mut now = self.in_turn(&mut held, items);
        while let Some(&first) = self.left.first() {
            if now.is_empty() {
                let table = self.left.iter().copied().find(|at| self.is_in_circle(*at, items));
                waiting.extend(table.into_iter().flat_map(|at| {
                    self.needs[at]
                        .iter()
                        .filter(|it| self.left.contains(it))
                        .map(move |it| (at, *it))
                }));
                now.push(table.unwrap_or(first));
            }
            ordered.extend(now.iter().map(|at| items[*at]));
            let made = std::mem::take(&mut now);
            for (table, parent) in waiting.extract_if(.., |(_, parent)| made.contains(parent)) {
                ordered.extend(keys(items[table], items[parent]));
            }
            held.extend(self.freed_by(&made));
            held.sort_unstable();
            now = self.in_turn(&mut held, items);
        }
        ordered
    }

    /// Of what needs nothing more, all but the raw statements that come after another: one may alter
    /// what another makes. If there is nothing else, these too.
    fn in_turn(&self, ready: &mut Vec<usize>, items: &[Item]) -> Vec<usize> {
        let first = self.left.iter().copied().find(|at| items[*at].is_raw() && !ready.contains(at));
        let comes_later =
            |at: &usize| items[*at].is_raw() && first.is_some_and(|first| first < *at);
        let (later, now): (Vec<usize>, Vec<usize>) = ready.drain(..).partition(comes_later);
        if now.is_empty() {
            return later;
        }
        *ready = later;
        now
    }

    /// Notes what is made, and gives what needs nothing more.
    fn freed_by(&mut self, made: &[usize]) -> Vec<usize> {
        for at in made {
            self.left.remove(at);
        }
        let mut freed = Vec::new();
        for user in made.iter().flat_map(|at| &self.users[*at]) {
            self.unmet[*user] -= 1;
            if self.unmet[*user] == 0 && self.left.contains(user) {
                freed.push(*user);
            }
        }
        freed.sort_unstable();
        freed
    }

    /// Tells whether it is a table whose needs are nothing but tables that need it in their turn.
    fn is_in_circle(&self, at: usize, items: &[Item]) -> bool {
        let needed = self.needed_by(at);
        let is_of_circle = |other: &usize| {
            matches!(items[*other], Item::Table(_)) && self.needed_by(*other).contains(&at)
        };
        needed.contains(&at) && needed.iter().all(is_of_circle)
    }

    /// All that is left and that it needs, or what that needs.
    fn needed_by(&self, at: usize) -> BTreeSet<usize> {
        let (mut found, mut open) = (BTreeSet::new(), vec![at]);
        while let Some(next) = open.pop() {
            let needed = self.needs[next].iter().filter(|it| self.left.contains(it));
            open.extend(needed.filter(|it| found.insert(**it)));
        }
        found
    }
}

/// The foreign keys of one table to another.
fn keys<'a>(table: Item<'a>, parent: Item<'a>) -> Vec<Item<'a>> {
    let (Item::Table(table), Item::Table(parent)) = (table, parent) else { return Vec::new() };
    let points = |item: &&Constraint| item.parent() == Some(&parent.name);
    table.constraints.iter().filter(points).map(|key| Item::Key(table, key)).collect()
}
