//! The switch: columns that were made ready take the places and names of others, and the way back.

use crate::plan::safe::attach;
use crate::plan::safe::not_null;
use crate::plan::shared::carry_over::Around;
use crate::plan::sql::constraint;
use crate::plan::sql::ddl;
use crate::plan::sql::sea;
use crate::plan::swap::column::{self, Part};
use crate::plan::swap::column_sequence::ColumnSequence;
use crate::plan::swap::dependents::{self, Replaced};
use crate::plan::swap::key;
use crate::plan::swap::key::way_back;
use crate::plan::swap::sequence_owner;
use crate::plan::swap::shadow::Shadow;
use crate::plan::{Mode, NoRows, Phase, Statement, Step, Work};
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::values::default::Default;
use crate::syntax::words::name::{Name, TableName};

/// A swap of columns that goes for all of them at once: those that foreign keys point at first.
pub(crate) struct Swap<'a> {
    pub(crate) shadows: &'a [Shadow],
    pub(crate) around: &'a Around,
}

impl Swap<'_> {
    /// The steps of Switch. Those that are there for the way back alone stand where their undo
    /// comes in its turn: the last one is undone first.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps: Vec<Step> =
            self.shadows.iter().flat_map(|shadow| self.proofs(shadow)).collect();
        let names: Vec<String> =
            self.shadows.iter().map(|shadow| format!("`{}`", shadow.column())).collect();
        let why = format!(
            "the new columns are {} from now on; in one transaction, so that no client meets a table without them",
            names.join(", ")
        );
        let swap = Step::transaction(Phase::Switch, why, self.forth()).undo(self.back());
        steps.push(swap.swapping());
        steps.extend(self.shadows.iter().filter_map(numbers));
        steps.extend(self.shadows.iter().flat_map(key::rebuilt));
        steps.extend(self.shadows.iter().flat_map(key::back));
        for shadow in self.shadows.iter().rev() {
            let asked = sequence_owner::asked_before_undo(&shadow.part).into_iter();
            let why = "asked before anything is taken back";
            steps.extend(asked.map(|require| way_back(why, Work::NoRows(require))));
            steps.push(way_back(
                "values that the old type has no room for stop the way back, with nothing locked",
                Work::NoRows(NoRows {
                    table: shadow.name().quoted(),
                    violation: shadow.unrepresentable(),
                    problem: format!(
                        "hold a `{}` that `{}` cannot",
                        shadow.column(),
                        shadow.part.old.ty
                    ),
                    help: "change them, or keep the new type".into(),
                }),
            ));
        }
        steps
    }

    /// The old column's constraints, proved again once it is back.
    fn proofs(&self, shadow: &Shadow) -> Vec<Step> {
        let (table, column) = (shadow.name(), shadow.column());
        let mut steps = Vec::new();
        let why = "reads every row; blocks nobody";
        if shadow.is_not_null() && !key::is_key(shadow) {
            let check = key::not_null(shadow);
            let mut set = key::set_not_null(table, column, &check);
            set.push(not_null::take_name(table, column, &shadow.shadow()));
            set.extend(given_back(shadow).identity());
            steps.push(way_back("the valid check proves it", Work::Transaction(set)));
            steps.push(way_back(why, ddl::validate_if_there(table, &check, None)));
        }
        let copies = shadow.copies();
        let pointing = self.keyed_parents().flat_map(|parent| copies.pointing_at(parent));
        let proved = |constraint: &Constraint| !constraint.terms.not_valid;
        for constraint in refusing(shadow).cloned().chain(pointing).filter(proved) {
            let Some(name) = &constraint.name else { continue };
            let parent = constraint.parent().filter(|parent| *parent != table);
            steps.push(way_back(why, ddl::validate_if_there(table, &name.text, parent)));
        }
        steps
    }

    fn forth(&self) -> Vec<Statement> {
        let mut statements = column::lock(&self.parts(), Mode::AccessExclusive);
        statements.extend(self.around.drop());
        for shadow in self.shadows {
            statements.extend(shadow.follow_no_more());
            let along = self.shadows.iter().map(|shadow| &shadow.part.table);
            statements.push(dependents::refuse_unknown(along, shadow.name(), shadow.column()));
            statements.push(inherited(shadow).inherit());
            statements.extend(inherited(shadow).identity());
        }
        for shadow in self.shadows.iter().rev() {
            statements.extend(refusing(shadow).map(|constraint| {
                constraint::drop(shadow.name(), constraint).why("the new column has its own")
            }));
        }
        for shadow in self.shadows {
            statements.extend(take_place(shadow));
        }
        statements.extend(self.shadows.iter().flat_map(Shadow::lag));
        statements.extend(self.around.create());
        statements
    }

    fn back(&self) -> Vec<Statement> {
        let mut statements = column::lock(&self.parts(), Mode::ShareRowExclusive);
        statements.extend(self.around.drop());
        statements.extend(self.shadows.iter().flat_map(Shadow::lag_no_more));
        for shadow in self.shadows {
            let pointing: Vec<Constraint> = self
                .keyed_parents()
                .flat_map(|parent| refusing(shadow).filter(|key| key.parent() == Some(parent)))
                .cloned()
                .collect();
            statements.extend(pointing.iter().map(|constraint| {
                constraint::drop(shadow.name(), constraint)
                    .why("it needs the primary key's index, which goes; added again below")
            }));
        }
        for shadow in self.shadows {
            statements.extend(self.give_way(shadow));
        }
        for shadow in self.shadows {
            let (table, copies) = (shadow.name(), shadow.copies());
            let pointing = self.keyed_parents().flat_map(|parent| copies.pointing_at(parent));
            let added = refusing(shadow).cloned().chain(pointing);
            statements.extend(added.filter_map(|constraint| {
                let add = attach::not_valid_statement(table, &constraint)?;
                Some(add.why("holds for what is written; proved in a step of its own"))
            }));
        }
        statements.extend(self.shadows.iter().flat_map(Shadow::follow));
        statements.extend(self.around.create());
        for shadow in self.shadows {
            let given_back = given_back(shadow);
            let why = "what was set on the column by now stays with its name";
            statements.push(given_back.inherit().why(why));
            // The column has to be NOT NULL for it, which is proved afterwards.
            let is_proved = key::is_key(shadow) || !shadow.is_not_null();
            statements.extend(given_back.identity().filter(|_| is_proved));
        }
        statements
    }

    /// The statements that put the old column back in its place.
    fn give_way(&self, shadow: &Shadow) -> Vec<Statement> {
        let (table, column) = (shadow.name(), shadow.column());
        let (replacing, retired) = (shadow.shadow(), shadow.retired());
        let copies = shadow.copies();
        let mut statements = Vec::new();
        if key::is_key(shadow) {
            statements.extend(key::set_not_null(table, &retired, &key::not_null(shadow)));
        }
        if let Some((key, old)) = key::old(shadow) {
            statements.push(
                key::replace(table, key, &old)
                    .why("the index is there, and the valid check has proved NOT NULL"),
            );
        }
        statements.extend(sequence_owner::identity_of(&shadow.part, column, &retired));
        if shadow.part.new.default.is_some() {
            statements.push(ddl::drop_default(table, column));
        }
        statements.push(ddl::rename_column(table, column, &replacing));
        statements.push(ddl::rename_column(table, &retired, column));
        if key::is_key(shadow) {
            statements.push(not_null::take_name(table, column, &replacing));
        }
        let keyed: Vec<&TableName> = self.keyed_parents().collect();
        statements.extend(copies.unname(table, |parent| keyed.contains(&parent)));
        statements.extend(copies.restore(table));
        statements.extend(set_default(table, column, shadow.part.old.default.as_ref()));
        if shadow.is_not_null() && !key::is_key(shadow) {
            let condition = shadow.part.old.is_not_null("");
            statements.push(ddl::add_check_not_valid(table, &key::not_null(shadow), &condition));
        }
        statements
    }

    /// Drops the old columns, with what is left of their own.
    pub(crate) fn contract(&self) -> Step {
        let mut statements: Vec<Statement> = Vec::new();
        for shadow in self.shadows {
            statements.extend(shadow.lag_no_more());
            statements.push(
                sea::drop_column(shadow.name(), &shadow.retired())
                    .along(shadow.retired_names().iter())
                    .why("its values live on in the new column"),
            );
        }
        Step::transaction(Phase::Contract, "nobody goes back to the old type", statements)
    }

    fn parts(&self) -> Vec<&Part> {
        self.shadows.iter().map(|shadow| &shadow.part).collect()
    }

    /// The tables whose primary key's index changes hands: a foreign key needs that very index.
    fn keyed_parents(&self) -> impl Iterator<Item = &TableName> {
        self.shadows.iter().filter(|shadow| shadow.primary_key().is_some()).map(Shadow::name)
    }
}

