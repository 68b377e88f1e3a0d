//! Partitions that come.

use super::look::{Ahead, Parent};
use crate::lock::RunSession;
use crate::migration::{LockMode, TableLock};
use crate::outcome::error::{Error, ReadsRows};
use crate::session::sql::{quote_identifier, quote_literal};
use crate::work::step::context::StepContext;
use crate::work::transaction::{LockPlan, Text, locked};

/// How the names of our checks on default partitions begin.
const PROOF: &str = "changeover_ahead_";

/// What became of a period.
pub(super) enum Made {
    Partition,
    /// The default partition has rows of it.
    InTheRest,
}

/// Makes the partition of a period.
pub(super) async fn make(
    context: &mut StepContext<'_, '_>,
    table: &'static str,
    parent: &Parent,
    period: &Ahead,
) -> Result<Made, Error> {
    let mut after = Vec::new();
    if let Some(rest) = &parent.rest {
        if has_rows(context.session, parent, rest, period).await? {
            return Ok(Made::InTheRest);
        }
        if !parent.rest_is_small {
            after.push(drop_proof(rest, &proof_of(period)));
            if let Err(error) = prove(context, table, parent, rest, period).await {
                take_back(context, table, rest, &after).await;
                return Err(error);
            }
        }
    }
    let mut statements = statements(table, parent, period);
    statements.extend(after.iter().cloned());
    let texts: Vec<Text<'_>> =
        statements.iter().map(|sql| Text::without_rows(sql).of_ours().reading()).collect();
    let made = locked(context, &locks(parent), in_the_way(table), &texts, None).await;
    if let (Err(_), Some(rest)) = (&made, &parent.rest) {
        take_back(context, table, rest, &after).await;
    }
    made.map(|()| Made::Partition)
}

/// It is made by itself and attached, because `create table … partition of` would lock reads and writes
/// out.
fn statements(table: &str, parent: &Parent, period: &Ahead) -> Vec<String> {
    let name = &period.name;
    let tablespace = parent.tablespace.as_ref().map(|name| format!(" tablespace {name}"));
    let create = format!(
        "create table {name} (\n  like {table} including all\n    \
         excluding comments excluding identity excluding statistics\n){}",
        tablespace.unwrap_or_default()
    );
    let own = parent.owner.as_ref().map(|owner| format!("alter table {name} owner to {owner}"));
    let [low, high] = [&period.low, &period.high].map(|time| parent.literal(time));
    let attach =
        format!("alter table {table} attach partition {name} for values from ({low}) to ({high})");
    [Some(create), own, Some(attach)].into_iter().flatten().collect()
}

/// The tables that foreign keys point at come first, as clients lock them.
pub(super) fn locks(parent: &Parent) -> LockPlan {
    let references = parent.references.as_ref();
    let references =
        references.map(|tables| format!("lock table {tables} in share row exclusive mode"));
    let rest =
        parent.rest.as_ref().map(|rest| format!("lock table {rest} in access exclusive mode"));
    let take: Vec<String> = references.into_iter().chain(rest).collect();
    let all: Vec<&str> =
        [&parent.references, &parent.rest].into_iter().flatten().map(String::as_str).collect();
    LockPlan {
        evict: (!all.is_empty())
            .then(|| format!("lock table {} in share update exclusive mode", all.join(", "))),
        take_turned: take.iter().rev().cloned().collect(),
        blocks: !take.is_empty(),
        take,
    }
}

/// Whoever holds such a lock is named where it is not to be had.
pub(super) fn in_the_way(table: &'static str) -> Vec<TableLock> {
    vec![TableLock { table, mode: LockMode::ShareUpdateExclusive }]
}

/// Asks the default partition, which clients go on with.
async fn has_rows(
    session: &mut RunSession<'_>,
    parent: &Parent,
    rest: &str,
    period: &Ahead,
) -> Result<bool, Error> {
    let sql = format!("select exists (select from {rest} where {})", condition(parent, period));
    Ok(session.query_of_plan(&sql, ReadsRows::Yes).await?.is_true())
}

