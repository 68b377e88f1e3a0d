//! The swap: a new, partitioned table takes the name, and the old one becomes a partition of it under a
//! name of its own. Nothing is copied. And the way back.

use crate::model::names;
use crate::plan::partitioned::{belongings, refused};
use crate::plan::safe::attach;
use crate::plan::sql::partition::{Coming, detach, look, proof};
use crate::plan::sql::{constraint, ddl, index};
use crate::plan::swap::sequence_owner;
use crate::plan::{Mode, Phase, Statement, Step, Work};
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::partition::{Bound, PartitionBy};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName};

/// A table that becomes partitioned, and what the schema knows of it.
pub(crate) struct Partitioning {
    /// As it is before.
    pub(crate) table: Table,
    pub(crate) by: PartitionBy,
    /// The name that it gets as a partition.
    pub(crate) partition: TableName,
    pub(crate) bound: Bound,
    /// The condition of its rows; none where it takes those that no other partition takes.
    pub(crate) condition: Option<String>,
    /// Its indexes, those of constraints too: their names now, and as a partition's.
    pub(crate) indexes: Vec<(Name, Name)>,
    /// The foreign keys of other tables that point at it.
    pub(crate) incoming: Vec<(TableName, Constraint)>,
    pub(crate) views: Vec<TableName>,
    /// The other tables whose policies read it.
    pub(crate) guarded: Vec<TableName>,
}

/// What new indexes are called that the old table has.
pub(crate) fn index_names(table: &Table, partition: &TableName) -> Vec<(Name, Name)> {
    let mut renamed = Table { name: partition.clone(), ..table.clone() };
    for key in renamed.constraints.iter_mut().filter(|item| item.has_index()) {
        (key.name, key.with) = (None, None);
    }
    renamed.indexes.iter_mut().for_each(|index| index.name = None);
    names::complete(&mut renamed);
    let names = |table: &Table| -> Vec<Name> {
        let keys = table.constraints.iter().filter(|item| item.has_index());
        let keys = keys.filter_map(|item| item.name.clone());
        keys.chain(table.indexes.iter().filter_map(|index| index.name.clone())).collect()
    };
    names(table).into_iter().zip(names(&renamed)).collect()
}

impl Partitioning {
    pub(crate) fn steps(&self) -> Vec<Step> {
        let (name, partition) = (&self.table.name, &self.partition);
        let why = "asked before anything is done";
        let unfit = self.unfit();
        let mut steps = vec![Step::transaction(Phase::Expand, why, vec![unfit])];
        if let Some(condition) = &self.condition {
            let help = "mend or delete them, or let the table be a partition with another bound";
            let outside = "are outside the bound".into();
            steps.push(look(name, &format!("not ({condition})"), outside, help));
            let why = format!("`{name}` takes no rows but those of `{partition}` from now on");
            steps.extend(proof(name, &self.proof(), condition, why));
        }
        steps.extend(self.proved().map(|(from, item)| {
            let validate = ddl::validate_if_there(from, constraint::name(item), Some(name));
            Step::way_back(Phase::Migrate, "reads every row; blocks nobody", validate)
        }));
        let why = format!(
            "`{name}` is partitioned from now on, and its rows are in `{partition}`; nothing is read or copied"
        );
        steps.push(Step::transaction(Phase::Migrate, why, self.forth()).undo(self.back()));
        let why = "reads every row, and blocks neither reads nor writes";
        steps.extend(self.proved().map(|(from, item)| {
            let validate = ddl::validate(from, constraint::name(item));
            let validate = validate.and_locks(name, Mode::RowShare);
            Step::transaction(Phase::Migrate, why, vec![validate])
        }));
        let analyze = format!("analyze {}", name.quoted());
        let analyze = Statement::locking(analyze, name, Mode::ShareUpdateExclusive).reading_rows();
        let why = "reads a sample of rows: until then the planner knows nothing of the whole, and no autovacuum looks at that";
        steps.push(Step::transaction(Phase::Migrate, why, vec![analyze]));
        let asked = Work::Transaction(vec![refused::other_partitions(name, partition)]);
        let why = "finds partitions that have to stay, before anything is locked";
        steps.push(Step::way_back(Phase::Migrate, why, asked));
        steps
    }

    /// The foreign keys that point at it and hold for all rows.
    fn proved(&self) -> impl Iterator<Item = &(TableName, Constraint)> {
        self.incoming.iter().filter(|(_, item)| !item.terms.not_valid)
    }

    fn forth(&self) -> Vec<Statement> {
        let (table, name, partition) = (&self.table, &self.table.name, &self.partition);
        let mut forth = self.locks();
        forth.push(self.unfit().why("what came since it was asked"));
        forth.push(belongings::keep(name));
        forth.push(rename(name, partition));
        forth.extend(self.indexes.iter().map(|(old, new)| ddl::rename_index(name, old, new)));
        forth.push(self.create());
        if self.condition.is_some() {
            let drop = ddl::drop_constraint_if_exists(name, &self.proof());
            forth.push(drop.why("for the partition alone"));
        }
        forth.extend(self.identities(partition, name));
        let (keys, references): (Vec<&Constraint>, Vec<&Constraint>) =
            table.constraints.iter().partition(|item| item.has_index());
        forth.extend(keys.into_iter().map(|item| constraint::add(name, item)));
        forth.extend(table.indexes.iter().flat_map(|own| index::create(name, own)));
        let references =
            references.into_iter().filter(|item| matches!(item.rule, Rule::ForeignKey { .. }));
        forth.extend(references.map(|item| constraint::add(name, item)));
        forth.push(belongings::clear(partition));
        forth.push(self.following());
        forth.push(belongings::give(name));
        forth.extend(self.point_anew());
        // What it locks first is locked.
        forth.extend(self.coming().attach(Mode::AccessExclusive).pop());
        if self.condition.is_some() {
            let drop = ddl::drop_constraint_if_exists(partition, &self.proof());
            forth.push(drop.why("the bound holds from now on"));
        }
        forth
    }

