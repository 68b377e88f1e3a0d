//! `change_type!(orders.amount: numeric(12, 2))`: catalog D1, D2 and D4. The name stays; what is
//! read under it changes at the switch.

mod built;
mod way;

use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, parenthesized};

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Role, Schema};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::attach;
use crate::plan::shared::carry_over::Around;
use crate::plan::swap::casts::{self, Cast};
use crate::plan::swap::column::Part;
use crate::plan::swap::column_sequence::ColumnSequence;
use crate::plan::swap::conversion::Conversion;
use crate::plan::swap::exchange::Swap;
use crate::plan::swap::retype;
use crate::plan::swap::shadow::Shadow;
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::ColumnName;
use crate::syntax::words::sql::Sql;
use crate::syntax::words::target::Target;

pub(crate) struct ChangeType {
    target: Target,
    def: ColumnDef,
    up: Option<Sql>,
    down: Option<Sql>,
    /// The zone in which a `timestamp` tells the time.
    zone: Option<LitStr>,
    /// The columns that point at this one, which change with it.
    with: Vec<ColumnName>,
}

/// What a client notices whichever way the type changes (catalog U11).
const OTHER_RESULT: &str = "a prepared statement that reads the column fails once (0A000) when its type changes, as does \
    one whose parameter has the old type and cannot be assigned to the new (42804)";

const OTHER_PLACE: &str = "the column is the last of the table afterwards: an `insert` or a `copy` without a column list \
    has to know; name the columns instead";

const TWO_UNIQUE_INDEXES: &str = "until the contract two unique indexes hold the same values; writers of one new value queue \
    for some milliseconds, so that `on conflict` works: for the first 16 rows of a transaction, \
    past which it may, rarely, fail with 23505";

const FAILING_UP: &str = "a value that `up` cannot take fails the write that brings it, by old builds too, from expand on: \
    add a check first where such values may come";

const EQUAL_BY_UP: &str = "from migrate on, a write of a value that `up` makes equal to another row's \
    fails (23505), by old builds too";

const NARROWER: &str = "the undo leaves the new type, which has room for all that the old one had: to go back, PostgreSQL \
    would rewrite the table";

pub(crate) struct Facts {
    /// The column, then those that point at it.
    parts: Vec<Part>,
    way: Way,
    around: Around,
}

/// How the type is changed.
enum Way {
    /// In the catalog alone.
    InPlace,
    /// By second columns, swapped in.
    Swapped(Conversion),
}

impl Operation for ChangeType {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let target = Target::parse(input, errors)?;
        let Some(def) = target.stated.clone() else {
            let message = format!("the new type is missing\nhelp: `{}: bigint`", target.name);
            return Err(syn::Error::new(target.span(), message));
        };
        let (mut up, mut down, mut zone, mut with) = (None, None, None, Vec::new());
        let mut read_with = |input: ParseStream| {
            let content;
            parenthesized!(content in input);
            let columns = Punctuated::<ColumnName, Token![,]>::parse_terminated(&content)?;
            with.extend(columns);
            Ok(())
        };
        options(
            input,
            errors,
            &mut [
                ("up", &mut value(&mut up)),
                ("down", &mut value(&mut down)),
                ("zone", &mut value(&mut zone)),
                ("with", &mut read_with),
            ],
        );
        Ok(ChangeType { target, def, up, down, zone, with })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(
                self.target.span(),
                "outside a migration it is not known what is built on the column",
            )
            .help("`change_type!` inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        let claim = |name: &ColumnName| Object::column(&name.table, &name.name).at(name.name.span);
        self.columns().map(claim).collect()
    }

    /// What goes in another's contract is on the column until then, and would go with it unseen.
    fn claims_in(&self, schema: &Schema) -> Vec<Claim> {
        let claims = if self.is_in_place(schema) { Vec::new() } else { self.claims() };
        claims.into_iter().map(|claim| claim.of(Facet::Place)).collect()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let (table, old) = schema.column(&self.target.name, errors)?;
        let before = errors.count();
        schema.check_column(&self.def.column, errors);
        schema.check_added_type(&table.name, &self.def.column, self.def.column.ty.span, errors);
        self.check_stated(old, errors);
        for sql in self.up.iter().chain(&self.down) {
            schema.expression(table, sql, errors);
        }
        self.check_with(schema, errors);
        let way = self.way(schema, old, errors);
        let parts = self.parts(schema);
        let mut around = Around::default();
        for (part, name) in parts.iter().zip(self.columns()) {
            Self::check_generated(part, name, errors);
            self.check_default(part, errors);
            around.add(schema, name, errors);
            if let Some(Way::Swapped(convert)) = &way {
                self.check_built(schema, part, convert, errors);
            }
        }
        let facts = Facts { parts, way: way?, around };
        (errors.count() == before).then_some(facts)
    }

