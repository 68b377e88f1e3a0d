//! A schema `changeover` that somebody else made, or may change, before the runner comes.

use std::time::Duration;

use changeover::{Changeover, Error, ErrorKind, Migrations, Phase, Repair};
use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, connect, fail};
use tokio_postgres::NoTls;

use super::stranger::Stranger;

const CREATE: &[&str] = &["grant create on database $database to $stranger"];

/// What the first run writes to, each part with something of the stranger's.
const SQUATTED: &str = "
    create schema changeover;
    create table changeover.upgrades (version integer primary key,
        at timestamptz not null default now());
    insert into changeover.upgrades values (1000);
    create table changeover.migrations (history text, id text, parent text, position integer,
        plan_version integer, state text, started_at timestamptz, finished_at timestamptz,
        primary key (history, id));
    create table changeover.steps (history text, migration text, phase text, ordinal integer,
        sql text, state text, cursor text, rows bigint default 0, attempts integer default 0,
        started_at timestamptz, finished_at timestamptz, error text,
        primary key (history, migration, phase, ordinal));
    create table changeover.runners (history text primary key, fence bigint,
        taken_at timestamptz default now());
    create table changeover.controls (history text primary key, paused boolean, reason text,
        who text, at timestamptz);
    create trigger t before insert on changeover.runners
        for each row execute function own.strike();
    create trigger t before insert on changeover.controls
        for each row execute function own.strike();
    grant usage on schema changeover to public;
    grant all on all tables in schema changeover to public";

/// A function that instances call, and a table that they read.
const FUNCTION: &str = "
    create or replace function changeover.hold_lease(history text, instance text, head text,
        place integer default null, about text default '', lease interval default '30 seconds',
        on_session boolean default false)
    returns void language plpgsql as $$
        begin insert into own.hits values (current_user); end $$";

const POLICY: &str = "
    create function own.look() returns boolean language plpgsql as $$
        begin insert into own.hits values (current_user); return true; end $$;
    alter table changeover.migrations enable row level security;
    create policy p on changeover.migrations using (own.look())";

fn untrusted<T>(what: &str, outcome: Result<T, Error>) -> Result<String, Failure> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::Untrusted => Ok(error.to_string()),
        Err(error) => fail!("{what}: {error:?}"),
        Ok(_) => fail!("{what} went through"),
    }
}

/// All that writes.
async fn every_way_in(changeover: &mut Changeover) -> Result<(), Failure> {
    untrusted("expand", changeover.expand().await)?;
    let message = untrusted("migrate", changeover.migrate().await)?;
    for words in ["_stranger` owns schema changeover, table", "trigger t on runners runs code"] {
        if !message.contains(words) {
            fail!("no `{words}` in: {message}");
        }
    }
    untrusted("contract", changeover.contract().await)?;
    untrusted("force", changeover.force_contract("it is a test").await)?;
    untrusted("undo", changeover.undo("m0001_base").await)?;
    untrusted("undo_to", changeover.undo_to("m0001_base").await)?;
    untrusted("preflight", changeover.preflight().await)?;
    untrusted("pause", changeover.pause("it is a test").await)?;
    untrusted("resume", changeover.resume().await)?;
    let repair = Repair::mark_done("m0001_base", Phase::Expand, 1);
    untrusted("repair", changeover.repair(repair, "it is a test").await)?;
    Ok(())
}

#[test]
fn a_schema_made_beforehand_runs_nothing_as_the_runner() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("squatted").await?;
        let stranger = Stranger::make(&fixture, CREATE).await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        stranger.db.batch_execute(SQUATTED).await?;
        roles.give(&fixture.db, &[]).await?;
        every_way_in(&mut roles.start(&RENAME_HISTORY).await?).await?;
        every_way_in(&mut fixture.runner(&RENAME_HISTORY).await?).await?;
        stranger.got_nothing().await?;
        // Until PostgreSQL 16 it may make the runner its member, which the runner never asked for.
        let join = format!("grant {} to {}", stranger.role, roles.runner());
        let joined = stranger.db.batch_execute(&join).await;
        untrusted("as its member", roles.start(&RENAME_HISTORY).await?.migrate().await)
            .map_err(|failure| failure.during(format!("{joined:?}")))?;
        stranger.got_nothing().await?;
        stranger.drop(&fixture).await?;
        roles.start(&RENAME_HISTORY).await.map(drop)?;
        roles.drop().await
    })
}

#[test]
fn who_reads_or_holds_a_lease_runs_nothing_of_it_either() -> Result<(), Failure> {
    block_on(async {
        for (name, code) in [("squatted_lease", FUNCTION), ("squatted_rows", POLICY)] {
            let fixture = Fixture::new(name).await?;
            let stranger = Stranger::make(&fixture, CREATE).await?;
            let roles = Roles::make(&fixture.db, fixture.url()).await?;
            stranger.db.batch_execute(SQUATTED).await?;
            stranger.db.batch_execute(code).await?;
            let start = async || -> Result<Changeover, Failure> {
                let builder = Fixture::builder(&RENAME_HISTORY).finishes(false);
                Ok(builder.connect_with(roles.app_config()?, NoTls).await?)
            };
            untrusted("hold_lease", start().await?.hold_lease().await)?;
            untrusted("status", start().await?.status().await)?;
            untrusted("ready", start().await?.ready(Duration::ZERO).await)?;
            stranger.got_nothing().await?;
            stranger.drop(&fixture).await?;
            roles.drop().await?;
        }
        Ok(())
    })
}

