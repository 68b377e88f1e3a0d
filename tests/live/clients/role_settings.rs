//! Settings of a role or a database, which every session begins with: the runner has its own, and
//! the triggers need none.

use std::collections::BTreeMap;

use changeover_tests::fixture::Fixture;
use changeover_tests::sample::{INDEX_HISTORY, RENAME_HISTORY};
use changeover_tests::traffic::Traffic;
use changeover_tests::{Client, Failure, Ledger, block_on, fail};

/// What would stop a runner that relied on defaults.
const RUNNERS: [(&str, &str); 20] = [
    ("statement_timeout", "500ms"),
    ("lock_timeout", "1ms"),
    ("idle_in_transaction_session_timeout", "1ms"),
    ("default_transaction_isolation", "serializable"),
    ("default_transaction_read_only", "on"),
    ("synchronous_commit", "off"),
    ("search_path", "pg_temp"),
    ("row_security", "on"),
    ("client_min_messages", "error"),
    ("standard_conforming_strings", "off"),
    ("transform_null_equals", "on"),
    ("array_nulls", "off"),
    ("quote_all_identifiers", "on"),
    ("bytea_output", "escape"),
    ("extra_float_digits", "-15"),
    ("datestyle", "SQL, DMY"),
    ("enable_tidscan", "off"),
    ("check_function_bodies", "off"),
    ("plpgsql.extra_errors", "all"),
    ("session_replication_role", "replica"),
];

/// What an application may have set; its transactions are its own affair.
const CLIENTS: [(&str, &str); 14] = [
    ("search_path", "pg_temp"),
    ("statement_timeout", "5s"),
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "5s"),
    ("synchronous_commit", "off"),
    ("standard_conforming_strings", "off"),
    ("transform_null_equals", "on"),
    ("array_nulls", "off"),
    ("bytea_output", "escape"),
    ("extra_float_digits", "-15"),
    ("datestyle", "SQL, DMY"),
    ("plpgsql.extra_errors", "all"),
    ("plpgsql.variable_conflict", "use_column"),
    ("session_replication_role", "replica"),
];

/// For sessions that begin from now on; it goes with the database.
async fn set(fixture: &Fixture, settings: &[(&str, &str)]) -> Result<(), Failure> {
    let database: String = fixture.db.query_one("select current_database()", &[]).await?.get(0);
    for (name, value) in settings {
        let value = if value.contains(',') { (*value).to_owned() } else { format!("'{value}'") };
        let sql = format!("alter role current_user in database {database} set {name} = {value}");
        fixture.db.batch_execute(&sql).await?;
    }
    Ok(())
}

#[test]
fn a_runner_runs_whatever_its_role_has_set() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("runners_role", 50_000).await?;
        let client = Client::of("users").writes("username");
        let traffic = fixture.traffic(&client).await?;
        let mut clients = traffic.start("old", &client).await?;
        set(&fixture, &RUNNERS).await?;

        let Some(rename) = RENAME_HISTORY.until("m0002_rename") else { fail!("no such migration") };
        fixture.runner(&rename).await?.migrate().await?;
        clients.advance(10).await?;
        let differing = "select count(*) from users where display_name is distinct from username";
        if fixture.count(differing).await? != 0 {
            fail!("rows differ");
        }
        fixture.runner(&rename).await?.undo("m0002_rename").await?;
        clients.advance(10).await?;
        clients.leave().await?;
        traffic.verify(&fixture.db, &client).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

/// A build waits for older transactions for longer than the role lets a statement run.
#[test]
fn an_index_is_built_whatever_the_role_has_set() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("index_role", 1_000).await?;
        let reader = fixture.reader("old-snapshot").await?;
        set(&fixture, &RUNNERS).await?;
        let mut runner = fixture.runner(&INDEX_HISTORY).await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        fixture
            .wait_until(
                "select exists (select from pg_stat_activity
                    where query like 'create index concurrently%' and state = 'active'
                        and datname = current_database()
                        and clock_timestamp() - query_start > interval '1 s')",
            )
            .await?;
        reader.batch_execute("commit").await?;
        run.await.map_err(|error| Failure::new(error.to_string()))??;
        fixture.expect_model(&INDEX_HISTORY).await
    })
}

mod m0001_orders {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            name: text not_null unique,
            code: text not_null,
            note: text not_null default "",
        });
    }
}

mod m0002_reshaped {
    changeover::migration! {
        after super::m0001_orders;
        rename_column!(orders.name => title);
        split_column!(orders.code => {
            country: text = "split_part(code, '-', 1)",
            number: text = "substring(code from '-(.*)$')",
        }, down = "concat_ws('-', country, number)");
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_reshaped;
        contract!(m0002_reshaped);
    }
}

changeover::migrations! {
    static ORDERS = [m0001_orders, m0002_reshaped, m0003_contract];
}

#[test]
fn triggers_work_whatever_the_applications_role_has_set() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("clients_role").await?;
        let Some(base) = ORDERS.until("m0001_orders") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        let seed = "insert into orders (name, code)
                    select 'n' || n, 'de-' || n from generate_series(1, 5000) n";
        fixture.db.batch_execute(seed).await?;
        set(&fixture, &CLIENTS).await?;

        let old = Client::of("public.orders")
            .writes_as("name", "'n' || $2::text")
            .writes_as("code", "'de-' || $2::text")
            .values(|n| n.to_string())
            .read("select substr(name, 2) from public.orders where id = $1")
            .connections(3);
        let new = Client::of("public.orders")
            .writes_as("title", "'n' || $2::text")
            .writes_as("country", "'fr'")
            .writes_as("number", "$2::text")
            .values(|n| n.to_string())
            .read("select substr(title, 2) from public.orders where id = $1");
        // The seed's values and those of clients must not meet: the names are unique.
        let ledger = Ledger::of_seed(&fixture.db, &old).await?;
        ledger.number_from(1_000_000);
        let traffic = Traffic::new(fixture.url(), BTreeMap::from([("public.orders", ledger)]));
        let mut olds = traffic.start("old", &old).await?;
        olds.advance(10).await?;
        fixture.runner(&ORDERS).await?.migrate().await?;
        let mut news = traffic.start("new", &new).await?;
        olds.advance(40).await?;
        news.advance(40).await?;
        let differing = "select count(*) from public.orders where name is distinct from title
            or code is distinct from concat_ws('-', country, number)";
        if fixture.count(differing).await? != 0 {
            fail!("rows differ");
        }
        olds.leave().await?;
        fixture.runner(&ORDERS).await?.contract().await?;
        news.advance(20).await?;
        news.leave().await?;
        traffic.verify(&fixture.db, &new).await?;
        fixture.expect_model(&ORDERS).await
    })
}
