//! Keys that run out of room: identities, composite keys, a table that points at itself, numbers
//! from a sequence; under traffic, there and back.

use std::time::Duration;

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Client, Failure, Scenario, block_on, catalog, fail, forbid_rewrites};

mod m0001_tables {
    changeover::migration! {
        create_table!(
            users {
                id: integer identity primary_key,
                name: text,
                invited_by: integer references(users.id, on_delete = set_null),
                index(invited_by),
            },
            allow(narrow_key, reason = "to be widened")
        );
        create_table!(
            memberships {
                user_id: integer references(users.id, on_delete = cascade, on_update = cascade),
                team: text,
                note: text,
                primary_key(user_id, team),
            },
            allow(narrow_key, reason = "to be widened")
        );
        create_table!(
            badges {
                user_id: integer,
                team: text,
                foreign_key(
                    user_id, team => memberships(user_id, team),
                    on_delete = cascade, on_update = cascade
                ),
                index(user_id, team),
            }
        );
    }
}

mod m0002_widen {
    changeover::migration! {
        after super::m0001_tables;
        change_type!(
            users.id: bigint,
            with(memberships.user_id, users.invited_by, badges.user_id)
        );
    }
}

mod m0003_switch {
    changeover::migration! {
        after super::m0002_widen;
        switch!(m0002_widen);
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_switch;
        contract!(m0002_widen);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_tables, m0002_widen, m0003_switch, m0004_contract];
}

const SEED: &str = "
    insert into users (name) select 'u' || n from generate_series(1, 3000) n;
    update users set invited_by = id / 2 where id > 1 and id < 50;
    insert into memberships select n, 'red', 'x' from generate_series(1, 500) n;
    insert into badges select n, 'red' from generate_series(1, 200) n;";

/// Upserts by the key meet two unique indexes until the contract.
#[test]
fn a_key_and_what_points_at_it_grow_under_traffic() -> Result<(), Failure> {
    let client = || {
        Client::of("users")
            .writes("name")
            .also("invited_by", "$1")
            .unrelated("update users set invited_by = id where id = $1")
    };
    let scenario = Scenario::new(&HISTORY, "m0002_widen")
        .seed(SEED)
        .old_build(client())
        .new_build(client())
        .equal(
            "select count(*) from users u, jsonb_each(to_jsonb(u)) c
             where c.key like 'users_id_new_%' and c.value is distinct from to_jsonb(u.id)",
        )
        .equal_switched(
            "select count(*) from users u, jsonb_each(to_jsonb(u)) c
             where c.key like 'users_id_old_%' and c.value is distinct from to_jsonb(u.id)",
        );
    crate::live(&scenario, "wider_keys")
}

async fn expect(fixture: &Fixture, query: &str, rows: i64) -> Result<(), Failure> {
    let found = fixture.count(query).await?;
    if found != rows {
        fail!("{found}, not {rows}: {query}");
    }
    Ok(())
}

#[test]
fn numbers_go_on_and_keys_still_point() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("wider_keys_by_hand").await?;
        let Some(base) = HISTORY.until("m0001_tables") else { fail!("no base") };
        let Some(switch) = HISTORY.until("m0003_switch") else { fail!("no switch") };
        fixture.runner(&base).await?.migrate().await?;
        let db = &fixture.db;
        db.batch_execute(SEED).await?;
        forbid_rewrites(db).await?;

        // Each key is there twice now, and each foreign key does what it says.
        let Some(change) = HISTORY.until("m0002_widen") else { fail!("no change") };
        fixture.runner(&change).await?.migrate().await?;
        db.batch_execute("update users set id = 9000 where id = 70").await?;
        db.batch_execute("delete from users where id = 71").await?;
        expect(&fixture, "select count(*) from badges where user_id = 9000", 1).await?;
        expect(&fixture, "select count(*) from badges where user_id in (70, 71)", 0).await?;

        fixture.runner(&switch).await?.contract().await?;
        let next: i64 =
            db.query_one("insert into users (name) values ('n') returning id", &[]).await?.get(0);
        if next != 3001 {
            fail!("the numbers went on with {next}");
        }
        db.batch_execute(
            "update users set id = 5000000000 where id = 60;
             delete from users where id = 3;
             update memberships set user_id = 1000 where user_id = 300;",
        )
        .await?;
        for (query, rows) in [
            ("select count(*) from badges where user_id = 5000000000", 1),
            ("select count(*) from memberships where user_id in (3, 60, 300)", 0),
            ("select count(*) from badges where user_id = 3", 0),
            ("select count(*) from users where invited_by = 3", 0),
        ] {
            expect(&fixture, query, rows).await?;
        }
        Ok(())
    })
}