/// A view that stands where the row does which a start asks for first. To plan a query on it would be to
/// call its function.
#[test]
fn the_row_that_a_start_asks_for_is_not_a_strangers() -> Result<(), Failure> {
    const VIEW: &str = "
        create schema changeover;
        create function changeover.look() returns text language plpgsql immutable as $$
            begin insert into own.hits values (current_user); return ''; end $$;
        create view changeover.runners as
            select 'harness'::text history, 1::bigint fence, changeover.look() settled,
                1::bigint settled_by;
        grant usage on schema changeover to public;
        grant select on changeover.runners to public";
    block_on(async {
        let fixture = Fixture::new("squatted_row").await?;
        let stranger = Stranger::make(&fixture, CREATE).await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        stranger.db.batch_execute(VIEW).await?;
        untrusted("migrate", roles.start(&RENAME_HISTORY).await?.migrate().await)?;
        stranger.got_nothing().await?;
        stranger.drop(&fixture).await?;
        roles.drop().await
    })
}

/// It is made after the run looked, and before it makes one itself.
#[test]
fn a_schema_made_in_the_last_moment_is_seen() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("squatted_late").await?;
        let stranger = Stranger::make(&fixture, CREATE).await?;
        let gate = connect(fixture.url(), "gate").await?;
        gate.batch_execute("begin; select pg_advisory_xact_lock(1667788662, 0)").await?;
        let mut runner = fixture.runner(&RENAME_HISTORY).await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        let waits = "select exists (select from pg_locks l where locktype = 'advisory'
            and classid = 1667788662 and objid = 0 and not granted)";
        fixture.wait_until(waits).await?;
        stranger.db.batch_execute(SQUATTED).await?;
        gate.batch_execute("commit").await?;
        let outcome = run.await.map_err(|error| Failure::new(error.to_string()))?;
        untrusted("the run", outcome)?;
        stranger.got_nothing().await?;
        stranger.drop(&fixture).await
    })
}

/// The schema is ours, and somebody was given more of it than an instance has.
#[test]
fn a_right_that_lets_code_in_is_named() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("squatted_rights", 10).await?;
        let stranger = Stranger::make(&fixture, &[]).await?;
        let role = &stranger.role;
        let usage = format!("grant usage on schema changeover to {role}");
        fixture.db.batch_execute(&usage).await?;
        let words = format!("role `{role}` may");
        for (right, back, expected) in [
            ("trigger on changeover.steps", "trigger on changeover.steps", "put triggers on steps"),
            ("create on schema changeover", "create on schema changeover", "create in the schema"),
        ] {
            fixture.db.batch_execute(&format!("grant {right} to {role}")).await?;
            let mut runner = fixture.runner(&RENAME_HISTORY).await?;
            let message = untrusted(right, runner.migrate().await)?;
            if !message.contains(&format!("{words} {expected}")) {
                fail!("{message}");
            }
            fixture.db.batch_execute(&format!("revoke {back} from {role}")).await?;
        }
        // The right is gone, and what it made is not.
        fixture.db.batch_execute(&format!("grant trigger on changeover.steps to {role}")).await?;
        let trigger = "create trigger t before insert or update on changeover.steps
            for each row execute function own.strike()";
        stranger.db.batch_execute(trigger).await?;
        let revoke = format!("revoke trigger on changeover.steps from {role}");
        fixture.db.batch_execute(&revoke).await?;
        let mut runner = fixture.runner(&RENAME_HISTORY).await?;
        let message = untrusted("the trigger", runner.migrate().await)?;
        if !message.contains("trigger t on steps runs code that is not ours") {
            fail!("{message}");
        }
        stranger.got_nothing().await?;
        stranger.drop(&fixture).await?;
        fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        Ok(())
    })
}

/// An ordinary runner's state is not a superuser's to run, whose code may be anybody's by then; it
/// goes on as that role.
#[test]
fn a_superuser_is_told_whose_the_state_is() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("squatted_runner").await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        let base: Option<Migrations> = RENAME_HISTORY.until("m0001_base");
        let Some(base) = base else { fail!("the history has no base") };
        roles.give(&fixture.db, &[]).await?;
        roles.start(&base).await?.migrate().await?;
        let message =
            untrusted("the superuser", fixture.runner(&RENAME_HISTORY).await?.migrate().await)?;
        let owner = format!("role `{}` owns function acts_as, ", roles.runner());
        if !message.contains(&owner) || !message.contains("run as that role") {
            fail!("{message}");
        }
        let own = format!("reassign owned by {} to current_user", roles.runner());
        roles.start(&RENAME_HISTORY).await?.migrate().await?;
        fixture.db.batch_execute(&own).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        roles.drop().await
    })
}

/// Who may write the tables of our state is the runner; as a rule nobody means to grant that.
#[test]
fn default_privileges_open_nothing_of_our_state() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("squatted_defaults").await?;
        let rights = "alter default privileges grant all on tables to $stranger";
        let stranger = Stranger::make(&fixture, &[rights]).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        let open = "select count(*) from pg_class c, aclexplode(c.relacl) a
            where c.relnamespace = 'changeover'::regnamespace and a.grantee <> c.relowner";
        if fixture.count(open).await? != 0 {
            fail!("the stranger has rights on tables of ours");
        }
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        stranger.drop(&fixture).await
    })
}
