//! `drop_index!(orders_status_idx)`: catalog C2. Old builds may need it for their speed, or name
//! its columns in `on conflict`, so it goes in the contract.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::ops::{Operation, Plan};
use crate::plan::{Phase, Step, Work, index};
use crate::syntax::index::Index;
use crate::syntax::list::{options, value};
use crate::syntax::name::{Name, TableName};

pub(crate) struct DropIndex {
    /// The index with its schema.
    index: TableName,
    /// Its table, which a migration knows.
    table: Option<TableName>,
}

impl Operation for DropIndex {
    type Facts = (TableName, Index);

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let index = input.parse()?;
        let mut table = None;
        options(input, errors, &mut [("table", &mut value(&mut table))]);
        Ok(DropIndex { index, table })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        let Some(table) = &self.table else {
            errors
                .at(self.index.span(), "outside a migration the index's table is not known")
                .help(format_args!("drop_index!({}, table = …)", self.index));
            return;
        };
        schema.assume(table, []);
        schema.alter(table, |table| {
            let mut index = Index::of(Vec::new(), self.index.span());
            index.name = Some(self.index.name.clone());
            table.indexes.push(index);
        });
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::index(&self.index, &self.index.name).at(self.index.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Self::Facts> {
        let span = self.index.span();
        let wanted = &self.index.name;
        for table in schema
            .tables_that_mention(&wanted.text)
            .filter(|table| self.may_be_of(table.name.schema()))
        {
            if let Some(index) =
                table.indexes.iter().find(|index| index.name.as_ref() == Some(wanted))
            {
                let key: Vec<Name> = index.key_columns().cloned().collect();
                let pointing = schema.points_at_key(table, &key).filter(|_| index.is_key());
                if let Some(other) = pointing {
                    errors
                        .at(
                            span,
                            format_args!("a foreign key of `{}` needs `{wanted}`", other.name),
                        )
                        .note("it finds the row that a key points at");
                }
                return Some((table.name.clone(), index.clone()));
            }
            let owner = table.constraints.iter().find(|item| item.name.as_ref() == Some(wanted));
            if owner.is_some() {
                errors
                    .at(
                        span,
                        format_args!("`{wanted}` belongs to a constraint of `{}`", table.name),
                    )
                    .note("PostgreSQL drops such an index with its constraint alone");
                return None;
            }
        }
        let claim = Object::index(&self.index, wanted).at(span);
        if !schema.retiring(&claim, errors) && !schema.may_be_unread(wanted) {
            let names: Vec<&str> = schema
                .tables()
                .filter(|table| self.may_be_of(table.name.schema()))
                .flat_map(|table| &table.indexes)
                .filter_map(|index| index.name.as_ref())
                .map(|name| name.text.as_str())
                .collect();
            errors
                .at(span, format_args!("there is no index `{}`", self.index))
                .nearest(&wanted.text, names);
        }
        None
    }

    fn plan(&self, (table, index): &Self::Facts, _: Position) -> Plan {
        let why = "no build needs the index any more";
        let step =
            Step::new(Phase::Contract, why, Work::DropIndex(index::concurrent(table, index)));
        Plan::of(vec![step])
    }

    fn apply(&self, schema: &mut Schema) {
        let owner = schema
            .tables_that_mention(&self.index.name.text)
            .filter(|table| self.may_be_of(table.name.schema()))
            .find(|table| {
                table.indexes.iter().any(|index| index.name.as_ref() == Some(&self.index.name))
            })
            .map(|table| table.name.clone());
        if let Some(owner) = owner {
            schema.alter(&owner, |table| {
                table.indexes.retain(|index| index.name.as_ref() != Some(&self.index.name));
            });
            schema.hold(
                Object::index(&self.index, &self.index.name),
                Role::Retiring { successor: None },
            );
        }
    }
}

impl DropIndex {
    fn may_be_of(&self, schema: &str) -> bool {
        self.index.schema() == schema
    }
}
