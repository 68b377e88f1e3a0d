//! Indexes on partitioned tables, which PostgreSQL builds under a lock that blocks every write.
//!
//! So an index is made on the parent alone, built on each partition by itself, and attached there;
//! the parent's is valid once no partition lacks it. A partition that appears meanwhile gets its
//! own from PostgreSQL. The catalogs say what is done already, so that a run can stop anywhere.
//!
//! PostgreSQL manual, section "Table Partitioning", "Partition Maintenance".

use super::build::{analyzed, build_until_valid, confirm, in_the_way, ladder, name_taken};
use super::ours;
use super::state::{Target, Truth, definition, truth};
use crate::lock::RunSession;
use crate::migration::Index;
use crate::outcome::error::{Error, WorkError};
use crate::session::executor::Row;
use crate::session::sql::{quote_literal, tree};
use crate::session::sqlstate::FEATURE_NOT_SUPPORTED;
use crate::work::index::child_name::candidates;
use crate::work::step::context::StepContext;
use crate::work::transaction::{LockPlan, Text, locked};

/// A table and its index, both quoted and schema-qualified.
struct Pair {
    table: String,
    index: String,
}

/// What is directly below a partitioned table.
struct Partition {
    table: String,
    schema: String,
    name: String,
    kind: String,
    /// Its index that is attached already.
    attached: Option<String>,
}

pub(super) async fn build(
    context: &mut StepContext<'_, '_>,
    index: &Index,
    resumed: bool,
) -> Result<(), Error> {
    let outcome = build_everywhere(context, index, resumed).await;
    if let Err(error) = &outcome
        && error.code().is_some_and(comes_again)
        && matches!(truth(context.session, index.name).await, Ok(Truth::Invalid))
        && let Err(error) = discard(context, index).await
    {
        tracing::warn!(%error, index = index.name, "cannot drop the unfinished index");
    }
    outcome
}

/// Tells whether a failure lies in the rows or in the index itself: then what is built is of no
/// use. After any other the next run goes on with it.
fn comes_again(code: &str) -> bool {
    const CLASSES: [&str; 4] = ["0A", "22", "23", "42"];
    CLASSES.iter().any(|class| code.starts_with(class))
}

async fn build_everywhere(
    context: &mut StepContext<'_, '_>,
    index: &Index,
    resumed: bool,
) -> Result<(), Error> {
    no_foreign_partition(context.session, index).await?;
    let target = Target::of(index);
    if !resumed || truth(context.session, index.name).await? == Truth::Missing {
        make_on_parent(context, index).await?;
    } else {
        ours::check(context.session, &target).await?;
    }
    let columns = columns(context.session, index.name).await?;
    let (table, name) = (index.table.to_owned(), index.name.to_owned());
    let mut parents = vec![Pair { table, index: name }];
    while let Some(parent) = parents.pop() {
        for partition in partitions(context.session, &parent).await? {
            context.position.table = Some(partition.table.clone());
            context.tell();
            let below = match &partition.attached {
                Some(name) => name.clone(),
                None => make_and_attach(context, index, &columns, &parent, &partition).await?,
            };
            if partition.kind == "p" {
                parents.push(Pair { table: partition.table, index: below });
            }
        }
    }
    confirm(context.session, &target).await
}

async fn make_on_parent(context: &mut StepContext<'_, '_>, index: &Index) -> Result<(), Error> {
    let made = make_on_only(context, index, index.table, unqualified(index.name)).await;
    made.map_err(|error| {
        let error = name_taken(index.name, error);
        if !index.unique || error.code() != Some(FEATURE_NOT_SUPPORTED) {
            return error;
        }
        let table = index.table;
        let why = format!("it is unique and lacks a column that {table} is partitioned by");
        not_indexable(index, why, "add that column: rows of two partitions are not compared")
            .caused_by(error)
    })
}

fn not_indexable(index: &Index, why: String, help: &str) -> Error {
    let (index, help) = (index.name.to_owned(), help.to_owned());
    Error::work(WorkError::NotIndexable { index, why, help })
}

/// An index on a partitioned table without its partitions: it holds no rows, so that this is brief.
async fn make_on_only(
    context: &mut StepContext<'_, '_>,
    index: &Index,
    table: &str,
    name: &str,
) -> Result<(), Error> {
    let (unique, definition) = (unique(index), index.definition);
    let create = format!("create {unique}index {name} on only {table} {definition}");
    let share = format!("lock table only {table} in share mode");
    briefly(context, index, table, vec![share], &create).await
}

async fn make_and_attach(
    context: &mut StepContext<'_, '_>,
    index: &Index,
    columns: &[String],
    parent: &Pair,
    partition: &Partition,
) -> Result<String, Error> {
    let Partition { table, schema, kind, .. } = partition;
    let own = own_name(context.session, columns, parent, partition).await?;
    let qualified = format!("{schema}.{own}");
    if kind == "p" {
        if truth(context.session, &qualified).await? == Truth::Missing {
            make_on_only(context, index, table, &own).await?;
        }
    } else {
        let (unique, definition) = (unique(index), index.definition);
        let create = format!("create {unique}index concurrently {own} on {table} {definition}");
        let drop = format!("drop index concurrently if exists {qualified}");
        let (name, unique) = (qualified.as_str(), index.unique);
        let target =
            Target { table, name, unique, words: definition, create: &create, drop: &drop };
        let mut ladder = ladder(context, index);
        build_until_valid(context, &mut ladder, &target, true).await?;
        if index.analyze.is_some() {
            analyzed(context, &mut ladder, &format!("analyze {table}")).await?;
        }
    }
    let attach = format!("alter index {} attach partition {qualified}", parent.index);
    // It locks the partition's index, which every query of the partition reads about.
    briefly(context, index, table, Vec::new(), &attach).await?;
    Ok(qualified)
}

