//! `drop_constraint!(orders.orders_total_check)`: catalog B9.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::attach;
use crate::plan::{Phase, Step};
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::tables::reference::Reference;
use crate::syntax::values::comparison::Comparison;
use crate::syntax::words::name::ColumnName;
use crate::syntax::words::name::join;

pub(crate) struct DropConstraint {
    name: ColumnName,
    /// What it is, where no history tells.
    stated: Option<Constraint>,
}

pub(crate) struct Facts {
    constraint: Constraint,
    /// How the columns of a foreign key are compared with those that it points at.
    how: Vec<Comparison>,
}

impl Operation for DropConstraint {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let name = ColumnName::parse_constraint(input)?;
        let mut stated = None;
        if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            stated = Some(Constraint::parse_item(input, errors)?);
        }
        Ok(DropConstraint { name, stated })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        let Some(stated) = &self.stated else {
            errors
                .at(
                    self.name.name.span,
                    "outside a migration it is not known what the constraint is",
                )
                .help(format_args!("{}: check(\"…\")", self.name));
            return;
        };
        let name = Some(self.name.name.clone());
        let constraint = Constraint { name, ..stated.clone() };
        schema.assume(&self.name.table, []);
        schema.alter(&self.name.table, |table| table.constraints.push(constraint));
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::constraint(&self.name.table, &self.name.name).at(self.name.name.span)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let (table, constraint) = schema.constraint(&self.name, errors)?;
        let pointing = constraint.key().and_then(|key| schema.points_at_key(table, key));
        if let Some(other) = pointing {
            let columns = join(constraint.columns());
            let message =
                format!("a foreign key of `{}` points at `{}({columns})`", other.name, table.name);
            errors.at(self.name.name.span, message);
        }
        schema.keeps_identity(&table.name, &self.name.name, self.name.name.span, errors);
        let how = schema.comparisons(table, constraint.columns());
        Some(Facts { constraint: constraint.clone(), how })
    }

    fn plan(&self, Facts { constraint, how }: &Facts, _: Position) -> Plan {
        let table = &self.name.table;
        let drop = attach::drop(table, constraint);
        if is_relied_on(constraint) {
            let why = "no build relies on it any more; until now old ones do";
            return Plan::of(vec![Step::transaction(Phase::Contract, why, drop)]);
        }
        let steps = attach::loosen(table, constraint, how);
        let note = format!(
            "a build that relies on `{}` will read what it forbids once a newer one writes it",
            self.name.name
        );
        Plan::noting(steps, vec![note])
    }

    fn apply(&self, schema: &mut Schema) {
        let (table, name) = (&self.name.table, &self.name.name);
        let named = |item: &Constraint| item.name.as_ref() == Some(name);
        let of =
            |schema: &Schema| schema.find(table)?.constraints.iter().find(|it| named(it)).cloned();
        let Some(constraint) = of(schema) else { return };
        schema.alter(table, |table| table.constraints.retain(|item| !named(item)));
        if is_relied_on(&constraint) {
            let object = Object::of_constraint(table, name, constraint.has_index());
            schema.hold_under(table, &object, |column| constraint.needs(column));
            schema.hold(object, Role::Retiring { successor: None });
        }
    }
}

/// Tells whether a build's statements would fail, or do less, without it: `on conflict` names a
/// key, and a foreign key may act on the rows that point at one that goes. What is left only
/// forbids.
fn is_relied_on(constraint: &Constraint) -> bool {
    constraint.has_index() || constraint.reference().is_some_and(Reference::acts)
}