#[test]
fn a_key_past_the_old_type_stops_the_way_back() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("wider_keys_back").await?;
        let Some(base) = HISTORY.until("m0001_tables") else { fail!("no base") };
        let Some(switch) = HISTORY.until("m0003_switch") else { fail!("no switch") };
        fixture.runner(&base).await?.migrate().await?;
        let db = &fixture.db;
        db.batch_execute(SEED).await?;
        let before = catalog::dump(db).await?;
        fixture.runner(&switch).await?.contract().await?;
        db.batch_execute("insert into users (id, name) values (5000000000, 'far')").await?;
        match fixture.runner(&switch).await?.undo("m0003_switch").await {
            Err(error) if error.kind() == ErrorKind::Violation => {}
            Err(error) => fail!("another error: {error}"),
            Ok(_) => fail!("a key was cut off"),
        }
        // Interrupted, it is turned round, and nothing of it is left in the way.
        fixture.runner(&switch).await?.contract().await?;
        db.batch_execute("update users set id = 4000000000 where id = 5000000000").await?;
        db.batch_execute("delete from users where id = 4000000000").await?;
        for id in ["m0003_switch", "m0002_widen"] {
            fixture.runner(&switch).await?.undo(id).await?;
        }
        catalog::expect_equal(("before", &before), ("after the undo", &catalog::dump(db).await?))?;
        let lost = "select 3000 - count(*) from users u where u.name = 'u' || u.id";
        if fixture.count(lost).await? != 0 {
            fail!("rows were lost");
        }
        Ok(())
    })
}

/// Stopped between its proofs and its swap, the way back leaves checks on the old columns.
#[test]
fn a_way_back_that_is_cut_short_can_be_turned_round() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("wider_keys_turned").await?;
        let Some(base) = HISTORY.until("m0001_tables") else { fail!("no base") };
        let Some(switch) = HISTORY.until("m0003_switch") else { fail!("no switch") };
        fixture.runner(&base).await?.migrate().await?;
        let db = &fixture.db;
        db.batch_execute(SEED).await?;
        fixture.runner(&switch).await?.contract().await?;

        let reader = changeover_tests::connect(fixture.url(), "reader").await?;
        reader.batch_execute("begin; select count(*) from badges").await?;
        let hurried = Fixture::builder(&switch).deadline(Duration::from_secs(1));
        match hurried.connect(fixture.url()).await?.undo("m0003_switch").await {
            Err(error) if error.kind() == ErrorKind::LockTimeout => {}
            Err(error) => fail!("another error: {error}"),
            Ok(_) => fail!("the reader was not waited for"),
        }
        reader.batch_execute("commit").await?;
        let left = "select count(*) from pg_constraint where conname like '%back_not_null%'";
        expect(&fixture, left, 2).await?;

        fixture.runner(&switch).await?.contract().await?;
        expect(&fixture, left, 0).await?;
        db.batch_execute("insert into users (id, name) values (6000000000, 'far')").await?;
        fixture.runner(&HISTORY).await?.contract().await?;
        fixture.expect_model(&HISTORY).await
    })
}
