//! One database against another that follows it, while clients write.

use changeover::Verify;
use changeover::testing::Server;
use changeover_tests::fixture::{Fixture, wait_until};
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Client, Failure, block_on, connect, fail};

/// Two servers, of which the second has a subscription to the table `users` of the first.
struct Followed {
    here: Fixture,
    there: Fixture,
    _servers: [Server; 2],
}

async fn followed(name: &str) -> Result<Followed, Failure> {
    let mut publisher = Server::start_own().await?;
    let subscriber = Server::start_own().await?;
    let admin = connect(&publisher.url("postgres"), "admin").await?;
    admin.batch_execute("alter system set wal_level = logical").await?;
    drop(admin);
    publisher.crash().await?;
    publisher.restart().await?;
    let here = Fixture::on(&publisher, name).await?.users(2000).await?;
    let there = Fixture::on(&subscriber, name).await?;
    let Some(base) = RENAME_HISTORY.until("m0001_base") else { fail!("the sample has no base") };
    there.runner(&base).await?.migrate().await?;
    here.db.batch_execute("create publication blue for table users").await?;
    let subscribe =
        format!("create subscription green connection '{}' publication blue", here.url());
    there.db.batch_execute(&subscribe).await?;
    let ready = "select count(*) = 1 from pg_subscription_rel where srsubstate = 'r'";
    wait_until(&there.db, ready).await?;
    Ok(Followed { here, there, _servers: [publisher, subscriber] })
}

#[test]
fn what_is_on_its_way_is_no_difference_and_what_lasts_is_one() -> Result<(), Failure> {
    block_on(async {
        let Followed { here, there, _servers } = followed("against_followed").await?;
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
