//! The leases of another application, and what a caller of the two functions may make them hold.

use std::time::Duration;

use changeover::{ErrorKind, Lease, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::logins::Logins;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};
use tokio_postgres::{Client, NoTls};

const PATIENCE: Duration = Duration::from_mins(1);

const ROLES: [&str; 4] = ["alpha", "twin", "beta", "stranger"];

const BETA: &str = "insert into changeover.migrations (history, id, position, state)
    values ('beta', 'm1', 0, 'migrated')";

fn old() -> Result<Migrations, Failure> {
    let history = RENAME_HISTORY.until("m0002_rename");
    history.ok_or_else(|| Failure::new("no such migration"))
}

/// An application `harness`, which two roles speak for, another, and a role that speaks for none.
pub(super) async fn scene(name: &str) -> Result<(Fixture, Logins), Failure> {
    let fixture = Fixture::with_users(name, 10).await?;
    Fixture::leasing(&old()?).connect(fixture.url()).await?.migrate().await?;
    fixture.db.batch_execute(BETA).await?;
    let logins = Logins::make(&fixture.db, fixture.url(), &ROLES).await?;
    logins.let_hold(&fixture.db, "alpha", "harness").await?;
    logins.let_hold(&fixture.db, "twin", "harness").await?;
    logins.let_hold(&fixture.db, "beta", "beta").await?;
    Ok((fixture, logins))
}

async fn lease(logins: &Logins, role: &str) -> Result<Lease, Failure> {
    let builder = Fixture::leasing(&old()?).finishes(false);
    Ok(builder.connect_with(logins.config(role)?, NoTls).await?.hold_lease().await?)
}

pub(super) async fn refused(client: &Client, sql: &str, code: &str) -> Result<(), Failure> {
    match client.batch_execute(sql).await {
        Err(error) if error.code().is_some_and(|found| found.code() == code) => Ok(()),
        Err(error) => fail!("`{sql}`: not {code}: {}", Failure::from(error)),
        Ok(()) => fail!("`{sql}` was done"),
    }
}

pub(super) async fn contract(fixture: &Fixture) -> Result<String, Failure> {
    let outcome = Fixture::leasing(&RENAME_HISTORY).connect(fixture.url()).await?.contract().await;
    match outcome {
        Err(error) if error.is_gate_held() => Ok(error.to_string()),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(String::new()),
    }
}

/// The attack that opened any application's gate, and its relatives.
#[test]
fn a_role_of_another_application_changes_and_sees_no_lease() -> Result<(), Failure> {
    block_on(async {
        let (fixture, logins) = scene("attack_leases").await?;
        let held = lease(&logins, "alpha").await?;
        let instance = held.instance();
        let newer =
            format!("changeover.hold_lease('harness', '{instance}', 'm0003_contract', 1000)");
        for role in ["beta", "stranger"] {
            let hostile = logins.connect(role).await?;
            for sql in [
                newer.as_str(),
                "changeover.hold_lease('harness', 'new', 'm0003_contract', 1000)",
                &format!("changeover.release_lease('harness', '{instance}')"),
                "changeover.live_instances('harness')",
                "changeover.migrations_of('harness')",
                "changeover.steps_of('harness')",
                "changeover.gates_of('harness')",
                "changeover.controls_of('harness')",
                "changeover.leases_of('harness')",
                "changeover.settings_of('harness')",
                "changeover.open_gate('harness', 'm0002_rename', 'contract', 0, false, true)",
                "changeover.begin_undo('harness', array['m0001_base'], 0)",
                "changeover.write_lease('harness', 'x', 'm0003_contract', 9, '', '1 s')",
                "changeover.sweep_leases()",
                "changeover.may_change('postgres')",
            ] {
                refused(&hostile, &format!("select {sql}"), "42501").await?;
            }
            for table in ["instances", "gates", "speakers", "migrations", "steps", "settings"] {
                let [read, write] = ["select * from", "delete from"];
                refused(&hostile, &format!("{read} changeover.{table}"), "42501").await?;
                refused(&hostile, &format!("{write} changeover.{table}"), "42501").await?;
            }
        }
        let by = contract(&fixture).await?;
        if !by.contains(instance) {
            fail!("it is not held by {instance}: {by}");
        }
        held.release().await;
        logins.drop().await
    })
}

/// Both speak for the application, and each has its own leases; who is made a member of the other
/// has the other's.
#[test]
fn a_lease_is_its_roles() -> Result<(), Failure> {
    block_on(async {
        let (fixture, logins) = scene("attack_twin").await?;
        let (alpha, twin) = (logins.connect("alpha").await?, logins.connect("twin").await?);
        let hold = "select changeover.hold_lease('harness', 'one', 'm0002_rename', 1000)";
        let give = "select changeover.release_lease('harness', 'one')";
        alpha.batch_execute(hold).await?;
        if fixture.count("select position::bigint from changeover.instances").await? != 1 {
            fail!("the place is the caller's, not that of the head");
        }
        refused(&twin, hold, "CO002").await?;
        refused(&twin, give, "CO002").await?;
        alpha.batch_execute(hold).await?;
        let member = format!("grant {} to {}", logins.role("alpha"), logins.role("twin"));
        fixture.db.batch_execute(&member).await?;
        twin.batch_execute(hold).await?;
        refused(&alpha, hold, "CO002").await?;
        twin.batch_execute(give).await?;
        alpha.batch_execute(hold).await?;
        logins.drop().await
    })
}

