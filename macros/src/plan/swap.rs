//! The switch: a column that was made ready takes another's place and name, and the way back.

use crate::model::names;
use crate::plan::around::Around;
use crate::plan::outside::{self, Replaced};
use crate::plan::shadow::Shadow;
use crate::plan::{Mode, Phase, Require, Statement, Step, Work, attach, ddl, sql};
use crate::syntax::constraint::{Constraint, Rule};
use crate::syntax::default::Default;
use crate::syntax::name::{Name, TableName};

/// A swap of columns.
pub(crate) struct Swap<'a> {
    pub(crate) shadow: &'a Shadow,
    pub(crate) around: &'a Around,
}

impl Swap<'_> {
    /// The steps of Switch. Those that are there for the way back alone stand where their undo
    /// comes in its turn: the last one is undone first.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let column = self.shadow.column();
        let mut steps = self.proofs();
        let why = format!(
            "the new column is `{column}` from now on; in one transaction, so that no client meets the table without it"
        );
        steps.push(Step::transaction(Phase::Switch, why, self.forth()).undo(self.back()));
        steps.push(way_back(
            "values that the old type has no room for stop the way back, with nothing locked",
            Work::Require(Require {
                table: self.shadow.name().quoted(),
                violation: self.shadow.unrepresentable(),
                problem: format!("hold a `{column}` that `{}` cannot", self.shadow.old.ty),
                help: "change them, or keep the new type".into(),
            }),
        ));
        steps
    }

    /// The old column's constraints, proved again once it is back.
    fn proofs(&self) -> Vec<Step> {
        let (table, column) = (self.shadow.name(), self.shadow.column());
        let mut steps = Vec::new();
        if self.shadow.old.not_null {
            let check = self.not_null();
            let set = vec![
                ddl::set_not_null(table, column),
                ddl::drop_constraint_if_exists(table, &check)
                    .why("two statements: one `alter table` with both would scan"),
            ];
            steps.push(way_back("the valid check proves it", Work::Transaction(set)));
            let validate = vec![ddl::validate(table, &check)];
            steps.push(way_back("reads every row; blocks nobody", Work::Transaction(validate)));
        }
        for constraint in self.refusing() {
            let Some(name) = &constraint.name else { continue };
            let mut validate = ddl::validate(table, &name.text);
            if let Some(parent) = constraint.parent().filter(|parent| *parent != table) {
                validate = validate.and_locks(parent, Mode::RowShare);
            }
            let why = "reads every row; blocks nobody";
            steps.push(way_back(why, Work::Transaction(vec![validate])));
        }
        steps
    }

    fn forth(&self) -> Vec<Statement> {
        let Swap { shadow, around } = self;
        let (table, column) = (shadow.name(), shadow.column());
        let (replacing, retired) = (shadow.shadow(), shadow.retired());
        let copies = shadow.copies();
        let mut statements = self.locks(Mode::AccessExclusive);
        statements.extend(around.drop.iter().cloned());
        statements.extend(shadow.follow_no_more());
        statements.push(outside::refuse_unknown(&shadow.table, column));
        let replaced = Replaced {
            table,
            column,
            by: &replacing,
            indexes: copies.index_names(),
            constraints: copies.constraint_names(),
        };
        statements.push(replaced.inherit());
        for constraint in self.refusing() {
            let name = constraint.name.as_ref().map_or("", |name| &name.text);
            let mut drop = ddl::drop_constraint_if_exists(table, name);
            if let Some(parent) = constraint.parent().filter(|parent| *parent != table) {
                drop = drop.and_locks(parent, Mode::AccessExclusive);
            }
            statements.push(drop.why("the new column has its own"));
        }
        statements.extend(copies.retire(table));
        statements.extend(copies.rename(table));
        if shadow.old.not_null {
            let left = ddl::drop_constraint_if_exists(table, &self.not_null());
            statements.push(left.why("left by a way back that was cut short"));
            statements.push(
                ddl::drop_not_null(table, column)
                    .why("a value that the old type has no room for is null in it"),
            );
        }
        if shadow.old.default.is_some() {
            statements.push(ddl::drop_default(table, column));
        }
        statements.push(ddl::rename_column(table, column, &retired));
        statements.push(ddl::rename_column(table, &replacing, column));
        statements.extend(set_default(table, column, shadow.new.default.as_ref()));
        statements.extend(shadow.lag());
        statements.extend(around.create.iter().cloned());
        statements
    }

    fn back(&self) -> Vec<Statement> {
        let Swap { shadow, around } = self;
        let (table, column) = (shadow.name(), shadow.column());
        let (replacing, retired) = (shadow.shadow(), shadow.retired());
        let copies = shadow.copies();
        let mut statements = self.locks(Mode::ShareRowExclusive);
        statements.extend(around.drop.iter().cloned());
        statements.extend(shadow.lag_no_more());
        if shadow.new.default.is_some() {
            statements.push(ddl::drop_default(table, column));
        }
        statements.push(ddl::rename_column(table, column, &replacing));
        statements.push(ddl::rename_column(table, &retired, column));
        statements.extend(copies.unname(table));
        statements.extend(copies.restore(table));
        statements.extend(set_default(table, column, shadow.old.default.as_ref()));
        for constraint in self.refusing() {
            statements.extend(add_not_valid(table, constraint));
        }
        if shadow.old.not_null {
            let condition = format!("{} is not null", column.quoted());
            statements.push(ddl::add_check_not_valid(table, &self.not_null(), &condition));
        }
        statements.extend(shadow.follow());
        statements.extend(around.create.iter().cloned());
        statements
    }

    /// Drops the old column, with what is left of its own.
    pub(crate) fn contract(&self) -> Step {
        let mut statements = self.shadow.lag_no_more();
        statements.push(
            sql::drop_column(self.shadow.name(), &self.shadow.retired())
                .why("its values live on in the new column"),
        );
        let why = format!("nobody goes back to the old type of `{}`", self.shadow.column());
        Step::transaction(Phase::Contract, why, statements)
    }

    /// The old column's constraints that could refuse a row which the new column takes. Unique
    /// ones cannot: what is distinct on the old type is distinct on the new.
    fn refusing(&self) -> impl Iterator<Item = &Constraint> {
        let column = &self.shadow.column().text;
        self.shadow.table.constraints.iter().filter(move |constraint| {
            let refuses = matches!(constraint.rule, Rule::Check(_) | Rule::ForeignKey { .. });
            refuses && constraint.needs(column)
        })
    }

    /// The check that stands in for a NOT NULL until it is proved.
    fn not_null(&self) -> String {
        names::internal(self.shadow.name(), &[&self.shadow.column().text], "back_not_null")
    }

    /// Every table before anything is changed, those that foreign keys point at first.
    fn locks(&self, parents: Mode) -> Vec<Statement> {
        let table = self.shadow.name();
        let pointed_at: Vec<TableName> =
            self.refusing().filter_map(|constraint| constraint.parent().cloned()).collect();
        let mut locks = ddl::lock_parents(table, &pointed_at, parents);
        locks.push(ddl::lock_table(table, Mode::AccessExclusive));
        locks
    }
}

fn set_default(table: &TableName, column: &Name, default: Option<&Default>) -> Option<Statement> {
    Some(ddl::set_default(table, column, &default?.sql()))
}

fn add_not_valid(table: &TableName, constraint: &Constraint) -> Option<Statement> {
    let add = attach::not_valid_statement(table, constraint)?;
    Some(add.why("holds for what is written; proved in a step of its own"))
}

/// Forward it does nothing.
fn way_back(why: &str, undo: Work) -> Step {
    let why = format!("for the way back alone: {why}");
    Step::transaction(Phase::Switch, why, Vec::new()).undone_by(undo)
}