    fn back(&self) -> Vec<Statement> {
        let (name, partition, parent) = (&self.table.name, &self.partition, self.parent());
        let mut back = self.locks();
        back.push(refused::other_partitions(name, partition).why("what came since it was asked"));
        back.push(belongings::keep(name));
        back.extend(self.incoming.iter().map(|(from, item)| constraint::drop(from, item)));
        back.extend(detach(partition, &self.table, None, &[]).pop());
        back.push(rename(name, &parent));
        back.push(rename(partition, name));
        back.push(self.following());
        back.extend(self.identities(&parent, name));
        let drop = format!("drop table {}", parent.quoted());
        let drop = Statement::locking(drop, &parent, Mode::AccessExclusive);
        back.push(
            drop.changing(parent.quoted()).why("it has no rows, and nothing reads it any more"),
        );
        back.extend(self.indexes.iter().map(|(old, new)| ddl::rename_index(name, new, old)));
        back.push(belongings::give(name));
        back.extend(self.incoming.iter().map(|(from, item)| constraint::add_not_valid(from, item)));
        back
    }

    /// All that is locked, in the order in which clients do: what the table points at first, views before
    /// what they read, what points at the table last.
    fn locks(&self) -> Vec<Statement> {
        let name = &self.table.name;
        let parents = self.table.constraints.iter().filter_map(Constraint::parent);
        let before: Vec<TableName> = parents.chain(&self.guarded).cloned().collect();
        let mut locks = ddl::lock_parents(name, &before, Mode::AccessExclusive);
        let lock = ddl::lock_table(name, Mode::AccessExclusive);
        let mut with_views = Statement { locks: Vec::new(), ..lock };
        for view in &self.views {
            with_views = with_views.and_locks(view, Mode::AccessExclusive);
        }
        locks.push(with_views.and_locks(name, Mode::AccessExclusive));
        let mut pointing: Vec<&TableName> = self.incoming.iter().map(|(from, _)| from).collect();
        pointing.sort_by_key(|from| from.quoted());
        pointing.dedup();
        let pointing = pointing.into_iter().filter(|from| !before.contains(from));
        let why = "the tables whose foreign keys point at it, behind it";
        locks.extend(pointing.map(|from| ddl::lock_table(from, Mode::AccessExclusive).why(why)));
        locks
    }

    /// The columns in the order that they have on the server, which clients may count on.
    fn create(&self) -> Statement {
        let (name, partition) = (&self.table.name, &self.partition);
        let sql = format!(
            "create table {} (\n  like {} including all excluding identity excluding indexes\n) {}",
            name.quoted(),
            partition.quoted(),
            self.by.sql()
        );
        Statement::locking(sql, name, Mode::AccessExclusive).brings(name)
    }

    fn identities(&self, from: &TableName, to: &TableName) -> Vec<Statement> {
        let columns = self.table.columns.iter().filter(|column| column.identity.is_some());
        let columns = columns.map(|column| &column.name);
        columns.map(|column| sequence_owner::identity((from, column), (to, column))).collect()
    }

    fn following(&self) -> Statement {
        let follow = belongings::let_readers_follow(&self.table.name);
        let read = self.views.iter().chain(&self.guarded);
        read.fold(follow, |follow, of| follow.changing(of.quoted()))
    }

    /// Lets the foreign keys of others point at the table that has the name now. Before the partition is
    /// there, so that what PostgreSQL keeps of a key for each partition is not marked as not valid.
    fn point_anew(&self) -> Vec<Statement> {
        let anew = self.incoming.iter().flat_map(|(from, item)| {
            let drop =
                constraint::drop(from, item).and_locks(&self.partition, Mode::AccessExclusive);
            [drop, constraint::add_not_valid(from, item)]
        });
        anew.collect()
    }

    fn coming(&self) -> Coming<'_> {
        Coming {
            name: &self.partition,
            parent: &self.table,
            bound: &self.bound,
            rest: None,
            pointing: &[],
        }
    }

    fn unfit(&self) -> Statement {
        refused::unfit(&self.table, &self.proof(), &self.incoming)
    }

    fn proof(&self) -> String {
        names::internal(&self.table.name, &[], "bound")
    }

    /// The name of the partitioned table on the way back, while the other has its name already.
    fn parent(&self) -> TableName {
        let name = Name::new(names::internal(&self.table.name, &[], "partitioned"));
        TableName { schema: self.table.name.schema.clone(), name }
    }
}

/// Not as a table that is renamed: its name goes on, as that of a table.
fn rename(from: &TableName, to: &TableName) -> Statement {
    let clause = format!("rename to {}", to.name.quoted());
    let rename = ddl::alter(from, &clause, Mode::AccessExclusive).changing(from.quoted());
    rename.brings(to).and_locks(to, Mode::AccessExclusive)
}

/// Tells why a foreign key of another table has no form on one that is partitioned itself.
pub(crate) const FROM_PARTITIONED: &str = attach::REFERENCE_OF_PARTITIONS;
