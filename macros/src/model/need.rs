//! The order in which a schema can be built from nothing.

use crate::model::Schema;
use crate::model::entity::{Entity, Kind};
use crate::syntax::constraint::Constraint;
use crate::syntax::lexer::names;
use crate::syntax::table::Table;

/// One thing to make.
#[derive(Clone, Copy)]
pub(crate) enum Item<'a> {
    Table(&'a Table),
    Entity(&'a Entity),
}

impl Schema {
    /// Everything, each after what it needs as far as names tell. Of what needs each other, the
    /// kind that comes first in general comes first.
    pub(crate) fn in_order_of_need(&self) -> Vec<Item<'_>> {
        let entities = self.entities.iter().map(Item::Entity);
        let mut left: Vec<Item> = self.tables().map(Item::Table).chain(entities).collect();
        left.sort_by_key(Item::rank);
        let mut ordered = Vec::new();
        while !left.is_empty() {
            let ready = |item: &Item| !left.iter().any(|other| item.needs(other));
            let (mut now, mut later): (Vec<Item>, Vec<Item>) =
                left.iter().copied().partition(ready);
            if now.is_empty() {
                now.push(later.remove(0));
            }
            ordered.extend(now);
            left = later;
        }
        ordered
    }
}

impl Item<'_> {
    /// Tables come after what their columns and checks may use.
    fn rank(&self) -> (Kind, bool) {
        match self {
            Item::Table(_) => (Kind::Function, true),
            Item::Entity(entity) => (entity.kind, false),
        }
    }

    fn needs(&self, other: &Item) -> bool {
        match (self, other) {
            (Item::Table(table), Item::Table(parent)) => {
                let mut parents = table.constraints.iter().filter_map(Constraint::parent);
                table.name != parent.name && parents.any(|name| *name == parent.name)
            }
            (Item::Table(table), Item::Entity(entity)) if entity.kind < Kind::Function => {
                entity.is_needed_by(table)
            }
            (Item::Table(table), Item::Entity(entity))
                if matches!(entity.kind, Kind::Function | Kind::Other) =>
            {
                let name = entity.name.name.text.as_str();
                table.sql().any(|sql| names(&sql).any(|word| word == name))
            }
            (Item::Table(_), Item::Entity(_)) => false,
            // The column that it belongs to is said when all tables are there.
            (Item::Entity(entity), Item::Table(_)) if entity.kind == Kind::Sequence => false,
            (Item::Entity(entity), Item::Table(table)) => entity.needs(&table.name),
            (Item::Entity(entity), Item::Entity(needed)) => {
                entity.object() != needed.object() && (entity.uses(needed) || entity.is_on(needed))
            }
        }
    }
}
