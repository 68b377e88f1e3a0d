//! What a change counts on in the database: objects that have to be there, and names that have to be
//! free.

use crate::model::parts::entity::Entity;
use crate::model::{Claim, Kind, Object, Schema};
use crate::plan::{Dropped, ObjectKind};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::Name;

/// Objects by the names that the server has them by. Those that are there go along with how a macro
/// says them, where one does.
#[derive(Default)]
pub(crate) struct Needed {
    pub(crate) there: Vec<Dropped>,
    pub(crate) free: Vec<Dropped>,
}

impl Needed {
    /// The claims on what a schema has before the change.
    pub(crate) fn before(claims: &[Claim], schema: &Schema) -> Needed {
        let there = all(claims, schema).filter(|one| one.kind != ObjectKind::Column);
        Needed { there: there.collect(), free: Vec::new() }
    }

    /// With those on what it has only afterwards.
    pub(crate) fn and_after(mut self, was: &[&Claim], schema: &Schema) -> Needed {
        let new = was.iter().filter_map(|claim| found(schema, &claim.object));
        self.free = new.map(|one| Dropped { with: Vec::new(), ..one }).collect();
        self
    }

    /// Leaves out what an earlier change of the migration has made or taken.
    pub(crate) fn without(&mut self, earlier: &[&Needed]) {
        let made = || earlier.iter().flat_map(|one| &one.free);
        let is_made = |one: &Dropped| {
            made().any(|other| {
                is_same(one, other) || other.kind == ObjectKind::Table && other.name == one.name
            })
        };
        self.there.retain(|one| !is_made(one));
        let is_taken = |one: &Dropped| {
            earlier.iter().flat_map(|one| &one.there).any(|other| is_same(one, other))
        };
        self.free.retain(|one| !is_made(one) && !is_taken(one));
    }
}

/// The claims on what a schema does not have.
pub(crate) fn absent<'a>(claims: &'a [Claim], schema: &Schema) -> Vec<&'a Claim> {
    claims.iter().filter(|claim| found(schema, &claim.object).is_none()).collect()
}

fn all<'a>(claims: &'a [Claim], schema: &'a Schema) -> impl Iterator<Item = Dropped> + 'a {
    claims.iter().filter_map(|claim| found(schema, &claim.object))
}

fn is_same(one: &Dropped, other: &Dropped) -> bool {
    (&one.name, &one.part) == (&other.name, &other.part)
}

/// An object of the schema, as the server is asked for it.
fn found(schema: &Schema, object: &Object) -> Option<Dropped> {
    match object {
        Object::Table(table) => {
            // A partition is a table to the server, and becomes one to the history.
            let is = |one: &&Entity| one.name.to_string() == *table;
            let partition = || Some(schema.entities(Kind::Partition).find(is)?.name.quoted());
            let table = schema.table_of_key(table).map(|table| table.name.quoted());
            Some(Dropped::object(ObjectKind::Table, table.or_else(partition)?))
        }
        Object::Column(table, column) => {
            let table = schema.table_of_key(table)?;
            table.column(column)?;
            Some(Dropped::part(ObjectKind::Column, &table.name, column))
        }
        Object::Constraint(table, name) => constraint(schema.table_of_key(table)?, name),
        Object::Index(of, name) => index(schema, of, name),
        Object::Entity(..) => entity(schema.entity_of(object)?),
    }
}

fn constraint(table: &Table, name: &str) -> Option<Dropped> {
    let is = |known: &Name| known == name;
    let item = table.constraints.iter().find(|item| item.name.as_ref().is_some_and(is))?;
    let found = Dropped::part(ObjectKind::Constraint, &table.name, name);
    Some(Dropped { with: vec![item.to_string()], ..found })
}

fn index(schema: &Schema, of: &str, name: &str) -> Option<Dropped> {
    let is = |known: Option<&Name>| known.is_some_and(|known| known == name);
    let tables = schema.tables_with_relation(name).filter(|table| table.name.schema() == of);
    tables.into_iter().find_map(|table| {
        let own = table.indexes.iter().find(|index| is(index.name.as_ref()));
        let own = own.map(|index| vec![index.to_string(), table.name.quoted()]);
        let mut keys = table.constraints.iter().filter(|item| item.has_index());
        let with = own.or_else(|| keys.any(|item| is(item.name.as_ref())).then(Vec::new))?;
        Some(Dropped { with, ..Dropped::object(ObjectKind::Relation, table.name.sibling(name)) })
    })
}

/// What an extension or a schema has may be there before, and partitions come and go by hand.
fn entity(entity: &Entity) -> Option<Dropped> {
    let name = entity.name.quoted();
    let part = |kind| {
        let on = entity.on.as_ref()?;
        Some(Dropped::part(kind, on, &entity.name.name.text))
    };
    match entity.kind {
        Kind::View | Kind::MaterializedView | Kind::Sequence | Kind::Index => {
            Some(Dropped::object(ObjectKind::Relation, name))
        }
        Kind::Partition => Some(Dropped::object(ObjectKind::Table, name)),
        Kind::Enum | Kind::Domain => Some(Dropped::object(ObjectKind::Type, name)),
        Kind::Function => {
            let signature = entity.signature();
            Some(Dropped::object(ObjectKind::Function, format!("{name}({signature})")))
        }
        Kind::Trigger => part(ObjectKind::Trigger),
        Kind::Policy => part(ObjectKind::Policy),
        Kind::Schema
        | Kind::Extension
        | Kind::RowSecurity
        | Kind::ReplicaIdentity
        | Kind::PartitionRule
        | Kind::Grant
        | Kind::Other => None,
    }
}
