//! `create_partition!(events_2027 of events, from("2027-01-01") to("2028-01-01"))`: catalog F5.

use proc_macro2::Span;
use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::sql::partition::{Coming, detach, lock_references};
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Mode, Phase, Statement, Step};
use crate::syntax::tables::partition::{Bound, Of};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::TableName;

pub(crate) struct CreatePartition {
    partition: Of,
    bound: Bound,
}

pub(crate) struct Facts {
    parent: Table,
    /// The partition that takes the rows which no other takes.
    rest: Option<TableName>,
    /// The condition of its rows, where PostgreSQL takes one for a proof.
    condition: Option<String>,
    /// Where there is nothing to prove.
    phase: Phase,
    /// The tables whose foreign keys point at the parent.
    pointing: Vec<TableName>,
}

const REFUSED: &str = "until it is there, rows that belong to the new partition are refused (23514): \
    without that, the partition of the rest would be read under a lock that blocks";

impl Operation for CreatePartition {
    type Facts = Facts;

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        let partition = input.parse()?;
        input.parse::<Token![,]>()?;
        Ok(CreatePartition { partition, bound: Bound::parse(input)? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume_partitioned(&self.partition.parent, None);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::table(&self.partition.name).at(self.partition.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let Of { name, parent } = &self.partition;
        let (table, by) = schema.partitioned(parent, errors)?;
        self.bound.check(by, errors);
        schema.check_bound(table, by, &self.bound, errors);
        let is_free = schema.name_is_free(Kind::Partition, name, errors);
        let rest = schema.rest_of(parent);
        if let Some(rest) = rest.filter(|_| self.bound.is_rest()) {
            errors.at(self.bound.span, format_args!("`{rest}` takes the rest already"));
            return None;
        }
        let condition = self.bound.condition(by, schema.comparison_with_bound(table, by));
        let is_late = schema.is_partitioned_now(parent);
        let phase = if is_late { Phase::Migrate } else { Phase::Expand };
        is_free.then(|| Facts {
            parent: table.clone(),
            rest: rest.cloned(),
            condition,
            phase,
            pointing: schema.pointing_tables(parent),
        })
    }

    fn plan(&self, facts: &Facts, _: Position) -> Plan {
        let coming = self.coming(facts);
        let why = "blocks neither reads nor writes of the table that it is a partition of";
        let Some(condition) = facts.condition.as_ref().filter(|_| facts.rest.is_some()) else {
            return Plan::of(vec![self.step(facts, facts.phase, why)]);
        };
        let mut steps: Vec<Step> = coming.look_in_the_rest(condition).into_iter().collect();
        steps.extend(coming.free_the_rest(condition));
        steps.push(self.step(facts, Phase::Migrate, why));
        Plan::noting(steps, vec![REFUSED.into()])
    }

    fn direct(&self, facts: &Facts) -> Option<Direct> {
        let why = "reads the partition of the rest while reads and writes of that wait";
        let step = self.step(facts, Phase::Migrate, why);
        Some(Direct::of(facts.rest.clone()?, step))
    }

    fn only_direct(&self, facts: &Facts) -> Option<(Span, &'static str)> {
        let reason = "PostgreSQL would read the partition of the rest under a lock that blocks, and \
            takes no check for a proof where the key has several columns";
        (facts.rest.is_some() && facts.condition.is_none()).then_some((self.bound.span, reason))
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_partition(&self.partition.name, &self.partition.parent, &self.bound);
    }
}

impl CreatePartition {
    fn coming<'a>(&'a self, facts: &'a Facts) -> Coming<'a> {
        Coming {
            name: &self.partition.name,
            parent: &facts.parent,
            bound: &self.bound,
            rest: facts.rest.as_ref(),
            pointing: &facts.pointing,
        }
    }

    fn step(&self, facts: &Facts, phase: Phase, why: &str) -> Step {
        let coming = self.coming(facts);
        let mut statements = vec![coming.create()];
        statements.extend(coming.attach(Mode::ShareRowExclusive));
        statements.extend(coming.drop_proof_of_rest());
        Step::transaction(phase, why, statements).undo(self.undo(facts))
    }

    fn undo(&self, facts: &Facts) -> Vec<Statement> {
        let Of { name, parent } = &self.partition;
        let lock =
            ddl::lock_table(parent, Mode::AccessExclusive).and_locks(name, Mode::AccessExclusive);
        let mut drop = Statement::locking(
            format!("drop table {}", name.quoted()),
            name,
            Mode::AccessExclusive,
        )
        .and_locks(parent, Mode::AccessExclusive)
        .drops(Dropped::object(ObjectKind::Table, name.quoted()));
        if let Some(rest) = &facts.rest {
            drop = drop.and_locks(rest, Mode::AccessExclusive);
        }
        let why = "a lock on the table is one on each of its partitions, those that stay too";
        let lock = lock.why(why);
        if facts.pointing.is_empty() {
            return vec![lock, drop];
        }
        let mut undo = lock_references(&facts.parent, Mode::AccessExclusive);
        undo.push(lock);
        undo.extend(facts.pointing.iter().map(|from| ddl::lock_table(from, Mode::AccessExclusive)));
        let detach = detach(name, &facts.parent, facts.rest.as_ref(), &facts.pointing).pop();
        undo.extend(
            detach.map(|it| it.why("a foreign key that points at the whole has a part for it")),
        );
        undo.push(drop);
        undo
    }
}
