//! A history that keeps each kind of shapes in step.

use changeover::{Changeover, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            whole: text default "A B",
            level: integer,
            total: integer not_null default 0,
            amount: integer,
            note: text not_null default "",
        });
        create_table!(events { kind: text not_null, note: text, partition_by(list(kind)) });
        create_partition!(events_a of events, in("a"));
        create_partition!(events_rest of events, default);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
        split_column!(users.whole => {
            first: text = "split_part(whole, ' ', 1)",
            last: text = "split_part(whole, ' ', 2)",
        }, down = "first || ' ' || last");
        rename_column!(users.level => rank: text, up = "cast(level as text)",
            down = "cast(rank as integer)");
        change_type!(users.total: bigint);
        change_type!(users.amount: text, up = "cast(amount as text)",
            down = "cast(amount as integer)");
        add_column!(users.nick: text, fill = "'u' || id");
        rename_column!(events.note => remark);
    }
}

mod m0003_switch {
    changeover::migration! {
        after super::m0002_change;
        switch!(m0002_change);
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_switch;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    pub(super) static HISTORY = [m0001_base, m0002_change, m0003_switch, m0004_contract];
}

const SEED: &str = "
    insert into users (username, whole, level, total, amount)
        select 'u' || n, 'A' || n || ' B', n, n, n from generate_series(1, 3000) n;
    insert into events select case n % 2 when 0 then 'a' else 'b' end, 'n' || n
        from generate_series(1, 500) n";

pub(super) fn until(id: &str) -> Result<Migrations, Failure> {
    HISTORY.until(id).ok_or_else(|| Failure::new(format!("there is no `{id}`")))
}

pub(super) async fn build(fixture: &Fixture, id: &str) -> Result<Changeover, Failure> {
    fixture.runner(&until(id)?).await
}

/// A database in which all of the change is in step.
pub(super) async fn migrated(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    build(&fixture, "m0001_base").await?.migrate().await?;
    fixture.db.batch_execute(SEED).await?;
    build(&fixture, "m0002_change").await?.migrate().await?;
    Ok(fixture)
}

/// Writes as no client can: past the triggers.
pub(super) async fn plant(fixture: &Fixture, sql: &str) -> Result<(), Failure> {
    let mark = "select set_config('changeover.backfill_xact', pg_current_xact_id()::text, true)";
    let text = format!("begin; {mark}; {sql}; commit");
    Ok(fixture.db.batch_execute(&text).await?)
}

/// Makes sure that these rows are named, and so many differ.
pub(super) fn expect(
    verification: &changeover::Verification,
    differing: &[(&str, &[&str])],
) -> Result<(), Failure> {
    for (what, rows) in differing {
        let found = verification.verified.iter().find(|one| one.differing_are.contains(what));
        let Some(found) = found else { fail!("{what} was not verified: {verification}") };
        let mut named: Vec<&str> = found.samples.iter().map(|row| row.row.as_str()).collect();
        named.sort_unstable();
        if named != *rows || found.differing != rows.len() as u64 {
            fail!("{what}: {named:?} and not {rows:?}: {verification}");
        }
    }
    let all: usize = differing.iter().map(|(_, rows)| rows.len()).sum();
    if verification.differing() != all as u64 {
        fail!("{} rows differ and not {all}: {verification}", verification.differing());
    }
    Ok(())
}