/// The sequence that the column takes its numbers from. A client may hold it and wait for the table,
/// another the other way round: so it is locked alone.
fn numbers(shadow: &Shadow) -> Option<Step> {
    let (part, column, retired) = (&shadow.part, shadow.column(), shadow.retired());
    let grown = part.sequences.iter().filter_map(ColumnSequence::grow);
    let shrunk = part.sequences.iter().filter_map(ColumnSequence::shrink);
    let forth: Vec<Statement> =
        grown.chain(sequence_owner::sequence_of(part, &retired, column)).collect();
    let back =
        sequence_owner::sequence_of(part, column, &retired).into_iter().chain(shrunk).collect();
    let why = "by itself, because clients take a number before they lock the table, or after";
    (!forth.is_empty()).then(|| Step::transaction(Phase::Switch, why, forth).undo(back))
}

/// The statements that put the new column in the old one's place.
fn take_place(shadow: &Shadow) -> Vec<Statement> {
    let (table, column) = (shadow.name(), shadow.column());
    let (replacing, retired) = (shadow.shadow(), shadow.retired());
    let copies = shadow.copies();
    let mut statements = Vec::new();
    if let (Some(key), Some(index)) = (shadow.primary_key(), copies.key_name()) {
        statements.push(
            key::replace(table, key, &index)
                .why("the index is there, and the column is NOT NULL: no row is read"),
        );
    }
    statements.extend(copies.retire(table));
    statements.extend(copies.rename(table));
    statements.extend(sequence_owner::identity_of(&shadow.part, column, &replacing));
    if shadow.is_not_null() {
        let left = ddl::drop_constraint_if_exists(table, &key::not_null(shadow));
        statements.push(left.why("left by a way back that was cut short"));
    }
    if shadow.part.old.default.is_some() {
        statements.push(ddl::drop_default(table, column));
    }
    statements.push(ddl::rename_column(table, column, &retired));
    statements.push(ddl::rename_column(table, &replacing, column));
    if shadow.is_not_null() {
        statements.push(not_null::take_name(table, column, &retired));
        statements.push(
            ddl::drop_not_null(table, &retired)
                .why("a value that the old type has no room for is null in it"),
        );
    }
    statements.extend(set_default(table, column, shadow.part.new.default.as_ref()));
    statements
}

