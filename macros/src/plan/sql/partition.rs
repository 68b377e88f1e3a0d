//! Partitions that come and go while clients write (catalog F4 to F6).

use crate::model::names;
use crate::plan::sql::ddl;
use crate::plan::{Mode, NoRows, Phase, Statement, Step, Work};
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::tables::partition::Bound;
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::TableName;

/// A partition that comes.
pub(crate) struct Coming<'a> {
    pub(crate) name: &'a TableName,
    pub(crate) parent: &'a Table,
    pub(crate) bound: &'a Bound,
    /// The partition that takes the rows which no other takes.
    pub(crate) rest: Option<&'a TableName>,
    /// The tables whose foreign keys point at the parent: each of these keys gets a part for it.
    pub(crate) pointing: &'a [TableName],
}

impl Coming<'_> {
    /// Returns what a partition of its parent takes over: all but what each table has for itself.
    pub(crate) fn create(&self) -> Statement {
        let (name, parent) = (self.name.quoted(), self.parent.name.quoted());
        let sql = format!(
            "create table {name} (\n  like {parent} including all\n    \
             excluding comments excluding identity excluding statistics\n)"
        );
        Statement::free(sql)
            .brings(self.name)
            .why("`create table … partition of` would lock reads and writes out")
    }

    /// Locks the tables that its foreign keys point at, then puts it in its place. A table that
    /// has such keys itself gives up its triggers on those, under the stronger lock (measured).
    pub(crate) fn attach(&self, on_parents: Mode) -> Vec<Statement> {
        let parent = &self.parent.name;
        let mut attach = lock_references(self.parent, on_parents);
        let clause = format!("attach partition {} {}", self.name.quoted(), self.bound.sql());
        let mut statement = ddl::alter(parent, &clause, Mode::ShareUpdateExclusive)
            .and_locks(self.name, Mode::AccessExclusive)
            .changing(parent.quoted())
            .changing(self.name.quoted())
            .reading_rows();
        if let Some(rest) = self.rest {
            statement = statement.and_locks(rest, Mode::AccessExclusive);
        }
        for from in self.pointing {
            statement = statement.and_locks(from, Mode::ShareRowExclusive);
        }
        statement.locks.extend(attach.iter().flat_map(|lock| lock.locks.clone()));
        attach.push(statement);
        attach
    }

    /// Looks for rows of it in the partition of the rest, over which attaching would fail.
    pub(crate) fn look_in_the_rest(&self, condition: &str) -> Option<Step> {
        let problem = format!("belong to `{}`", self.name);
        let help = "move them to the new partition's table before it is attached, or delete them";
        Some(look(self.rest?, condition, problem, help))
    }

    /// Proves that the partition of the rest takes none of its rows: attaching would read all of
    /// that under a lock that blocks.
    pub(crate) fn free_the_rest(&self, condition: &str) -> Vec<Step> {
        let Some(rest) = self.rest else { return Vec::new() };
        let why = format!("`{rest}` takes no row of `{}` from now on", self.name);
        proof(rest, &self.proof_of_rest(rest), &format!("not ({condition})"), why).into()
    }

    /// Drops that proof, which the parent's bounds hold from then on.
    pub(crate) fn drop_proof_of_rest(&self) -> Option<Statement> {
        let rest = self.rest?;
        Some(ddl::drop_constraint_if_exists(rest, &self.proof_of_rest(rest)))
    }

    fn proof_of_rest(&self, rest: &TableName) -> String {
        names::internal(rest, &[&self.name.name.text], "rest")
    }
}

/// Locks the tables that a table's foreign keys point at.
pub(crate) fn lock_references(table: &Table, mode: Mode) -> Vec<Statement> {
    let parents: Vec<TableName> =
        table.constraints.iter().filter_map(Constraint::parent).cloned().collect();
    ddl::lock_parents(&table.name, &parents, mode)
}

/// Takes a partition out of its parent while reads and writes wait, those of the tables too whose
/// foreign keys point at the parent.
pub(crate) fn detach(
    name: &TableName,
    parent: &Table,
    rest: Option<&TableName>,
    pointing: &[TableName],
) -> Vec<Statement> {
    let mut statements = lock_references(parent, Mode::ShareRowExclusive);
    let clause = format!("detach partition {}", name.quoted());
    let mut detach = ddl::alter(&parent.name, &clause, Mode::AccessExclusive)
        .and_locks(name, Mode::AccessExclusive)
        .changing(parent.name.quoted())
        .changing(name.quoted());
    if let Some(rest) = rest.filter(|rest| *rest != name) {
        detach = detach.and_locks(rest, Mode::AccessExclusive);
    }
    for from in pointing {
        detach = detach.and_locks(from, Mode::AccessExclusive);
    }
    detach.locks.extend(statements.iter().flat_map(|lock| lock.locks.clone()));
    statements.push(detach);
    statements
}

/// Stops where rows meet a condition.
pub(crate) fn look(table: &TableName, violation: &str, problem: String, help: &str) -> Step {
    let require = NoRows {
        table: table.quoted(),
        violation: violation.to_owned(),
        problem,
        help: help.to_owned(),
    };
    Step::new(Phase::Migrate, "attaching would fail over such rows", Work::NoRows(require))
}

/// A check that holds for new rows, then for all.
pub(crate) fn proof(table: &TableName, name: &str, check: &str, why: String) -> [Step; 2] {
    let add = ddl::add_check_not_valid(table, name, check);
    let drop = ddl::drop_constraint_if_exists(table, name);
    let validate = "reads every row, and blocks neither reads nor writes";
    [
        Step::transaction(Phase::Migrate, why, vec![add]).undo(vec![drop]),
        Step::transaction(Phase::Migrate, validate, vec![ddl::validate(table, name)]),
    ]
}
