//! `partition_table!(events, by range(created_at), events_before to("2027-01-01"))`: catalog F7. The
//! table becomes a partition of one that takes its name; nothing is copied.

use syn::Token;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Kind, Object, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::partitioned::fit::{Fit, incoming};
use crate::plan::partitioned::swap::{Partitioning, index_names};
use crate::plan::sql::ddl;
use crate::syntax::indexes::storage::Parameters;
use crate::syntax::tables::partition::{Bound, PartitionBy};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::setting::Kind as Setting;

pub(crate) struct PartitionTable {
    table: TableName,
    by: PartitionBy,
    partition: TableName,
    bound: Bound,
}

impl Operation for PartitionTable {
    type Facts = Partitioning;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table: TableName = input.parse()?;
        input.parse::<Token![,]>()?;
        let word = input.call(syn::Ident::parse_any)?;
        if word != "by" {
            let message = format!("expected `by`, found `{word}`\nhelp: by range(…)");
            return Err(syn::Error::new(word.span(), message));
        }
        let by = PartitionBy::parse(input, errors)?;
        if input.is_empty() {
            let help = format!("by {}(…), {}_before to(…)", by.method.word(), table.name);
            let message = format!("nothing says which partition `{table}` becomes\nhelp: {help}");
            return Err(syn::Error::new(table.span(), message));
        }
        input.parse::<Token![,]>()?;
        let partition = input.parse()?;
        Ok(PartitionTable { table, by, partition, bound: Bound::parse_first(input)? })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.table.span(), "outside a migration it is not known what the table has")
            .help("the same inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        [&self.table, &self.partition].map(|name| Object::table(name).at(name.span())).into()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Partitioning> {
        let table = schema.table(&self.table, errors)?;
        let before = errors.count();
        let (by, bound, partition, span) =
            (&self.by, &self.bound, &self.partition, self.table.span());
        Fit { schema, table, by, bound, partition, span }.check(errors);
        schema.name_is_free(Kind::Partition, partition, errors);
        let indexes = index_names(table, partition);
        for (old, new) in &indexes {
            if let Some(taken) = schema.relation(partition, &new.text) {
                let message = format!("`{old}` would be `{new}`, and {taken} exists already");
                errors.at(partition.span(), message).help("another name for the partition");
            }
        }
        if errors.count() == before {
            bound.check(by, errors);
            schema.check_bound(table, by, bound, errors);
        }
        let condition = bound.condition(by, schema.comparison_with_bound(table, by));
        if errors.count() == before && condition.is_none() && !bound.is_rest() {
            errors
                .at(bound.span, "there is no check that PostgreSQL takes for a proof of this bound")
                .help(format_args!("{partition} default"))
                .note("it would read the table under a lock that blocks");
        }
        let readers = || schema.dependents(&self.table, None);
        let views = readers().filter(|it| it.kind == Kind::View).map(|it| it.name.clone());
        let policies = readers().filter(|it| it.kind == Kind::Policy);
        let facts = Partitioning {
            table: table.clone(),
            by: by.clone(),
            partition: partition.clone(),
            bound: bound.clone(),
            condition,
            indexes,
            incoming: incoming(schema, &self.table),
            views: views.collect(),
            guarded: policies.filter_map(|it| it.on.clone()).collect(),
        };
        (errors.count() == before).then_some(facts)
    }

    fn plan(&self, facts: &Partitioning, _: Position) -> Plan {
        let (table, partition) = (&self.table, &self.partition);
        let room = if self.bound.is_rest() {
            format!(
                "each partition that comes is proved to have no rows in `{partition}` first, which \
                 reads all of that and blocks nobody; with a bound for it there is nothing to prove"
            )
        } else {
            format!(
                "from the first step of migrate on `{table}` takes no row outside the bound of \
                 `{partition}` (23514), until there is a partition for it: \
                 `create_partition!(… of {table}, …)` behind this"
            )
        };
        Plan::noting(facts.steps(), vec![room, LIMITS.into()])
    }

    fn apply(&self, schema: &mut Schema) {
        let Some(table) = schema.find(&self.table).cloned() else { return };
        if table.partition_by.is_some() {
            return;
        }
        schema.alter(&self.table, |table| {
            table.partition_by = Some(self.by.clone());
            table.storage = Parameters::default();
        });
        schema.put_partition(&self.partition, &self.table, &self.bound);
        let own = self.own_settings(&table, schema.replica_identity(&self.table));
        for (what, sql) in own {
            schema.put_entity(self.setting(&what, sql));
        }
    }
}

/// Measured, or of the manual ("Limitations" of declarative partitioning, COPY).
const LIMITS: &str = "`copy … to` of the table by its name fails from then on (42809): `copy (select …) to` \
    in its place; `only` finds no rows in it; a `before` trigger for each row must not change the partition \
    key; a client that waits for a row which moves to another partition at that moment fails (40001)";

impl PartitionTable {
    /// What the partition keeps of its own, and another that comes does not get.
    fn own_settings(&self, table: &Table, identity: Option<&Entity>) -> Vec<(String, String)> {
        let name = &self.partition;
        let alter = |clause: &str| format!("alter table {} {clause}", name.quoted());
        let mut own = Vec::new();
        if !table.storage.is_empty() {
            own.push(("parameters".to_owned(), alter(&format!("set ({})", table.storage.sql()))));
        }
        for column in &table.columns {
            for setting in column.settings.iter().filter(|it| it.kind == Setting::Statistics) {
                let set = ddl::set(name, &column.name, setting.kind, &setting.clause());
                own.push((format!("statistics of {}", column.name.text), set.sql));
            }
        }
        let identity = identity.and_then(|entity| entity.create.first());
        let way = identity.and_then(|sql| sql.split_once(" replica identity "));
        own.extend(way.map(|(_, way)| {
            ("replica identity".to_owned(), alter(&format!("replica identity {way}")))
        }));
        own
    }

    fn setting(&self, what: &str, sql: String) -> Entity {
        let name = Name::new(format!("{what} of {}", self.partition));
        Entity {
            kind: Kind::Other,
            name: TableName { schema: None, name },
            on: Some(self.partition.clone()),
            create: vec![sql],
            definition: Definition::Name,
        }
    }
}