/// The old column's constraints that could refuse a row which the new column takes. Unique ones
/// cannot: what is distinct on the old type is distinct on the new.
fn refusing(shadow: &Shadow) -> impl Iterator<Item = &Constraint> {
    let refuses = |constraint: &&Constraint| {
        matches!(constraint.rule, Rule::Check(_) | Rule::ForeignKey { .. })
    };
    shadow.part.constraints().filter(refuses)
}

fn inherited(shadow: &Shadow) -> Replaced<'_> {
    let copies = shadow.copies();
    let (indexes, constraints) = (copies.index_names(), copies.constraint_names());
    let (column, by) = (shadow.column().clone(), shadow.shadow());
    Replaced { table: shadow.name(), column, by, indexes, constraints }
}

fn given_back(shadow: &Shadow) -> Replaced<'_> {
    let copies = shadow.copies();
    let back = |names: Vec<(Name, Name)>| names.into_iter().map(|(old, new)| (new, old)).collect();
    let (indexes, constraints) = (back(copies.index_names()), back(copies.constraint_names()));
    let (column, by) = (shadow.shadow(), shadow.column().clone());
    Replaced { table: shadow.name(), column, by, indexes, constraints }
}

fn set_default(table: &TableName, column: &Name, default: Option<&Default>) -> Option<Statement> {
    Some(ddl::set_default(table, column, &default?.sql()))
}
