//! Partitions that go.

use std::time::Duration;

use super::ahead::{alone, in_the_way, locks, nothing};
use super::look::{Old, Parent, Seen, Stray, mark};
use crate::migration::Behind;
use crate::outcome::error::{Error, ReadsRows};
use crate::session::sql::{milliseconds, quote_literal};
use crate::work::step::context::StepContext;
use crate::work::transaction::{LockPlan, Text, locked};

/// How long a detach waits for transactions that may have seen the partition; the next run ends one that
/// waited in vain. It blocks nobody meanwhile.
const WAIT: Duration = Duration::from_secs(5);

/// Takes a partition out of its table, and away where the rule says so.
pub(super) async fn take_out(
    context: &mut StepContext<'_, '_>,
    seen: &Seen,
    parent: &Parent,
    behind: Behind,
    old: &Old,
) -> Result<(), Error> {
    let table = seen.kept.table;
    // Beside a default partition there is no form that locks less.
    if parent.rest.is_some() {
        return at_once(context, table, parent, behind, old).await;
    }
    let stray = Stray {
        oid: old.oid,
        name: old.name.clone(),
        mark: format!("{}{}", mark(table), old.high),
    };
    if behind.drops {
        let says = format!("comment on table {} is {}", old.name, quote_literal(&stray.mark));
        let texts = [Text::without_rows(&says).of_ours()];
        locked(context, &nothing(), in_the_way(table), &texts, None).await?;
    }
    let outcome = detach(context, table, old).await;
    context.session.restore().await;
    outcome?;
    if behind.drops { drop_stray(context, table, &stray).await } else { Ok(()) }
}

async fn detach(context: &mut StepContext<'_, '_>, table: &str, old: &Old) -> Result<(), Error> {
    let how = if old.pending { "finalize" } else { "concurrently" };
    let wait = milliseconds(WAIT.min(context.settings.index_timeout));
    context.session.set(&[("lock_timeout", &wait)]).await?;
    let sql = format!("alter table {table} detach partition {} {how}", old.name);
    context.session.query_outside_transaction(&sql, ReadsRows::No).await.map(drop)
}

/// Drops a table that was detached for that.
pub(super) async fn drop_stray(
    context: &mut StepContext<'_, '_>,
    table: &'static str,
    stray: &Stray,
) -> Result<(), Error> {
    let guard = guard(
        &stray.name,
        &format!(
            "c.oid = {} and not c.relispartition and pg_catalog.obj_description(c.oid, 'pg_class') = {}",
            stray.oid,
            quote_literal(&stray.mark)
        ),
    );
    let drop = format!("drop table {}", stray.name);
    let texts =
        [Text::without_rows(&guard).of_ours(), Text::without_rows(&drop).of_ours().removing()];
    locked(context, &alone(&stray.name), in_the_way(table), &texts, None).await
}

/// In one transaction, while reads and writes of the table wait.
async fn at_once(
    context: &mut StepContext<'_, '_>,
    table: &'static str,
    parent: &Parent,
    behind: Behind,
    old: &Old,
) -> Result<(), Error> {
    let guard = guard(
        &old.name,
        &format!(
            "c.oid = {} and pg_catalog.md5(c.relpartbound::text) = {} and exists (\
             select from pg_catalog.pg_inherits i where i.inhrelid = c.oid \
             and i.inhparent = pg_catalog.to_regclass({})::oid)",
            old.oid,
            quote_literal(&old.bound),
            quote_literal(table)
        ),
    );
    let sql = if behind.drops {
        format!("drop table {}", old.name)
    } else {
        format!("alter table {table} detach partition {}", old.name)
    };
    let goes = Text::without_rows(&sql).of_ours();
    let goes = if behind.drops { goes.removing() } else { goes };
    let texts = [Text::without_rows(&guard).of_ours(), goes];
    let own = format!("lock table only {table}, only {} in access exclusive mode", old.name);
    let LockPlan { evict, take, .. } = locks(parent);
    // The table stands before its partitions, as clients lock them.
    let (rest, references): (Vec<String>, Vec<String>) =
        take.into_iter().partition(|lock| lock.ends_with("access exclusive mode"));
    let take: Vec<String> = references.into_iter().chain([own]).chain(rest).collect();
    let plan = LockPlan { evict, take_turned: Vec::new(), blocks: true, take };
    locked(context, &plan, in_the_way(table), &texts, None).await
}

/// Fails where a name stands for another table than was looked at.
fn guard(name: &str, holds: &str) -> String {
    format!(
        "do $catalogs$\nbegin\n  if not exists (select from pg_catalog.pg_class c \
         where c.oid = pg_catalog.to_regclass({})::oid and {holds}) then\n    \
         raise exception 'it is another table by now';\n  end if;\nend\n$catalogs$",
        quote_literal(name)
    )
}
