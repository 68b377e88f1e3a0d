//! Constraints on a table with rows, without a scan or a build under a lock that blocks.

use crate::plan::safe::repair::Repair;
use crate::plan::safe::violation;
use crate::plan::sql::constraint;
use crate::plan::sql::ddl;
use crate::plan::sql::index;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Lock, Mode, Phase, Statement, Step, Work};
use crate::syntax::indexes::index::Index;
use crate::syntax::indexes::key::{Key, KeyValue};
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::table::Table;
use crate::syntax::values::comparison::Comparison;
use crate::syntax::words::name::{Name, TableName};

/// Why a key of a partitioned table has no other form than the direct one (catalog C5).
pub(crate) const KEY_OF_PARTITIONS: &str =
    "PostgreSQL makes no key of a partitioned table from an index that is there";

/// Why a foreign key of a partitioned table has no other form than the direct one.
pub(crate) const REFERENCE_OF_PARTITIONS: &str =
    "before 18 PostgreSQL takes a foreign key of a partitioned table with all its rows alone";

/// Returns why the constraint has no other form than the direct one on this table.
pub(crate) fn only_direct(table: &Table, constraint: &Constraint) -> Option<&'static str> {
    table.partition_by.as_ref()?;
    match constraint.rule {
        Rule::PrimaryKey(_) | Rule::Unique(_) => Some(KEY_OF_PARTITIONS),
        Rule::ForeignKey { .. } => Some(REFERENCE_OF_PARTITIONS),
        Rule::Check(_) | Rule::Exclude(_) => None,
    }
}

/// Returns why the copy of a constraint has no other form than the direct one on this table.
pub(crate) fn copied_only_direct(table: &Table, constraint: &Constraint) -> Option<&'static str> {
    let is_late = constraint.has_index() && constraint.terms.timing.is_deferrable();
    only_direct(table, constraint).or_else(|| is_late.then_some(DEFERRABLE))
}

/// A transaction may give two rows each other's value, one after the other.
const DEFERRABLE: &str = "PostgreSQL builds no deferrable key while clients write: the copy would \
     refuse at once what their transactions mend before they commit";

/// The steps that add a constraint, once the rows are right. An exclusion constraint has none:
/// PostgreSQL builds its index under the lock alone.
pub(crate) fn steps(table: &TableName, constraint: &Constraint) -> Vec<Step> {
    let Some(name) = &constraint.name else { return Vec::new() };
    let mut steps = match &constraint.rule {
        Rule::PrimaryKey(columns) | Rule::Unique(columns) => {
            by_index(table, constraint, name, columns)
        }
        Rule::Check(_) | Rule::ForeignKey { .. } => not_valid(table, constraint, name),
        Rule::Exclude(_) => Vec::new(),
    };
    if let Some(version) = constraint::requirement(constraint) {
        let why = "asked before anything is done";
        steps.insert(0, Step::transaction(Phase::Expand, why, vec![version]));
    }
    steps
}

/// The constraint in one step, which reads every row under the lock, and mends them before.
pub(crate) fn at_once(table: &TableName, constraint: &Constraint, repair: Option<&Repair>) -> Step {
    let why = "in one step, which reads every row while nobody can write";
    let mut add: Vec<Statement> = constraint::requirement(constraint).into_iter().collect();
    add.extend(lock_parent(table, constraint, Mode::ShareRowExclusive));
    add.extend(repair.map(Repair::at_once));
    add.push(constraint::add(table, constraint));
    Step::transaction(Phase::Expand, why, add).undo(drop(table, constraint))
}

/// The statements that drop a constraint, if it is there.
pub(crate) fn drop(table: &TableName, constraint: &Constraint) -> Vec<Statement> {
    let mut statements = lock_parent(table, constraint, Mode::AccessExclusive);
    statements.push(constraint::drop(table, constraint));
    statements
}

fn lock_parent(table: &TableName, constraint: &Constraint, mode: Mode) -> Vec<Statement> {
    let parents: Vec<TableName> = constraint.parent().cloned().into_iter().collect();
    ddl::lock_parents(table, &parents, mode)
}

/// The statement that adds a check or a foreign key, without reading a row.
pub(crate) fn not_valid_statement(table: &TableName, constraint: &Constraint) -> Option<Statement> {
    match constraint.rule {
        Rule::Check(_) | Rule::ForeignKey { .. } => {
            Some(constraint::add_not_valid(table, constraint))
        }
        Rule::PrimaryKey(_) | Rule::Unique(_) | Rule::Exclude(_) => None,
    }
}

