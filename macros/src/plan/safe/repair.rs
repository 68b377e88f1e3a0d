//! Mends rows until the contract: a trigger for what builds write that know no better, a backfill
//! for what is there.

use crate::model::names::{self, Position};
use crate::plan::agreement::{Agreement, Equality};
use crate::plan::safe::violation;
use crate::plan::sql::ddl;
use crate::plan::triggers::parent_probe::{FOUND_NONE, Look};
use crate::plan::triggers::sync::OUTSIDE_BACKFILL;
use crate::plan::{Backfill, Mode, Phase, Statement, Step, Work, assignments};
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::values::assignment::Assignment;
use crate::syntax::values::comparison::Comparison;
use crate::syntax::words::name::{Name, TableName};

/// Rows of a table that are to be mended, and how.
pub(crate) struct Repair<'a> {
    pub(crate) table: &'a TableName,
    /// The trigger function.
    pub(crate) function: String,
    pub(crate) event: Event,
    /// The columns that it writes, with their values, expressions over the row's columns.
    pub(crate) set: Vec<(&'a Name, &'a str)>,
    /// The condition that the trigger is called on.
    pub(crate) when: Option<String>,
    /// The condition that its function looks at, where `when` cannot.
    pub(crate) guard: Option<String>,
    /// The condition of such a row in the table.
    pub(crate) pending: String,
    /// What looks into another table for it, where that is what `when` goes by.
    pub(crate) look: Option<Look<'a>>,
    pub(crate) at: Position,
}

#[derive(Clone, Copy)]
pub(crate) enum Event {
    /// A row that the backfill has not reached moves when it is updated.
    Update,
    Both,
}

impl<'a> Repair<'a> {
    /// Returns what the `fill` of a constraint asks for; the columns of a foreign key are compared
    /// as is said.
    pub(crate) fn of(
        table: &'a TableName,
        constraint: &'a Constraint,
        how: &[Comparison],
        fill: &'a [Assignment],
        at: Position,
    ) -> Option<Self> {
        let name = constraint.name.as_ref()?;
        let broken = violation::of_new(table, constraint, how)?;
        let look = constraint.parent().map(|parent| Look {
            table,
            parent,
            constraint: name,
            missing: broken.clone(),
            at,
        });
        Some(Repair {
            table,
            function: names::internal(table, &[&name.text], "fill"),
            event: Event::Both,
            set: fill.iter().map(|item| (&item.column, item.value.text.as_str())).collect(),
            when: look.is_some().then(|| FOUND_NONE.to_owned()),
            guard: look.is_none().then_some(broken),
            pending: violation::condition(table, constraint, how)?,
            look,
            at,
        })
    }

    fn trigger(&self) -> String {
        names::trigger(self.at, &self.function, "write")
    }

    /// The statements that install the trigger, after what they need.
    pub(crate) fn install(&self) -> Vec<Statement> {
        let trigger = self.trigger();
        let event = match self.event {
            Event::Update => "update",
            Event::Both => "insert or update",
        };
        let when = match &self.when {
            Some(when) => format!("{when}\n    and {OUTSIDE_BACKFILL}"),
            None => OUTSIDE_BACKFILL.to_owned(),
        };
        let mut statements = self.look.as_ref().map_or(Vec::new(), Look::install);
        statements.extend([
            ddl::create_function(self.table, &self.function, &self.body()),
            ddl::create_trigger(self.table, &trigger, event, &when, &self.function)
                .why("fills what a build leaves out that does not know better"),
            ddl::enable_always(self.table, &[&trigger])
                .why("for logical replication and restores too"),
        ]);
        statements
    }

    /// A user's expressions name columns of the row, which the others leave as they were.
    fn body(&self) -> String {
        let row = format!("from (select new.*) as {}", self.table.name.quoted());
        let set = match self.set.as_slice() {
            [(column, value)] => format!("new.{} := (select {value} {row});", column.quoted()),
            set => {
                let columns: Vec<String> =
                    set.iter().map(|(column, _)| format!("new.{}", column.quoted())).collect();
                let values: Vec<&str> = set.iter().map(|(_, value)| *value).collect();
                format!("select {} into {} {row};", values.join(", "), columns.join(", "))
            }
        };
        let set = match &self.guard {
            Some(guard) => format!("if {guard} then\n    {set}\n  end if;"),
            None => set,
        };
        format!("#variable_conflict use_column\nbegin\n  {set}\n  return new;\nend")
    }

    /// The statements that remove the trigger.
    pub(crate) fn remove(&self) -> Vec<Statement> {
        let mut statements = vec![
            ddl::drop_trigger_if_exists(self.table, &self.trigger()),
            ddl::drop_function_if_exists(self.table, &self.function),
        ];
        statements.extend(self.look.as_ref().map_or(Vec::new(), Look::remove));
        statements
    }

    /// The trigger, from Expand on.
    pub(crate) fn begin(&self) -> Step {
        let why = "what builds write that know no better, until the contract";
        Step::transaction(Phase::Expand, why, self.install()).undo(self.remove())
    }

    /// No trigger any more.
    pub(crate) fn end(&self) -> Step {
        let why = "builds that know no better are gone";
        Step::transaction(Phase::Contract, why, self.remove())
    }

    pub(crate) fn backfill(&self) -> Step {
        let columns: Vec<String> =
            self.set.iter().map(|(column, _)| format!("`{column}`")).collect();
        Step::new(
            Phase::Migrate,
            format!("gives {} to the rows that were there before", columns.join(", ")),
            Work::Backfill(Backfill {
                table: self.table.quoted(),
                set: self
                    .set
                    .iter()
                    .map(|(name, value)| ((*name).clone(), (*value).into()))
                    .collect(),
                pending: self.pending.clone(),
                agrees: vec![self.agreement()],
            }),
        )
    }

    /// That a row is not one to be mended.
    fn agreement(&self) -> Agreement {
        let columns: Vec<String> = self.set.iter().map(|(name, _)| format!("`{name}`")).collect();
        let differing = format!("that never got {}", columns.join(", "));
        let mended = Equality::of(format!("({}) is not true", self.pending));
        let agreement = Agreement::new(self.table.quoted(), differing, vec![vec![mended]]);
        // A foreign key keeps the row that it points at.
        agreement.made_by(self.look.is_none().then_some(self.pending.as_str()))
    }

    /// Mends every row in one statement, under the lock of what follows.
    pub(crate) fn at_once(&self) -> Statement {
        let set = assignments(self.set.iter().copied());
        let (table, pending) = (self.table.quoted(), &self.pending);
        let sql = format!("update {table} set {set} where {pending}");
        Statement::locking(sql, self.table, Mode::ShareRowExclusive).reading_rows()
    }
}