/// The rows of a period, as PostgreSQL takes it for a proof.
fn condition(parent: &Parent, period: &Ahead) -> String {
    let [low, high] = [&period.low, &period.high].map(|time| parent.literal(time));
    let key = &parent.key;
    format!("{key} is not null and {key} >= {low} and {key} < {high}")
}

/// Proves that a large default partition has no row of a period: attaching would read it while its
/// clients wait. Until it is there such rows are refused, which none has been yet.
async fn prove(
    context: &mut StepContext<'_, '_>,
    table: &'static str,
    parent: &Parent,
    rest: &str,
    period: &Ahead,
) -> Result<(), Error> {
    let proof = quote_identifier(&proof_of(period));
    let add = format!(
        "alter table {rest} add constraint {proof} check (not ({})) not valid",
        condition(parent, period)
    );
    let texts = [Text::without_rows(&add).of_ours()];
    locked(context, &alone(rest), in_the_way(table), &texts, None).await?;
    let validate = format!("alter table {rest} validate constraint {proof}");
    let texts = [Text::without_rows(&validate).of_ours().reading()];
    locked(context, &nothing(), in_the_way(table), &texts, None).await
}

fn proof_of(period: &Ahead) -> String {
    let digits: String = period.low.chars().filter(char::is_ascii_digit).collect();
    format!("{PROOF}{digits}")
}

fn drop_proof(rest: &str, proof: &str) -> String {
    format!("alter table {rest} drop constraint if exists {}", quote_identifier(proof))
}

/// Leaves no check behind that would refuse rows; where that cannot be done now, the next run does it.
async fn take_back(
    context: &mut StepContext<'_, '_>,
    table: &'static str,
    rest: &str,
    statements: &[String],
) {
    let texts: Vec<Text<'_>> =
        statements.iter().map(|sql| Text::without_rows(sql).of_ours()).collect();
    if texts.is_empty() {
        return;
    }
    if let Err(error) = locked(context, &alone(rest), in_the_way(table), &texts, None).await {
        tracing::warn!(%error, rest, "cannot drop the check of a period yet");
    }
}

/// Drops checks of ours that a run which was killed has left on a default partition.
pub(super) async fn clear(
    context: &mut StepContext<'_, '_>,
    table: &'static str,
) -> Result<(), Error> {
    let sql = format!(
        "select pg_catalog.format('%I.%I', n.nspname, c.relname), k.conname \
         from pg_catalog.pg_partitioned_table p \
         join pg_catalog.pg_class c on c.oid = p.partdefid \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         join pg_catalog.pg_constraint k on k.conrelid = c.oid and k.contype = 'c' \
         where p.partrelid = pg_catalog.to_regclass({})::oid \
         and pg_catalog.starts_with(k.conname, {})",
        quote_literal(table),
        quote_literal(PROOF)
    );
    let rows = context.session.query(&sql).await?;
    let left: Vec<(String, String)> =
        rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).collect();
    for (rest, proof) in left {
        let drop = drop_proof(&rest, &proof);
        let texts = [Text::without_rows(&drop).of_ours()];
        locked(context, &alone(&rest), in_the_way(table), &texts, None).await?;
    }
    Ok(())
}

/// One table, while its clients wait for a moment.
pub(super) fn alone(table: &str) -> LockPlan {
    LockPlan {
        evict: Some(format!("lock table only {table} in share update exclusive mode")),
        take: vec![format!("lock table only {table} in access exclusive mode")],
        take_turned: Vec::new(),
        blocks: true,
    }
}

/// Nothing that clients wait for.
pub(super) fn nothing() -> LockPlan {
    LockPlan { evict: None, take: Vec::new(), take_turned: Vec::new(), blocks: false }
}
