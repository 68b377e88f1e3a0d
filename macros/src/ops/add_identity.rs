//! `add_identity!(orders.number)`: catalog A4, on a column that is there.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::triggers::interim_sequence::{add_identity, drop_identity, identity_sequence};
use crate::plan::triggers::sequence_catch_up::Advance;
use crate::plan::{Mode, Phase, Statement, Step};
use crate::syntax::tables::column::Column;
use crate::syntax::values::default::Default;
use crate::syntax::values::identity::Identity;
use crate::syntax::values::types::Family;
use crate::syntax::words::list::{flag, options, value};
use crate::syntax::words::target::Target;

pub(crate) struct AddIdentity {
    target: Target,
    always: bool,
    increment: Option<Increment>,
}

/// What a sequence adds each time, upwards from the highest number.
struct Increment(i64);

/// The column as it was.
pub(crate) struct Facts {
    column: Column,
    /// The sequence that gave the numbers until now.
    sequence: Option<String>,
    /// Whether the highest number is found without reading every row.
    is_indexed: bool,
}

impl Parse for Increment {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let literal: syn::LitInt = input.parse()?;
        match literal.base10_parse() {
            Ok(number) if number > 0 => Ok(Increment(number)),
            Ok(_) => Err(syn::Error::new(literal.span(), "an increment is not 0")),
            Err(error) => Err(error),
        }
    }
}

impl Operation for AddIdentity {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let target = Target::parse(input, errors)?;
        let (mut always, mut increment) = (false, None);
        options(
            input,
            errors,
            &mut [("always", &mut flag(&mut always)), ("increment", &mut value(&mut increment))],
        );
        Ok(AddIdentity { target, always, increment })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        if self.target.stated.is_none() {
            errors
                .at(self.target.span(), "outside a migration the column's type is not known")
                .help(format_args!("{}: bigint not_null unique", self.target.name));
        }
        schema.assume_target(&self.target);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::column(self.target.table(), self.target.column()).at(self.target.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let (table, column) = schema.target(&self.target, errors)?;
        let before = errors.count();
        let (name, span) = (&self.target.name, self.target.span());
        if column.identity.is_some() {
            errors.at(span, format_args!("column `{name}` is an identity already"));
        } else if column.generated.is_some() {
            errors.at(span, format_args!("column `{name}` gets its value from PostgreSQL"));
        } else if !matches!(column.ty.family, Family::Integer { .. }) {
            errors.at(span, format_args!("an identity column is an integer, not `{}`", column.ty));
        } else if !column.not_null {
            errors
                .at(span, format_args!("column `{name}` may be null, and an identity is not"))
                .help(format_args!("set_not_null!({name}); first"));
        }
        let sequence = column.default.as_ref().and_then(Default::sequence);
        if let Some(default) = column.default.as_ref().filter(|_| sequence.is_none()) {
            errors
                .at(span, format_args!("column `{name}` has the default {}", default.sql()))
                .help(format_args!("drop_default!({name}); first"))
                .note("an identity column has no default of its own");
        }
        let is_indexed = table.is_led_by(&column.name);
        let facts = Facts { column: column.clone(), sequence, is_indexed };
        (errors.count() == before).then_some(facts)
    }

    fn plan(&self, facts: &Facts, at: Position) -> Plan {
        let (table, column) = (self.target.table(), self.target.column());
        let advance = Advance { table, column, descends: false, at };
        let mut statements = self.number(facts, false);
        statements.extend(advance.install());
        let why = "the identity, and a trigger that moves it past the numbers which a build writes that knows no better";
        let mut undo = vec![ddl::lock_table(table, Mode::AccessExclusive)];
        undo.extend(advance.remove());
        undo.extend(self.restore(facts));
        let mut contract = advance.remove();
        if self.always {
            let clause = format!("alter column {} set generated always", column.quoted());
            let set = ddl::alter(table, &clause, Mode::AccessExclusive);
            contract.push(set.changing_part(table, &column.text));
        }
        let steps = vec![
            Step::transaction(Phase::Expand, why, statements).undo(undo),
            Step::transaction(
                Phase::Contract,
                "builds that write numbers of their own are gone",
                contract,
            ),
        ];
        let mut notes = vec![advance.note()];
        notes.extend(facts.sequence.as_ref().map(|sequence| {
            format!("the sequence {sequence} stays, and gives `{column}` no number any more: no build may ask it for one")
        }));
        Plan::noting(steps, notes)
    }

    fn direct(&self, facts: &Facts) -> Option<Direct> {
        let why = "in one step, which reads every row while nobody can write";
        let step = Step::transaction(Phase::Expand, why, self.number(facts, self.always))
            .undo(self.restore(facts));
        Some(Direct::of(self.target.table().clone(), step))
    }

    fn only_direct(&self, facts: &Facts) -> Option<(Span, &'static str)> {
        let reads_all = !facts.is_indexed && facts.sequence.is_none();
        reads_all.then(|| {
            let reason = "no index begins with the column, so that the highest number is looked for in every row while \
                          nobody can write: `add_index!` in a migration before this one, and it is found at once";
            (self.target.span(), reason)
        })
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(self.target.table(), |table| {
            if let Some(column) = table.column_mut(&self.target.column().text) {
                column.default = None;
                column.identity = Some(self.identity(self.always));
            }
        });
        schema.hold(Object::column(self.target.table(), self.target.column()), Role::Synced);
    }
}

impl AddIdentity {
    fn identity(&self, always: bool) -> Identity {
        let increment = self.increment.as_ref().map(|Increment(number)| *number);
        Identity { always, increment, ..Identity::unstated(self.target.span()) }
    }

    /// Makes the column an identity whose sequence is past every number.
    fn number(&self, facts: &Facts, always: bool) -> Vec<Statement> {
        let (table, column) = (self.target.table(), self.target.column());
        let own = identity_sequence(table, column);
        let mut statements: Vec<Statement> = Vec::new();
        statements.extend(facts.sequence.as_ref().map(|_| ddl::drop_default(table, column)));
        statements.push(
            add_identity(table, column, &self.identity(always))
                .why("in the catalog alone; no client writes a number before the commit"),
        );
        let (name, on) = (column.quoted(), table.quoted());
        let reached = match &facts.sequence {
            Some(sequence) if facts.is_indexed => {
                format!(
                    "pg_catalog.setval({own}, greatest(max({name}), pg_catalog.nextval({sequence}), 1)) from {on}"
                )
            }
            Some(sequence) => format!("pg_catalog.setval({own}, pg_catalog.nextval({sequence}))"),
            None => format!("pg_catalog.setval({own}, greatest(max({name}), 1)) from {on}"),
        };
        let how = if facts.is_indexed { ", which its index tells" } else { "" };
        statements.push(
            Statement::free(format!("select {reached}"))
                .reading_rows()
                .why(format!("past the highest number{how}")),
        );
        statements
    }

    /// Makes the column what it was.
    fn restore(&self, facts: &Facts) -> Vec<Statement> {
        let (table, column) = (self.target.table(), self.target.column());
        let mut statements = Vec::new();
        if let Some(sequence) = &facts.sequence {
            let own = identity_sequence(table, column);
            statements.push(ddl::lock_table(table, Mode::AccessExclusive));
            statements.push(
                Statement::free(format!(
                    "select pg_catalog.setval({sequence}, pg_catalog.nextval({own}))"
                ))
                .why("past the numbers that the identity gave"),
            );
        }
        statements.push(drop_identity(table, column));
        if let Some(default) = &facts.column.default {
            statements.push(ddl::set_default(table, column, &default.sql()));
        }
        statements
    }
}