/// Runs a statement that does not reach below `table`, after taking these locks.
async fn briefly(
    context: &mut StepContext<'_, '_>,
    index: &Index,
    table: &str,
    take: Vec<String>,
    statement: &str,
) -> Result<(), Error> {
    let evict = Some(format!("lock table only {table} in share update exclusive mode"));
    let plan = LockPlan { evict, take, take_turned: Vec::new(), blocks: true };
    locked(context, &plan, vec![in_the_way(index)], &[Text::without_rows(statement)], None).await
}

/// Drops the index with those of all partitions: PostgreSQL does not do it concurrently.
pub(super) async fn discard(context: &mut StepContext<'_, '_>, index: &Index) -> Result<(), Error> {
    let lock = in_the_way(index);
    let plan = LockPlan::new(context.session, &[lock]).await?;
    let drop = format!("drop index if exists {}", index.name);
    locked(context, &plan, vec![lock], &[Text::without_rows(&drop).removing()], None).await
}

/// Above such a partition no index would ever be valid.
async fn no_foreign_partition(session: &mut RunSession<'_>, index: &Index) -> Result<(), Error> {
    let table = index.table;
    let sql = format!(
        "select c.oid::regclass from ({}) t \
         join pg_catalog.pg_class c on c.oid = t.relid where c.relkind = 'f' limit 1",
        tree(&format!("pg_catalog.to_regclass({})", quote_literal(table)))
    );
    let rows = session.query(&sql).await?;
    let Some(partition) = rows.value() else { return Ok(()) };
    let why = format!("the partition {partition} of {table} is a foreign table");
    Err(not_indexable(index, why, "detach that partition, or index the others one by one"))
}

/// The name that the partition's index has or is going to have: one that is free, or that an
/// interrupted run gave to the same index.
async fn own_name(
    session: &mut RunSession<'_>,
    columns: &[String],
    parent: &Pair,
    partition: &Partition,
) -> Result<String, Error> {
    for name in candidates(&partition.name, columns) {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let sql = format!(
            "select x.indrelid = pg_catalog.to_regclass({})::oid and not c.relispartition \
             and x.indisunique = p.indisunique \
             and {} = {} \
             from pg_catalog.pg_class c left join pg_catalog.pg_index x on x.indexrelid = c.oid \
             cross join pg_catalog.pg_index p \
             where c.oid = pg_catalog.to_regclass({})::oid and p.indexrelid = pg_catalog.to_regclass({})::oid",
            quote_literal(&partition.table),
            definition("x"),
            definition("p"),
            quote_literal(&format!("{}.{quoted}", partition.schema)),
            quote_literal(&parent.index),
        );
        let rows = session.query(&sql).await?;
        let is_free = rows.iter().next().is_none();
        if is_free || rows.is_true() {
            return Ok(quoted);
        }
    }
    Err(Error::corrupt(format!("no name is free for an index of {}", partition.table)))
}

async fn partitions(session: &mut RunSession<'_>, parent: &Pair) -> Result<Vec<Partition>, Error> {
    let sql = format!(
        "select pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.format('%I', n.nspname), c.relname, \
         c.relkind, (select pg_catalog.format('%I.%I', xn.nspname, xc.relname) \
         from pg_catalog.pg_inherits xi join pg_catalog.pg_index x on x.indexrelid = xi.inhrelid \
         join pg_catalog.pg_class xc on xc.oid = x.indexrelid \
         join pg_catalog.pg_namespace xn on xn.oid = xc.relnamespace \
         where xi.inhparent = pg_catalog.to_regclass({})::oid and x.indrelid = c.oid) \
         from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where i.inhparent = pg_catalog.to_regclass({})::oid and not i.inhdetachpending order by c.oid",
        quote_literal(&parent.index),
        quote_literal(&parent.table),
    );
    let rows = session.query(&sql).await?;
    let partition = |row: Row<'_>| {
        Some(Partition {
            table: row.get(0)?.to_owned(),
            schema: row.get(1)?.to_owned(),
            name: row.get(2)?.to_owned(),
            kind: row.get(3)?.to_owned(),
            attached: row.get(4).map(str::to_owned),
        })
    };
    let partitions: Option<Vec<Partition>> = rows.iter().map(partition).collect();
    let table = &parent.table;
    partitions.ok_or_else(|| Error::corrupt(format!("the partitions of {table} cannot be read")))
}

/// The names of an index's columns, as PostgreSQL has them also for expressions.
async fn columns(session: &mut RunSession<'_>, index: &str) -> Result<Vec<String>, Error> {
    let sql = format!(
        "select attname from pg_catalog.pg_attribute \
         where attrelid = pg_catalog.to_regclass({})::oid order by attnum",
        quote_literal(index)
    );
    let rows = session.query(&sql).await?;
    Ok(rows.iter().filter_map(|row| row.get(0)).map(str::to_owned).collect())
}

fn unique(index: &Index) -> &'static str {
    if index.unique { "unique " } else { "" }
}

/// `"public"."users_idx"` is `"users_idx"`: a new index is named without its schema.
fn unqualified(name: &str) -> &str {
    name.rsplit_once("\".").map_or(name, |(_, own)| own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_its_schema_and_no_more() {
        assert_eq!(unqualified(r#""public"."a.b""#), r#""a.b""#);
        assert_eq!(unqualified(r#""a.b""#), r#""a.b""#);
    }
}