    fn plan(&self, facts: &Facts, at: Position) -> Plan {
        let mut notes = vec![OTHER_RESULT.to_owned()];
        let Way::Swapped(convert) = &facts.way else {
            let narrower = |part: &Part| casts::cast(&part.new.ty, &part.old.ty) != Cast::InPlace;
            let narrows = facts.parts.iter().any(narrower);
            notes.extend(narrows.then(|| NARROWER.to_owned()));
            return Plan::noting(retype::in_place(&facts.parts, &facts.around, !narrows), notes);
        };
        let shadows = facts.shadows(convert, at);
        notes.push(OTHER_PLACE.to_owned());
        if self.up.is_some() {
            notes.push(FAILING_UP.into());
        }
        if shadows.iter().any(|shadow| !shadow.copies().unique_keys().is_empty()) {
            notes.push(TWO_UNIQUE_INDEXES.into());
        }
        if shadows.iter().any(Shadow::may_make_equal) {
            notes.push(EQUAL_BY_UP.into());
        }
        let swap = Swap { shadows: &shadows, around: &facts.around };
        let mut steps: Vec<_> = shadows.iter().filter_map(Shadow::require).collect();
        steps.extend(shadows.iter().flat_map(Shadow::require_distinct));
        steps.extend(shadows.iter().map(Shadow::install));
        steps.extend(shadows.iter().map(Shadow::backfill));
        steps.extend(shadows.iter().flat_map(Shadow::complete));
        steps.extend(swap.steps());
        steps.push(swap.contract());
        Plan::noting(steps, notes)
    }

    fn direct(&self, facts: &Facts) -> Option<Direct> {
        let Way::Swapped(convert) = &facts.way else { return None };
        let step = retype::rewriting(&facts.parts, convert, &facts.around);
        let asked = facts.parts.iter().flat_map(|part| retype::asked_before_undo(part, convert));
        Some(Direct::of(self.target.table().clone(), step).asking(asked))
    }

    fn only_direct(&self, facts: &Facts) -> Option<(Span, &'static str)> {
        let Way::Swapped(_) = facts.way else { return None };
        let parts = facts.parts.iter();
        let mut reasons = parts.flat_map(|part| {
            part.constraints().filter_map(|item| attach::copied_only_direct(&part.table, item))
        });
        Some((self.target.span(), reasons.next()?))
    }

    fn apply(&self, schema: &mut Schema) {
        let is_swapped = !self.is_in_place(schema);
        for part in self.parts(schema) {
            schema.alter(part.name(), |table| {
                if let Some(column) = table.column_mut(&part.new.name.text) {
                    let new = part.new.clone();
                    *column = if is_swapped { new.with_own_not_null() } else { new };
                }
            });
            if is_swapped {
                schema.hold(Object::column(part.name(), &part.new.name), Role::Replaced);
            }
            for sequence in part.sequences.iter().filter_map(ColumnSequence::grown) {
                if is_swapped {
                    schema.hold(sequence.object(), Role::Synced);
                }
                schema.put_entity(sequence);
            }
        }
        for sql in self.up.iter().chain(&self.down).filter(|_| is_swapped) {
            schema.hold_read(self.target.table(), sql);
        }
    }
}

impl ChangeType {
    /// The column, then those that point at it.
    fn columns(&self) -> impl Iterator<Item = &ColumnName> {
        std::iter::once(&self.target.name).chain(&self.with)
    }

    /// Those of the columns that are there.
    fn parts(&self, schema: &Schema) -> Vec<Part> {
        let part = |name: &ColumnName| {
            let table = schema.find(&name.table)?;
            let old = table.column(&name.name.text)?;
            let new = self.new_column(table, old);
            let sequences = ColumnSequence::of(schema, &table.name, old, &new);
            Some(Part { table: table.clone(), old: old.clone(), new, sequences })
        };
        self.columns().filter_map(part).collect()
    }
}

impl Facts {
    fn shadows(&self, convert: &Conversion, at: Position) -> Vec<Shadow> {
        let along = self.parts.iter().map(|part| {
            let (table, name) = (part.name().clone(), part.old.name.clone());
            let shadow = Shadow::shadow_of(&table, &name);
            (ColumnName { table, name }, shadow)
        });
        let along: Vec<_> = along.collect();
        let shadow = |part: &Part| Shadow {
            part: part.clone(),
            convert: convert.clone(),
            along: along.clone(),
            at,
        };
        self.parts.iter().map(shadow).collect()
    }
}
