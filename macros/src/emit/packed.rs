//! The changes of a migration as one text, which the runtime reads when it is first asked for them.
//!
//! As struct literals they would be most of what a history costs its service's build: the compiler
//! would check the type of each field of each statement. The text has the values in the order of
//! the runtime's fields, `runtime/src/migration/packed.rs`: a number with a colon behind it; a text, a
//! list or a choice with its number of bytes or items, or whether it is there, in front.

use std::fmt::Debug;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::change::Change;
use crate::plan::agreement::{Agreement, Equality};
use crate::plan::footprint::effect::Effect;
use crate::plan::footprint::known::Known;
use crate::plan::objects::rights::Rights;
use crate::plan::{
    Backfill, Cleanup, Compaction, Condition, Convert, Course, Dropped, Index, KeptPartitions,
    Lock, Mode, NoRows, NonTransactional, ObjectKind, Path, Phase, Removal, SizeLimit, Statement,
    Step, Work,
};
use crate::syntax::objects::grant::Kind;
use crate::syntax::tables::period::{Behind, PartitionRule, Period};

/// What has been written so far, and the functions of the user's, which it has by their places.
#[derive(Default)]
pub(crate) struct Packed {
    pub(crate) text: String,
    pub(crate) functions: Vec<syn::Path>,
}

impl Packed {
    pub(crate) fn of<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Self {
        let mut packed = Packed::default();
        packed.list(changes);
        packed
    }

