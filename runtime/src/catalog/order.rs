//! The order in which each object can be made: by kind, and after all that it needs.

use std::collections::HashMap;

use crate::catalog::declaration::{Declaration, DeclaredKind, ObjectId, QualifiedName};
use crate::session::executor::Rows;

/// What needs what: the catalog and the number of an object, and of one that it needs.
pub(crate) const SQL: &str = include_str!("order.sql");

/// What each object needs, as `pg_depend` has it.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    objects: HashMap<ObjectId, Vec<ObjectId>>,
    /// The table to whose column a sequence belongs.
    owners: HashMap<ObjectId, Vec<ObjectId>>,
}

impl Needs {
    /// Reads what [`SQL`] has found.
    pub(crate) fn of(rows: &Rows) -> Needs {
        let mut all = Needs::default();
        let id = |catalog: Option<u32>, oid: Option<u32>| {
            Some(ObjectId { catalog: catalog?, oid: oid? })
        };
        for row in rows.iter() {
            let of = id(row.number(0), row.number(1));
            let needed = id(row.number(2), row.number(3));
            if let (Some(of), Some(needed)) = (of, needed) {
                let map = match row.text(4) {
                    "owner" => &mut all.owners,
                    _ => &mut all.objects,
                };
                map.entry(of).or_default().push(needed);
            }
        }
        all
    }

    /// The table to whose column a sequence belongs.
    pub(crate) fn owner_of(&self, sequence: ObjectId) -> &[ObjectId] {
        self.owners.get(&sequence).map_or(&[], Vec::as_slice)
    }

    /// Returns what an object needs. Foreign keys are objects of their own: a table can be without
    /// them.
    pub(crate) fn of_object(&self, id: ObjectId) -> &[ObjectId] {
        self.objects.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// Puts each declaration behind all that it needs, and what is a part of a table or says more of an
/// object as near to that as can be; where nothing else tells, they are in the order of their kinds,
/// schemas and names. Of a circle the one that comes first by that comes first.
pub(crate) fn in_order(mut declarations: Vec<Declaration>, needs: &Needs) -> Vec<Declaration> {
    declarations.sort_by(|one, other| key(one).cmp(&key(other)));
    let makers = Makers::of(&declarations);
    let needed: Vec<Vec<usize>> =
        (declarations.iter().enumerate()).map(|(at, one)| makers.needed(at, one, needs)).collect();
    let wholes: Vec<Option<usize>> =
        declarations.iter().enumerate().map(|(at, one)| makers.whole(at, one)).collect();
    let order = with_parts(&behind_needs(&needed), &needed, &wholes);
    let mut declarations: Vec<Option<Declaration>> = declarations.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| declarations.get_mut(at).and_then(Option::take)).collect()
}

/// Each place behind those that it needs.
fn behind_needs(needed: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(needed.len());
    let mut seen = vec![false; needed.len()];
    for start in 0..needed.len() {
        let mut path: Vec<(usize, usize)> = Vec::new();
        if !seen[start] {
            seen[start] = true;
            path.push((start, 0));
        }
        while let Some((at, next)) = path.last_mut() {
            if let Some(before) = needed[*at].get(*next).copied() {
                *next += 1;
                if !seen[before] {
                    seen[before] = true;
                    path.push((before, 0));
                }
            } else {
                order.push(*at);
                path.pop();
            }
        }
    }
    order
}

/// The order with each part of something as soon as all is there that it needs.
fn with_parts(order: &[usize], needed: &[Vec<usize>], wholes: &[Option<usize>]) -> Vec<usize> {
    let mut waits: Vec<usize> = needed.iter().map(Vec::len).collect();
    let mut awaited: Vec<Vec<usize>> = vec![Vec::new(); order.len()];
    for at in order {
        needed[*at].iter().for_each(|before| awaited[*before].push(*at));
    }
    let mut found = Vec::with_capacity(order.len());
    let mut is_done = vec![false; order.len()];
    for at in order {
        let mut ready = vec![*at];
        while let Some(at) = ready.pop() {
            if std::mem::replace(&mut is_done[at], true) {
                continue;
            }
            found.push(at);
            for next in awaited[at].iter().rev() {
                waits[*next] -= 1;
                if waits[*next] == 0 && wholes[*next].is_some() {
                    ready.push(*next);
                }
            }
        }
    }
    found
}

fn key(one: &Declaration) -> (DeclaredKind, bool, &str, Option<&str>, &str, &str) {
    let on = one.on.as_ref().map(|on| on.name.as_str());
    // What stands inside of a table keeps the order in which it was read.
    let [name, text] = if one.is_item() { ["", ""] } else { [&one.name.name, one.text.as_str()] };
    // It may need a key of any table, or a unique index.
    let is_foreign_key = !one.is_item()
        && one.kind == DeclaredKind::Constraint
        && one.text.contains(" FOREIGN KEY ");
    let kind = if is_foreign_key { DeclaredKind::Index } else { one.kind };
    (kind, is_foreign_key, one.name.schema.as_str(), on, name, text)
}

/// The places of what makes each object: one of its declarations does, the others say more of it.
struct Makers<'a> {
    objects: HashMap<ObjectId, usize>,
    schemas: HashMap<&'a str, usize>,
    /// Those that have parts.
    names: HashMap<&'a QualifiedName, usize>,
    /// Of tables the foreign keys that stand inside of them.
    keys: HashMap<&'a QualifiedName, Vec<ObjectId>>,
}

