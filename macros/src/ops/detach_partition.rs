//! `detach_partition!(events_2020 of events)`: catalog F6. Old builds read its rows through the
//! table that it is a partition of, so it goes in the contract, as a table of its own.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::{self, Position};
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::not_null;
use crate::plan::sql::ddl;
use crate::plan::sql::partition;
use crate::plan::{Cleanup, Mode, NonTransactional, Phase, Statement, Step, Work};
use crate::syntax::tables::partition::Of;
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::literal;
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct DetachPartition {
    partition: Of,
    /// The partition key, which a migration knows.
    key: Option<Name>,
}

pub(crate) struct Facts {
    parent: Table,
    /// The partition that takes the rows which no other takes.
    rest: Option<TableName>,
    /// The tables whose foreign keys point at the parent.
    pointing: Vec<TableName>,
}

impl Operation for DetachPartition {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let partition = input.parse()?;
        let mut key = None;
        options(input, errors, &mut [("key", &mut value(&mut key))]);
        Ok(DetachPartition { partition, key })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        let Of { name, parent } = &self.partition;
        let Some(key) = &self.key else {
            errors
                .at(name.span(), "outside a migration the partition key is not known")
                .help(format_args!("{name} of {parent}, key = …"));
            return;
        };
        schema.assume_partitioned(parent, Some(key));
        schema.put_entity(Entity::assumed(Kind::Partition, name, Some(parent)));
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::table(&self.partition.name).at(self.partition.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let Of { name, parent } = &self.partition;
        let (table, _) = schema.partitioned(parent, errors)?;
        schema.entity(Kind::Partition, name, Some(parent), errors)?;
        table.check_proved(parent.span(), errors);
        Some(Facts {
            parent: table.clone(),
            rest: schema.rest_of(parent).cloned(),
            pointing: schema.pointing_tables(parent),
        })
    }

    fn plan(&self, facts: &Facts, _: Position) -> Plan {
        let name = &self.partition.name;
        let Some(rest) = &facts.rest else {
            return Plan::of(vec![self.concurrently(facts), self.stand_alone(facts)]);
        };
        let mut statements = partition::detach(name, &facts.parent, Some(rest), &facts.pointing);
        statements.push(not_null::name_after(name, &self.partition.parent.name));
        let why = "no build reads its rows there any more; beside a partition of the rest there is no form that locks less";
        Plan::of(vec![Step::transaction(Phase::Contract, why, statements)])
    }

    fn apply(&self, schema: &mut Schema) {
        let Of { name, parent } = &self.partition;
        schema.remove_partition(name);
        let Some(mut table) = schema.find(parent).cloned() else { return };
        table.name = name.clone();
        table.partition_by = None;
        for column in &mut table.columns {
            column.identity = None;
            column.comment = None;
        }
        for key in table.constraints.iter_mut().filter(|item| item.has_index()) {
            (key.name, key.with) = (None, None);
        }
        table.indexes.iter_mut().for_each(|index| index.name = None);
        names::complete(&mut table);
        schema.put(table);
        schema.hold(Object::table(name), Role::Synced);
        // Until then it gets what the others get.
        schema.hold(Object::entity(Kind::Partition, name, Some(parent)), Role::Synced);
    }
}

impl DetachPartition {
    fn concurrently(&self, facts: &Facts) -> Step {
        let Of { name, parent } = &self.partition;
        let (table, of) = (literal(&name.quoted()), literal(&parent.quoted()));
        let pending = format!(
            "select exists (select from pg_catalog.pg_inherits \
             where inhrelid = pg_catalog.to_regclass({table})::oid \
             and inhparent = pg_catalog.to_regclass({of})::oid and inhdetachpending)"
        );
        let done = format!(
            "select not exists (select from pg_catalog.pg_inherits \
             where inhrelid = pg_catalog.to_regclass({table})::oid \
             and inhparent = pg_catalog.to_regclass({of})::oid)"
        );
        let references = partition::lock_references(&facts.parent, Mode::ShareRowExclusive);
        let detach = |how: &str| {
            let clause = format!("detach partition {} {how}", name.quoted());
            let mut detach = ddl::alter(parent, &clause, Mode::ShareUpdateExclusive)
                .and_locks(name, Mode::AccessExclusive)
                .changing(parent.quoted())
                .changing(name.quoted());
            detach.locks.extend(references.iter().flat_map(|lock| lock.locks.clone()));
            let lock = |detach: Statement, from| detach.and_locks(from, Mode::AccessExclusive);
            facts.pointing.iter().fold(detach, lock)
        };
        let alone = NonTransactional {
            statement: detach("concurrently"),
            done: Some(done),
            mend: vec![Cleanup { when: pending, statement: detach("finalize") }],
        };
        let why = "no build reads its rows there any more; waits for whoever reads them, and blocks nobody";
        Step::new(Phase::Contract, why, Work::NonTransactional(alone))
    }

    /// PostgreSQL leaves a check of the bound behind, which would refuse other rows for ever.
    fn stand_alone(&self, facts: &Facts) -> Step {
        let name = &self.partition.name;
        let columns = facts.parent.partition_by.iter().flat_map(|by| by.columns().cloned());
        let columns: Vec<Name> = columns.collect();
        let column = columns.first().filter(|_| columns.len() == 1);
        let drop = ddl::drop_constraint_if_exists(name, &names::copied_bound(name, column));
        let drop = drop.why("a copy of its bound, which PostgreSQL leaves on it");
        let name_after = not_null::name_after(name, &self.partition.parent.name);
        Step::transaction(Phase::Contract, "it is a table of its own", vec![drop, name_after])
    }
}