    /// The functions as the runtime calls them.
    pub(super) fn functions(&self) -> impl Iterator<Item = TokenStream> {
        self.functions.iter().map(|function| {
            let name = path(function);
            quote! { ConvertFn::new(#name, |rows| converting(rows, #function)) }
        })
    }

    fn number(&mut self, number: u64) {
        self.text.push_str(&number.to_string());
        self.text.push(':');
    }

    fn list(&mut self, items: impl IntoIterator<Item = impl Pack>) {
        let items: Vec<_> = items.into_iter().collect();
        self.number(items.len() as u64);
        for item in &items {
            item.pack(self);
        }
    }
}

/// What has a place in the text.
trait Pack {
    fn pack(&self, to: &mut Packed);
}

impl<T: Pack + ?Sized> Pack for &T {
    fn pack(&self, to: &mut Packed) {
        (**self).pack(to);
    }
}

impl Pack for str {
    fn pack(&self, to: &mut Packed) {
        to.number(self.len() as u64);
        to.text.push_str(self);
    }
}

impl Pack for String {
    fn pack(&self, to: &mut Packed) {
        self.as_str().pack(to);
    }
}

impl Pack for bool {
    fn pack(&self, to: &mut Packed) {
        to.number(u64::from(*self));
    }
}

impl Pack for u64 {
    fn pack(&self, to: &mut Packed) {
        to.number(*self);
    }
}

impl<T: Pack> Pack for Option<T> {
    fn pack(&self, to: &mut Packed) {
        to.list(self);
    }
}

impl<T: Pack> Pack for Vec<T> {
    fn pack(&self, to: &mut Packed) {
        to.list(self);
    }
}

impl<A: Pack, B: Pack> Pack for (A, B) {
    fn pack(&self, to: &mut Packed) {
        self.0.pack(to);
        self.1.pack(to);
    }
}

macro_rules! structs {
    ($($name:ident { $($field:ident),* })*) => {
        $(impl Pack for $name {
            fn pack(&self, to: &mut Packed) {
                $(self.$field.pack(to);)*
            }
        })*
    };
}

structs! {
    Equality { holds, failing }
    Known { table, name, ty, not_null, default, generated, identity, collate }
    Step { phase, why, work, course, undo }
    Statement { sql, locks, effects, reads_rows, path, only_if, rights, why }
    Dropped { kind, name, part, with }
    Lock { table, mode }
    Condition { query, when }
    Rights { on, name, types, privileges, roles, given }
    Index { name, table, unique, definition, create, drop, analyze }
    Convert { table, key, read, write, pending, function }
    Compaction { table, least, truncates, fires }
    KeptPartitions { table, rule, locks }
    PartitionRule { period, ahead, behind }
    Behind { keep, drops }
    Removal { table, named, condition, into, returns, locks }
    NoRows { table, violation, problem, help }
    NonTransactional { statement, done, mend }
    Cleanup { when, statement }
    SizeLimit { table, max_rows, reason }
}

macro_rules! words {
    ($($name:ident)*) => {
        $(impl Pack for $name {
            fn pack(&self, to: &mut Packed) {
                word(self).pack(to);
            }
        })*
    };
}

words! { Phase Course Path Mode ObjectKind Kind Period }

/// The runtime's variant, which is called as ours is.
pub(super) fn word(ours: &impl Debug) -> String {
    format!("{ours:?}")
}

fn path(function: &syn::Path) -> String {
    function.to_token_stream().to_string().replace(' ', "")
}

impl Pack for syn::Path {
    fn pack(&self, to: &mut Packed) {
        to.number(to.functions.len() as u64);
        to.functions.push(self.clone());
    }
}

impl Pack for Change {
    fn pack(&self, to: &mut Packed) {
        self.operation.pack(to);
        self.subject.pack(to);
        self.plan.notes.pack(to);
        to.list(self.made.from.iter().map(|(table, column)| Known::of(table, column)));
        self.needed.there.pack(to);
        self.needed.free.pack(to);
        self.agrees.pack(to);
        self.plan.steps.pack(to);
    }
}

impl Pack for Agreement {
    fn pack(&self, to: &mut Packed) {
        self.table.pack(to);
        self.differing.pack(to);
        self.since.unwrap_or(Phase::Migrate).pack(to);
        self.until.pack(to);
        self.ways.pack(to);
        self.unverified.pack(to);
    }
}

impl Pack for Work {
    fn pack(&self, to: &mut Packed) {
        let (word, content): (&str, &dyn Pack) = match self {
            Work::Transaction(statements) => ("Transaction", statements),
            Work::BuildIndex(of) => ("BuildIndex", of),
            Work::DropIndex(of) => ("DropIndex", of),
            Work::Backfill(of) => ("Backfill", of),
            Work::Convert(of) => ("Convert", of),
            Work::Removal(of) => ("Removal", of),
            Work::Compaction(of) => ("Compaction", of),
            Work::Reindex(of) => ("Reindex", of),
            Work::Partitions(of) => ("Partitions", of),
            Work::NoRows(of) => ("NoRows", of),
            Work::NonTransactional(of) => ("NonTransactional", of),
            Work::SizeLimit(of) => ("SizeLimit", of),
        };
        word.pack(to);
        content.pack(to);
    }
}

impl Pack for Backfill {
    fn pack(&self, to: &mut Packed) {
        self.table.pack(to);
        self.assignments().pack(to);
        self.pending.pack(to);
    }
}

impl Pack for Effect {
    fn pack(&self, to: &mut Packed) {
        let (word, content): (&str, &[&dyn Pack]) = match self {
            Effect::Makes(name) => ("Makes", &[name]),
            Effect::IfThere(name) => ("IfThere", &[name]),
            Effect::Unknown => ("Unknown", &[]),
            Effect::Alters(table) => ("Alters", &[table]),
            Effect::AddsColumn { table, has_default } => ("AddsColumn", &[table, has_default]),
            Effect::Renames(table) => ("Renames", &[table]),
            Effect::MakesInDatabase => ("MakesInDatabase", &[]),
            Effect::Identifies => ("Identifies", &[]),
            Effect::Removes { object, if_there } => ("Removes", &[object, if_there]),
            Effect::Takes(object) => ("Takes", &[object]),
            Effect::ChangesPart { table, part } => ("ChangesPart", &[table, part]),
            Effect::ChangesSettings(name) => ("ChangesSettings", &[name]),
            Effect::Changes(name) => ("Changes", &[name]),
        };
        word.pack(to);
        for one in content {
            one.pack(to);
        }
    }
}
