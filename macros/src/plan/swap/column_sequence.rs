//! The sequences that a column takes its numbers from, and how far these go when its type changes.

use crate::model::Kind;
use crate::model::Schema;
use crate::model::parts::entity::Entity;
use crate::plan::objects::sequence;
use crate::plan::{NoRows, Statement};
use crate::syntax::objects::sequence::{Owner, Sequence, Width};
use crate::syntax::tables::column::Column;
use crate::syntax::values::types::Family;
use crate::syntax::words::name::{Name, TableName};

/// A sequence of the schema that belongs to a column, or that its default names, as `serial` made
/// one.
#[derive(Clone)]
pub(crate) struct ColumnSequence {
    name: TableName,
    was: Sequence,
    /// The type that it grows to, where the column's new one has more room than it has.
    wider: Option<Width>,
}

impl ColumnSequence {
    pub(crate) fn of(schema: &Schema, table: &TableName, old: &Column, new: &Column) -> Vec<Self> {
        let sequences = schema.entities(Kind::Sequence).filter_map(|entity| {
            let (name, was) = (entity.name.clone(), sequence::options(entity));
            let wider = match new.ty.family {
                Family::Integer { bits } if bits > was.bits() => {
                    Some(Width { bits, span: new.ty.span })
                }
                _ => None,
            };
            let belongs = owns(&was, table, &old.name) || entity.numbers(old);
            belongs.then_some(ColumnSequence { name, was, wider })
        });
        sequences.collect()
    }

    pub(crate) fn name(&self) -> &TableName {
        &self.name
    }

    /// Returns what narrowing it again would fail on, where it grows.
    pub(crate) fn asked(&self) -> Option<NoRows> {
        self.wider.map(|_| sequence::within(&self.name, &self.was))
    }

    fn change(&self) -> Option<Sequence> {
        let ty = Some(self.wider?);
        Some(Sequence { ty, ..Sequence::default() })
    }

    pub(crate) fn grow(&self) -> Option<Statement> {
        let grow = sequence::alter(&self.name, &self.change()?);
        Some(grow.why("its numbers go as far as the column's new type"))
    }

    pub(crate) fn shrink(&self) -> Option<Statement> {
        Some(sequence::restore(&self.name, &self.was, &self.change()?))
    }

    /// The sequence as it is afterwards, where it grows.
    pub(crate) fn grown(&self) -> Option<Entity> {
        Some(sequence::entity(&self.name, &self.was.with(&self.change()?)))
    }
}

fn owns(sequence: &Sequence, table: &TableName, column: &Name) -> bool {
    matches!(&sequence.owner, Some(Owner::Column(owner))
        if owner.table == *table && owner.name == *column)
}