#[test]
fn a_holder_hears_of_another_hand() -> Result<(), Failure> {
    block_on(async {
        let (fixture, logins) = scene("attack_hands").await?;
        for (who, part) in [("alpha", "it said head"), ("", "is of role")] {
            let held = lease(&logins, "alpha").await?;
            let sql = format!(
                "select changeover.hold_lease('harness', '{}', 'm0009_newest', 9)",
                held.instance()
            );
            match who {
                "" => fixture.db.batch_execute(&sql).await?,
                role => logins.connect(role).await?.batch_execute(&sql).await?,
            }
            // It is to be waited for on another task, too.
            let (lost, held) = tokio::spawn(async move { (held.lost().await, held) })
                .await
                .map_err(|error| Failure::new(error.to_string()))?;
            if !lost.to_string().contains(part) {
                fail!("not {part:?}: {lost}");
            }
            held.release().await;
            fixture.db.batch_execute("delete from changeover.instances").await?;
        }
        logins.drop().await
    })
}

/// A role with no right at all notifies in the name of every history without a pause.
#[test]
fn notifications_of_strangers_start_nothing() -> Result<(), Failure> {
    block_on(async {
        let (fixture, logins) = scene("attack_notify").await?;
        Fixture::leasing(&RENAME_HISTORY).connect(fixture.url()).await?.migrate().await?;
        let older = lease(&logins, "alpha").await?;
        let builder = Fixture::leasing(&RENAME_HISTORY).lease_time(Duration::from_mins(1));
        let newer = builder.connect(fixture.url()).await?.hold_lease().await?;
        let watch = format!(
            "create table seen (what text);
             create function see() returns trigger language plpgsql as $$ begin
                 insert into public.seen values (tg_argv[0]); return new; end $$;
             create trigger see before update on changeover.instances for each row
                 when (new.instance = '{}') execute function see('beat');
             create trigger see before insert or update on changeover.gates for each row
                 execute function see('try')",
            newer.instance()
        );
        fixture.db.batch_execute(&watch).await?;
        let stranger = logins.connect("stranger").await?;
        let started = std::time::Instant::now();
        while started.elapsed() < Duration::from_secs(3) {
            stranger
                .batch_execute("notify changeover, 'harness'; notify changeover, 'beta'")
                .await?;
        }
        let spent = started.elapsed();
        let count = async |what| {
            fixture.count(&format!("select count(*) from public.seen where what = '{what}'")).await
        };
        let (beats, tries) = (count("beat").await?, count("try").await?);
        println!("{beats} beats and {tries} tries in {spent:.1?}");
        // Five beats a second and one in its time; a try at the start, and one each ten seconds.
        let (fifths, tens) = (spent.as_millis() / 200, spent.as_secs() / 10);
        if u128::from(beats.unsigned_abs()) > fifths + 2 || tries.unsigned_abs() > tens + 2 {
            fail!("{beats} beats and {tries} tries in {spent:.1?}");
        }
        newer.release().await;
        older.release().await;
        logins.drop().await
    })
}

/// Anybody may take a lock by its number.
#[test]
fn a_lock_of_a_stranger_keeps_no_lease() -> Result<(), Failure> {
    block_on(async {
        let (fixture, logins) = scene("attack_locks").await?;
        let alpha = logins.connect("alpha").await?;
        let hold =
            "select changeover.hold_lease('harness', 'one', 'm0002_rename', 1, '', '1 s', true)";
        alpha.batch_execute(hold).await?;
        let stranger = logins.connect("beta").await?;
        let lock = "select pg_advisory_lock_shared(1667788652, hashtext('harness/one'))";
        stranger.batch_execute(lock).await?;
        let silent = "select bool_and(overdue) from changeover.live_instances('harness')";
        fixture.wait_until(silent).await?;
        drop(alpha);
        fixture.wait_until("select count(*) = 0 from changeover.live_instances('harness')").await?;
        logins.drop().await
    })
}

/// What an instance is told: how far its history is, not what its steps do or where they failed.
#[test]
fn an_instance_sees_progress_alone() -> Result<(), Failure> {
    block_on(async {
        let (fixture, logins) = scene("attack_sight").await?;
        let secret = "update changeover.steps set error = 'the key 4711 of users', cursor = '4711'
            where migration = 'm0002_rename' and phase = 'migrate'";
        fixture.db.batch_execute(secret).await?;
        let builder = || Fixture::leasing(&RENAME_HISTORY).finishes(false);
        let mut instance = builder().connect_with(logins.config("alpha")?, NoTls).await?;
        let status = instance.status().await?.to_string();
        if status.contains("4711") || !status.contains("a step failed") {
            fail!("{status}");
        }
        let mut older =
            Fixture::leasing(&old()?).connect_with(logins.config("alpha")?, NoTls).await?;
        older.ready(PATIENCE).await?;
        let whole =
            Fixture::leasing(&RENAME_HISTORY).connect(fixture.url()).await?.status().await?;
        if !whole.to_string().contains("4711") {
            fail!("the runner does not see the error: {whole}");
        }
        let hostile = Fixture::leasing(&old()?).finishes(false);
        let mut hostile = hostile.connect_with(logins.config("beta")?, NoTls).await?;
        for outcome in [hostile.status().await.map(drop), hostile.ready(PATIENCE).await] {
            match outcome {
                Err(error)
                    if error.kind() == ErrorKind::Denied
                        && error.to_string().contains("speakers") => {}
                other => fail!("the other application's: {other:?}"),
            }
        }
        match hostile.hold_lease().await {
            Err(error) if error.kind() == ErrorKind::Denied => {}
            other => fail!("a lease of the other application: {other:?}"),
        }
        logins.drop().await
    })
}