impl<'a> Makers<'a> {
    fn of(declarations: &'a [Declaration]) -> Makers<'a> {
        use DeclaredKind::{Grant, ReplicaIdentity, RowSecurity, Schema};
        let says_more = |one: &Declaration| {
            one.is_item() || matches!(one.kind, Grant | ReplicaIdentity | RowSecurity)
        };
        let all = || declarations.iter().enumerate().filter(|(_, one)| !says_more(one));
        let (mut objects, mut schemas) = (HashMap::new(), HashMap::new());
        let mut names = HashMap::new();
        for (at, one) in all().filter(|(_, one)| one.on.is_none()) {
            objects.entry(one.id).or_insert(at);
            names.entry(&one.name).or_insert(at);
            if one.kind == Schema {
                schemas.insert(one.name.name.as_str(), at);
            }
        }
        // A trigger, or a partition.
        for (at, one) in all() {
            objects.entry(one.id).or_insert(at);
            if one.kind.has_parts() {
                names.entry(&one.name).or_insert(at);
            }
        }
        let mut keys: HashMap<&QualifiedName, Vec<ObjectId>> = HashMap::new();
        for one in declarations.iter().filter(|one| one.is_item()) {
            keys.entry(one.on.as_ref().unwrap_or(&one.name)).or_default().push(one.id);
        }
        Makers { objects, schemas, names, keys }
    }

    /// The places of what a declaration needs, in order.
    fn needed(&self, at: usize, one: &Declaration, needs: &Needs) -> Vec<usize> {
        let is_maker = self.objects.get(&one.id) == Some(&at);
        let ids = std::iter::once(&one.id).chain(needs.of_object(one.id));
        let keys = self.keys.get(&one.name).into_iter().flatten().filter(|_| one.on.is_none());
        let keys = keys.flat_map(|key| needs.of_object(*key));
        let owners = needs.owners.get(&one.id).into_iter().flatten().filter(|_| !is_maker);
        let ids = ids.chain(keys).chain(owners);
        let mut places: Vec<usize> = ids.filter_map(|id| self.objects.get(id).copied()).collect();
        places.extend(self.schemas.get(one.name.schema.as_str()));
        places.extend(self.whole(at, one));
        places.retain(|place| *place != at);
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The place of what a declaration is a part of, or says more of.
    fn whole(&self, at: usize, one: &Declaration) -> Option<usize> {
        let by_name = one.on.as_ref().and_then(|on| self.names.get(on));
        let by_id = || self.objects.get(&one.id).filter(|place| **place != at);
        by_name.or_else(by_id).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn declaration(kind: DeclaredKind, oid: u32, name: &str) -> Declaration {
        Declaration {
            kind,
            id: ObjectId { catalog: 1, oid },
            name: QualifiedName { schema: "public".into(), name: name.into() },
            on: None,
            text: format!("{name};"),
            unsaid: None,
        }
    }

    fn needs(edges: impl IntoIterator<Item = (u32, u32)>) -> Needs {
        let row = |(of, needed): (u32, u32)| {
            [1, of, 1, needed].map(|number| Some(number.to_string())).to_vec()
        };
        Needs::of(&Rows::new(edges.into_iter().map(row).collect(), 0))
    }

    fn names(declarations: Vec<Declaration>, edges: &[(u32, u32)]) -> String {
        let ordered = in_order(declarations, &needs(edges.iter().copied()));
        ordered.into_iter().map(|one| one.name.name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_needed_comes_first_and_kinds_tell_otherwise() {
        use DeclaredKind::{Function, Grant, Other, Table, View};
        let all = || {
            vec![
                declaration(Grant, 1, "grant"),
                declaration(View, 1, "view"),
                declaration(View, 2, "a_view"),
                declaration(Function, 3, "function"),
                declaration(Function, 4, "other_function"),
                declaration(Table, 5, "table"),
                declaration(Other, 6, "collation"),
            ]
        };
        assert_eq!(names(all(), &[]), "function other_function table a_view view grant collation");
        // A function of the rows of a table, a table with a collation, a view of a view.
        assert_eq!(
            names(all(), &[(3, 5), (5, 6), (2, 1), (1, 3)]),
            "collation table function other_function view grant a_view"
        );
    }

    #[test]
    fn a_circle_is_broken_in_one_way() {
        use DeclaredKind::Table;
        let tables = [("b", 1), ("a", 2), ("c", 3)];
        let all: Vec<Declaration> =
            tables.iter().map(|(name, oid)| declaration(Table, *oid, name)).collect();
        let edges = [(1, 2), (2, 3), (3, 1)];
        assert_eq!(names(all.clone(), &edges), "b c a");
        assert_eq!(names(all.into_iter().rev().collect(), &edges), "b c a");
    }

    #[test]
    fn ten_thousand_tables_in_a_row_are_ordered() {
        const MANY: u32 = 10_000;
        let tables = (0..MANY).map(|at| declaration(DeclaredKind::Table, at, &format!("t{at:05}")));
        let begun = Instant::now();
        let ordered = in_order(tables.collect(), &needs((0..MANY - 1).map(|at| (at, at + 1))));
        assert_eq!(ordered.first().map(|one| one.id.oid), Some(MANY - 1));
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}
