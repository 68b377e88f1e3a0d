//! `attach_partition!(old_events of events, from("2020-01-01") to("2021-01-01"))`: catalog F4. What
//! PostgreSQL would read or build under its lock is proven or built before.

use proc_macro2::Span;
use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::{self, Position};
use crate::model::{Claim, Object, Schema};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::sql::index;
use crate::plan::sql::partition::{Coming, detach, look, proof};
use crate::plan::{Mode, NoRows, Phase, Step, Work};
use crate::syntax::indexes::index::Index;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::partition::{Bound, Of};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct AttachPartition {
    partition: Of,
    bound: Bound,
}

pub(crate) struct Facts {
    parent: Table,
    /// The partition that takes the rows which no other takes.
    rest: Option<TableName>,
    /// The condition of its rows, where PostgreSQL takes one for a proof.
    condition: Option<String>,
    /// Indexes of the parent that the table lacks.
    indexes: Vec<Index>,
    /// Foreign keys that point at the parent: where they are from, and their pairs of columns.
    pointing: Vec<Pointing>,
    pointing_tables: Vec<TableName>,
}

struct Pointing {
    from: TableName,
    pairs: Vec<(Name, Name)>,
}

const REFUSED: &str =
    "from the first step on the table takes no rows but those of its bound (23514)";

impl Operation for AttachPartition {
    type Facts = Facts;

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        let partition = input.parse()?;
        input.parse::<Token![,]>()?;
        Ok(AttachPartition { partition, bound: Bound::parse(input)? })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.partition.name.span(), "outside a migration the partition key is not known")
            .help("the same inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::table(&self.partition.name).at(self.partition.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let Of { name, parent } = &self.partition;
        let before = errors.count();
        let table = schema.table(name, errors);
        let (parent, by) = schema.partitioned(parent, errors)?;
        self.bound.check(by, errors);
        schema.check_bound(parent, by, &self.bound, errors);
        let table = table?;
        table.check_like(parent, name.span(), errors);
        parent.check_proved(self.partition.parent.span(), errors);
        let has = |index: &&Index| !table.indexes.iter().any(|own| own.is_like(index));
        let indexes = parent.indexes.iter().filter(has).map(|index| {
            let name = Name::new(names::index(&table.name, index));
            Index { name: Some(name), ..index.clone() }
        });
        let facts = Facts {
            rest: schema.rest_of(&parent.name).cloned(),
            condition: self.bound.condition(by, schema.comparison_with_bound(parent, by)),
            indexes: indexes.collect(),
            pointing: pointing_at(schema, &parent.name),
            pointing_tables: schema.pointing_tables(&parent.name),
            parent: parent.clone(),
        };
        (errors.count() == before).then_some(facts)
    }

    fn plan(&self, facts: &Facts, _: Position) -> Plan {
        let name = &self.partition.name;
        let Some(condition) = &facts.condition else { return Plan::default() };
        let coming = self.coming(facts);
        let help = "mend or delete them, or attach the table with another bound";
        let outside = "are outside the bound".into();
        let mut steps = vec![look(name, &format!("not ({condition})"), outside, help)];
        steps.extend(coming.look_in_the_rest(condition));
        steps.extend(facts.indexes.iter().map(|own| {
            let why = "concurrently: attaching would build it under a lock that blocks";
            Step::build_index(why, index::concurrent(name, own))
        }));
        let why = format!("`{name}` takes no rows but those of its bound from now on");
        steps.extend(proof(name, &self.proof(), condition, why));
        steps.extend(coming.free_the_rest(condition));
        let why = "its rows are seen through the table that it is a partition of; nothing is read";
        steps.push(self.attach(facts, why));
        steps.extend(facts.pointing.iter().map(|pointing| self.asked_before_undo(pointing)));
        Plan::noting(steps, vec![REFUSED.into()])
    }

    fn direct(&self, facts: &Facts) -> Option<Direct> {
        let why = "reads the table, and builds its indexes, while its clients wait";
        Some(Direct::of(self.partition.name.clone(), self.attach(facts, why)))
    }

    fn only_direct(&self, facts: &Facts) -> Option<(Span, &'static str)> {
        let reason = "PostgreSQL would read the table under a lock that blocks: it takes a check for a \
            proof where the key is one column or expression, by range or list";
        facts.condition.is_none().then_some((self.bound.span, reason))
    }

    fn apply(&self, schema: &mut Schema) {
        schema.remove(&self.partition.name);
        schema.put_partition(&self.partition.name, &self.partition.parent, &self.bound);
    }
}

/// The foreign keys of the schema that point at a table.
fn pointing_at(schema: &Schema, parent: &TableName) -> Vec<Pointing> {
    let pointing = |from: &TableName, item: &Constraint| {
        let Rule::ForeignKey { columns, target } = &item.rule else { return None };
        let pairs = columns.iter().cloned().zip(target.columns.iter().cloned()).collect();
        (target.table == *parent).then(|| Pointing { from: from.clone(), pairs })
    };
    let tables = schema.tables_pointing_at(parent);
    tables
        .flat_map(|table| {
            table.constraints.iter().filter_map(move |item| pointing(&table.name, item))
        })
        .collect()
}

impl AttachPartition {
    /// PostgreSQL detaches no partition at whose rows a foreign key points.
    fn asked_before_undo(&self, Pointing { from, pairs }: &Pointing) -> Step {
        let name = &self.partition.name;
        let pairs = pairs.iter().map(|(own, to)| {
            format!("pointing.{} = {}.{}", own.quoted(), name.quoted(), to.quoted())
        });
        let pairs: Vec<String> = pairs.collect();
        let require = NoRows {
            table: name.quoted(),
            violation: format!(
                "exists (select from {} as pointing where {})",
                from.quoted(),
                pairs.join(" and ")
            ),
            problem: format!("are pointed at by rows of `{from}`"),
            help: "delete the rows that point at them, or keep the partition".into(),
        };
        let why = "finds rows that have to stay, before anything is locked";
        Step::way_back(Phase::Migrate, why, Work::NoRows(require))
    }

    fn proof(&self) -> String {
        names::internal(&self.partition.name, &[], "bound")
    }

    fn coming<'a>(&'a self, facts: &'a Facts) -> Coming<'a> {
        Coming {
            name: &self.partition.name,
            parent: &facts.parent,
            bound: &self.bound,
            rest: facts.rest.as_ref(),
            pointing: &facts.pointing_tables,
        }
    }

    fn attach(&self, facts: &Facts, why: &str) -> Step {
        let name = &self.partition.name;
        let coming = self.coming(facts);
        let mut statements = coming.attach(Mode::AccessExclusive);
        let drop = ddl::drop_constraint_if_exists(name, &self.proof());
        statements.push(drop.why("the bound holds from now on"));
        statements.extend(coming.drop_proof_of_rest());
        let undo = detach(name, &facts.parent, facts.rest.as_ref(), &facts.pointing_tables);
        Step::transaction(Phase::Migrate, why, statements).undo(undo)
    }
}
