//! One database against another that follows it, while clients write.

use changeover::Verify;
use changeover::testing::Server;
use changeover_tests::fixture::{Fixture, wait_until};
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Client, Failure, block_on, connect, fail};

use super::history::{build, expect};
use super::shapes::LOSSY;

/// Two servers, of which the second can follow the first.
struct Servers {
    here: Fixture,
    there: Fixture,
    /// They live as long as it.
    kept: [Server; 2],
}

async fn servers(name: &str) -> Result<Servers, Failure> {
    let mut publisher = Server::start_own().await?;
    let subscriber = Server::start_own().await?;
    let admin = connect(&publisher.url("postgres"), "admin").await?;
    admin.batch_execute("alter system set wal_level = logical").await?;
    drop(admin);
    publisher.crash().await?;
    publisher.restart().await?;
    let here = Fixture::on(&publisher, name).await?;
    let there = Fixture::on(&subscriber, name).await?;
    Ok(Servers { here, there, kept: [publisher, subscriber] })
}

/// Lets the second have the table `users` of the first, from now on too.
async fn follow(here: &Fixture, there: &Fixture) -> Result<(), Failure> {
    here.db.batch_execute("create publication blue for table users").await?;
    let subscribe =
        format!("create subscription green connection '{}' publication blue", here.url());
    there.db.batch_execute(&subscribe).await?;
    let ready = "select count(*) = 1 from pg_subscription_rel where srsubstate = 'r'";
    wait_until(&there.db, ready).await
}

async fn followed(name: &str) -> Result<Servers, Failure> {
    let Servers { here, there, kept } = servers(name).await?;
    let here = here.users(2000).await?;
    let Some(base) = RENAME_HISTORY.until("m0001_base") else { fail!("the sample has no base") };
    there.runner(&base).await?.migrate().await?;
    follow(&here, &there).await?;
    Ok(Servers { here, there, kept })
}

#[test]
fn what_is_on_its_way_is_no_difference_and_what_lasts_is_one() -> Result<(), Failure> {
    block_on(async {
        let Servers { here, there, kept: _kept } = followed("against_followed").await?;
        let client = Client::of("users").writes("username").connections(4);
        let traffic = here.traffic(&client).await?;
        let mut writers = traffic.start("any", &client).await?;
        let mut other = connect(there.url(), "there").await?;
        let verify = Verify::default().table("users");
        let mut changeover = here.runner(&RENAME_HISTORY).await?;
        for _ in 0..3 {
            let found = changeover.verify_against(&mut other, &verify).await?;
            if !found.agrees() {
                fail!("something differs while clients write: {found}");
            }
            writers.advance(50).await?;
        }
        let (id,): (i64,) = {
            let row = there.db.query_one("select max(id) from users", &[]).await?;
            (row.get(0),)
        };
        let lost = id + 1_000_000;
        let planted = format!(
            "insert into users (id, username) overriding system value values ({lost}, 'lost')"
        );
        there.db.batch_execute(&planted).await?;
        let found = changeover.verify_against(&mut other, &verify).await?;
        if found.differing() != 1
            || !found.to_string().contains(&format!("id = {lost}: too many there"))
        {
            fail!("{found}");
        }
        there.db.batch_execute("alter subscription green disable").await?;
        writers.advance(20).await?;
        writers.leave().await?;
        let found = changeover.verify_against(&mut other, &verify).await?;
        if found.differing() < 2 {
            fail!("what does not come is no difference: {found}");
        }
        there
            .db
            .batch_execute(
                "alter subscription green set (slot_name = none); drop subscription green",
            )
            .await?;
        Ok(())
    })
}

/// What old builds write while the other side alone has the new shape.
const OLD: &str = "
    update users set username = 'w', whole = 'C D E', level = 5, amount = 6, total = 8 where id < 100;
    insert into users (username, whole, level) values ('late', null, null)";

/// Our triggers fire where changes are applied. They make of a row what they made of it where it was
/// written, and nothing else.
#[test]
fn a_release_keeps_both_sides_equal_also_where_something_is_lost() -> Result<(), Failure> {
    block_on(async {
        let Servers { here, there, kept: _kept } = servers("against_released").await?;
        for fixture in [&here, &there] {
            build(fixture, "m0001_base").await?.migrate().await?;
        }
        let seed = "insert into users (username, whole, level, total, amount)
            select 'u' || n, 'A' || n || ' B', n, n, n from generate_series(1, 1000) n";
        here.db.batch_execute(seed).await?;
        follow(&here, &there).await?;
        build(&there, "m0002_change").await?.migrate().await?;
        here.db.batch_execute(OLD).await?;
        there.wait_until("select exists (select from users where username = 'late')").await?;
        let verify = Verify::default().table("users");
        expect(&build(&there, "m0002_change").await?.verify(&verify).await?, &[])?;

        build(&here, "m0002_change").await?.migrate().await?;
        here.db.batch_execute(LOSSY).await?;
        here.db.batch_execute("update users set note = 'x' where id between 15 and 25").await?;
        let mut other = connect(there.url(), "there").await?;
        let both = build(&here, "m0002_change").await?.verify_against(&mut other, &verify).await?;
        let [users] = both.verified.as_slice() else { fail!("{both}") };
        if !both.agrees() || !users.notes.is_empty() || users.rows != 1003 {
            fail!("{both}");
        }
        for fixture in [&here, &there] {
            expect(&build(fixture, "m0002_change").await?.verify(&verify).await?, &[])?;
            let lost = "select count(*) = 1 from users where rank = 'high' and level is null";
            if !fixture.holds(lost).await? {
                fail!("the trigger made something else of the row");
            }
        }
        Ok(())
    })
}