/// Catalog B1 and B4.
fn not_valid(table: &TableName, constraint: &Constraint, name: &Name) -> Vec<Step> {
    let mut add = lock_parent(table, constraint, Mode::ShareRowExclusive);
    add.push(constraint::add_not_valid(table, constraint));
    let when = if constraint.terms.not_valid { "" } else { " yet" };
    let why = format!("`{name}` holds for new rows; old ones are not read{when}");
    let add = Step::transaction(Phase::Migrate, why, add).undo(drop(table, constraint));
    let prove = (!constraint.terms.not_valid).then(|| {
        Step::transaction(
            Phase::Migrate,
            "reads every row, in a transaction of its own because a scan under the lock of the step before would block",
            vec![validate(table, constraint, name)],
        )
    });
    [add].into_iter().chain(prove).collect()
}

/// The step that proves a constraint which is there; undone, it is as it was before.
pub(crate) fn prove(table: &TableName, constraint: &Constraint) -> Option<Step> {
    let name = constraint.name.as_ref()?;
    let mut back = lock_parent(table, constraint, Mode::AccessExclusive);
    back.push(constraint::drop(table, constraint));
    back.push(constraint::add_not_valid(table, constraint));
    let why = "reads every row; blocks neither reads nor writes";
    Some(Step::transaction(Phase::Migrate, why, vec![validate(table, constraint, name)]).undo(back))
}

fn validate(table: &TableName, constraint: &Constraint, name: &Name) -> Statement {
    let mut validate = ddl::validate(table, &name.text);
    // A foreign key's validation reads the table that it points at.
    if let Some(parent) = constraint.parent().filter(|parent| *parent != table) {
        validate.locks.push(Lock { table: parent.quoted(), mode: Mode::RowShare });
    }
    validate
}

/// The step that drops a check or a foreign key, and those by which it comes back in an undo.
pub(crate) fn loosen(table: &TableName, constraint: &Constraint, how: &[Comparison]) -> Vec<Step> {
    let Some(name) = &constraint.name else { return Vec::new() };
    let parent = constraint.parent().filter(|parent| *parent != table);
    let mut add = lock_parent(table, constraint, Mode::ShareRowExclusive);
    let added = constraint::add_not_valid(table, constraint).why("old rows are not read yet");
    add.push(added.takes(Dropped::part(ObjectKind::Constraint, table, &name.text)));
    let why = "before any build writes what it forbids";
    let mut steps = vec![Step::transaction(Phase::Expand, why, drop(table, constraint)).undo(add)];
    if constraint.terms.not_valid {
        return steps;
    }
    let validate = ddl::validate_if_there(table, &name.text, parent);
    steps.insert(0, Step::way_back(Phase::Expand, "reads every row; blocks nobody", validate));
    let help = "mend these rows, or keep them and the migration as it is";
    if let Some(require) = violation::require(table, constraint, how, help) {
        steps.push(Step::way_back(Phase::Expand, &require.why, require.work));
    }
    if let Some(version) = constraint::requirement(constraint) {
        let ask = Work::Transaction(vec![version]);
        steps.push(Step::way_back(Phase::Expand, "asked before anything is done", ask));
    }
    steps
}

/// Catalog B5 and B6.
fn by_index(
    table: &TableName,
    constraint: &Constraint,
    name: &Name,
    columns: &[Name],
) -> Vec<Step> {
    let index = index::concurrent(table, &index_of(constraint, name, columns));
    vec![
        Step::build_index("concurrently: reads and writes go on", index),
        Step::transaction(
            Phase::Migrate,
            "the index is there already and becomes the constraint's",
            vec![constraint::add_using_index(table, constraint)],
        )
        .undo(drop(table, constraint)),
    ]
}

/// The index that enforces a key.
pub(crate) fn index_of(constraint: &Constraint, name: &Name, columns: &[Name]) -> Index {
    let keys = columns.iter().map(|column| Key::of(KeyValue::Column(column.clone()))).collect();
    let mut index = Index::of(keys, name.span);
    index.unique = true;
    index.name = Some(name.clone());
    index.include.clone_from(&constraint.terms.include);
    index.nulls_not_distinct = constraint.terms.nulls_not_distinct;
    index
}
