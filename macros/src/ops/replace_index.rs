//! `replace_index!(users_email_idx => users(email, id), unique)`: catalog C3. The new index is
//! there before the old one goes, and gets its name.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::kinds::replica::check_fit;
use crate::model::names::{self, Position};
use crate::model::{Claim, Facet, Object, Role, Schema};
use crate::plan::Direct;
use crate::plan::objects::materialized;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::violation;
use crate::plan::sql::ddl;
use crate::plan::sql::index;
use crate::plan::swap::dependents;
use crate::plan::{Phase, Step, Work};
use crate::syntax::indexes::index::Index;
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct ReplaceIndex {
    /// The index with its schema.
    old: TableName,
    table: TableName,
    /// What it will be, under the name that it has until the contract.
    new: Index,
    temporary: Name,
}

impl Operation for ReplaceIndex {
    /// The index as it was.
    type Facts = Index;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let old: TableName = input.parse()?;
        input.parse::<Token![=>]>()?;
        let table: TableName = input.parse()?;
        let mut new = Index::parse(table.span(), input, errors)?;
        if let Some(name) = &new.name {
            errors
                .at(name.span, "an index that takes another's place takes its name too")
                .help(format_args!("rename_index!({old} => {name}); in a migration of its own"));
        }
        let temporary = names::replacement(&table, &old.name);
        new.name = Some(temporary.clone());
        Ok(ReplaceIndex { old, table, new, temporary })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        schema.assume_index(&self.old, Some(&self.table), errors);
        schema.alter(&self.table, |table| {
            for name in self.new.columns() {
                table.add(ColumnDef::bare(name.clone()));
            }
        });
    }

    fn claims(&self) -> Vec<Claim> {
        let partitions = Object::partitions(&self.table).at(self.old.span()).of(Facet::Rows);
        vec![Object::index(&self.old, &self.old.name).at(self.old.span()), partitions]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Index> {
        let (table, old) = &schema.index(&self.old, errors)?;
        if table.name != self.table {
            let (name, on) = (&self.old, &table.name);
            errors.at(self.table.span(), format_args!("index `{name}` is on `{on}`")).help(on);
            return None;
        }
        for column in self.new.columns() {
            schema.column_of(table, column, errors);
        }
        schema.expressions_of_index(&self.new, table, errors);
        if self.new.unique {
            let columns: Vec<Name> = self.new.key_columns().cloned().collect();
            table.check_unique_key(&columns, self.new.span, errors);
        }
        schema.keeps_refreshable(table, &self.old, Some(&self.new), errors);
        if schema.identifies(&table.name, &self.old.name) {
            check_fit(table, &self.named(), self.new.span, errors);
        }
        Some(old.clone())
    }

    fn plan(&self, old: &Index, _: Position) -> Plan {
        let table = &self.table;
        let new = index::concurrent(table, &self.new);
        let version = index::requirement(&self.new).map(|statement| {
            let why = "asked before anything is done";
            Step::transaction(Phase::Expand, why, vec![statement])
        });
        let build = Step::build_index("beside the old one, concurrently", new);
        let identity =
            dependents::identity(table, &[(self.old.name.clone(), self.temporary.clone())]);
        let identity = identity.filter(|_| old.is_key()).map(|identity| {
            let why = "before the index goes that rows may be known by";
            Step::transaction(Phase::Contract, why, vec![identity])
        });
        let old = index::concurrent(table, old);
        let why = "no build needs the old index any more";
        let drop = Step::new(Phase::Contract, why, Work::DropIndex(old));
        let rename = ddl::rename_index(table, &self.temporary, &self.old.name);
        let rename = Step::transaction(Phase::Contract, "the name is free now", vec![rename]);
        let notes = self.new.unique.then(|| index::UNIQUE_NOTE.into());
        // By the name that its users know.
        let equal = violation::require_unique(table, &self.named());
        let steps = version
            .into_iter()
            .chain(equal)
            .chain([build])
            .chain(identity)
            .chain([drop, rename])
            .collect();
        Plan::noting(steps, notes.into_iter().collect())
    }

    fn direct(&self, old: &Index) -> Option<Direct> {
        let table = &self.table;
        let swap = |from: &Index, to: &Index| {
            let mut statements = vec![index::drop_blocking(table, from)];
            statements.extend(index::create_blocking(table, to));
            statements
        };
        let new = self.named();
        let why = "reads and writes wait for one scan";
        let step = Step::transaction(Phase::Migrate, why, swap(old, &new)).undo(swap(&new, old));
        let equal = violation::required_unique(table, old);
        Some(Direct::of(table.clone(), step).asking(equal))
    }

    fn apply(&self, schema: &mut Schema) {
        if let Some((table, old)) = schema.take_index(&self.old) {
            let object = Object::index(&self.old, &self.old.name);
            materialized::put_index(schema, &table, self.named());
            let needs = |column: &str| old.needs(column) || self.new.needs(column);
            schema.hold_under(&table, &object, needs);
            schema.hold(object, Role::Synced);
        }
    }
}

impl ReplaceIndex {
    /// The index as it ends.
    fn named(&self) -> Index {
        Index { name: Some(self.old.name.clone()), ..self.new.clone() }
    }
}
