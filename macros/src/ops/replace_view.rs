//! `replace_view!(active_users, "select …")`: catalog H1. What appends columns is done in Expand;
//! what removes some waits for the contract, because builds read both shapes by one name.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::objects::view;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::objects::view::View;

pub(crate) struct ReplaceView {
    view: View,
}

pub(crate) struct Facts {
    was: Entity,
    /// What stands on it, each after what it needs.
    over: Vec<Entity>,
}

/// What becomes of the view's columns.
#[derive(PartialEq)]
enum Change {
    Same,
    Appended,
    Removed,
}

impl Operation for ReplaceView {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(ReplaceView { view: View::parse(input, errors)? })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.view.name.span(), "outside a migration the view's former query is not known")
            .help("a `replace_view!` inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        let name = &self.view.name;
        vec![Object::entity(Kind::View, name, None).at(name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let was = schema.entity(Kind::View, &self.view.name, None, errors)?.clone();
        let before = errors.count();
        schema.query(&self.view.query, errors);
        let over = schema.over(&was);
        match change(&was, &self.view) {
            Some(Change::Same) => {}
            Some(Change::Appended | Change::Removed) => self.check_over(&over, errors),
            None => self.report_shape(&was, errors),
        }
        (errors.count() == before).then_some(Facts { was, over })
    }

    fn plan(&self, Facts { was, over }: &Facts, _: Position) -> Plan {
        let new = view::entity(&self.view);
        let step = |phase, why, statements| Step::transaction(phase, why, statements);
        match change(was, &self.view) {
            Some(Change::Same) => {
                let why = "the same columns from another query; builds read it from the commit on";
                let step = step(Phase::Expand, why, view::replace(&new));
                Plan::of(vec![step.undo(view::replace(was))])
            }
            Some(Change::Appended) => {
                let why = "columns at the end, which builds that name theirs do not see";
                let step = step(Phase::Expand, why, view::replace(&new));
                let step = step.undo(view::recreate(was, over));
                Plan::noting(vec![step], vec![crate::plan::operation::more_columns()])
            }
            Some(Change::Removed) | None => {
                let why = "no build reads the columns that go; dropped and made again in one transaction, because PostgreSQL replaces no view by one with fewer columns";
                let step = step(Phase::Contract, why, view::recreate(&new, over));
                Plan::noting(vec![step], vec![crate::plan::operation::fewer_columns()])
            }
        }
    }

    fn apply(&self, schema: &mut Schema) {
        let Some(was) = schema.find_entity(Kind::View, &self.view.name, None).cloned() else {
            return;
        };
        if change(&was, &self.view) == Some(Change::Removed) {
            schema.hold_while_read(&was);
            schema.hold(was.object(), Role::Synced);
        }
        schema.put_entity(view::entity(&self.view));
    }
}

/// None where the new view neither continues the old one nor leaves some of its columns out.
fn change(was: &Entity, new: &View) -> Option<Change> {
    let (old, new) = (was.columns(), new.column_names());
    if old == new.as_slice() {
        Some(Change::Same)
    } else if new.starts_with(old) {
        Some(Change::Appended)
    } else {
        new.iter().all(|name| old.contains(name)).then_some(Change::Removed)
    }
}

impl ReplaceView {
    fn check_over(&self, over: &[Entity], errors: &mut Errors) {
        for entity in over.iter().filter(|entity| entity.kind == Kind::MaterializedView) {
            errors
                .at(
                    self.view.name.span(),
                    format_args!(
                        "{} would have to be made and filled anew with the view",
                        entity.object()
                    ),
                )
                .help(format_args!("create_view!({}_2, …);", self.view.name));
        }
    }

    fn report_shape(&self, was: &Entity, errors: &mut Errors) {
        let (old, name) = (was.columns().join(", "), &self.view.name);
        errors
            .at(
                self.view.query.span,
                format_args!("view `{name}` has the columns `{old}`, and new ones come after them"),
            )
            .help(format_args!(
                "append them, and leave out the old ones in a later `replace_view!`; or create_view!({name}_2, …);"
            ))
            .note("until the contract old and new builds read the view by one name, and PostgreSQL replaces a view only by one that begins with the same columns");
    }
}
