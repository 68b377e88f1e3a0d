//! Functions that run with the rights of the runner, under the hands of a role that may connect and
//! make temporary tables: it runs no code of its own as the runner, moves no sequence, and learns
//! nothing of rows that it may not read.

use changeover::Migrations;
use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, fail};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text });
        create_table!(orders {
            id: bigint identity primary_key,
            number: bigint not_null unique,
            customer_id: bigint,
        });
        create_table!(tickets { id: bigint identity primary_key, up: bigint identity(always) unique });
        create_table!(visits {
            at: bigint not_null,
            number: bigint not_null,
            partition_by(range(at)),
            index(number),
        });
        create_partition!(visits_1 of visits, from(0) to(100));
        add_index!(orders(customer_id));
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_identity!(orders.number);
        drop_identity!(tickets.up);
        add_identity!(visits.number);
        add_foreign_key!(orders.customer_id => customers.id, fill = "null");
        create_function!(secret() returns text, language = sql, security_definer,
            body = "select max(name) from public.customers");
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

mod m0004_rename {
    changeover::migration! {
        after super::m0003_contract;
        rename_table!(orders => sales);
    }
}

mod m0005_contract {
    changeover::migration! {
        after super::m0004_rename;
        contract!(m0004_rename);
    }
}

mod m0006_again {
    changeover::migration! {
        after super::m0005_contract;
        drop_identity!(sales.number);
        grant!(execute on function secret() to public);
    }
}

changeover::migrations! {
    static HISTORY = [
        m0001_base, m0002_change, m0003_contract, m0004_rename, m0005_contract, m0006_again
    ];
}

fn until(id: &str) -> Result<Migrations, Failure> {
    match HISTORY.until(id) {
        Some(history) => Ok(history),
        None => fail!("no migration {id}"),
    }
}

/// Clients write every table, as the role that they have: numbers of their own and the sequence's,
/// customers that are there and that are not.
const WRITES: [&str; 4] = [
    "insert into orders (number, customer_id) select coalesce(max(number), 0) + 1, 1 from orders",
    "insert into orders (number, customer_id) select coalesce(max(number), 0) + 5000, 77 from orders",
    "insert into tickets default values",
    "insert into visits (at, number) select 1, coalesce(max(number), 0) + 1 from visits",
];

struct Attack {
    fixture: Fixture,
    roles: Roles,
    /// A connection of the role that may connect, and no more.
    stranger: Client,
}

impl Attack {
    async fn begin(name: &str) -> Result<Self, Failure> {
        let fixture = Fixture::new(name).await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        for statement in changeover::grants::runner(roles.runner(), &["public"]) {
            fixture.db.batch_execute(&statement).await?;
        }
        roles.start(&until("m0001_base")?).await?.migrate().await?;
        fixture.db.batch_execute("insert into customers (name) values ('c')").await?;
        let (stranger, connection) = roles.app_config()?.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(Attack { fixture, roles, stranger })
    }

    /// What is left of the history, a build after the other.
    async fn go_on(&self) -> Result<(), Failure> {
        for id in ["m0003_contract", "m0005_contract", "m0006_again"] {
            self.roles.start(&until(id)?).await?.contract().await?;
        }
        Ok(())
    }

    async fn write(&self) -> Result<(), Failure> {
        for sql in WRITES {
            let outcome = self.fixture.db.batch_execute(sql).await;
            outcome.map_err(|error| Failure::from(error).during(sql))?;
        }
        Ok(())
    }

    /// The trigger functions that run as the runner.
    async fn functions(&self) -> Result<Vec<String>, Failure> {
        let find = "select oid::regprocedure::text from pg_proc
            where prosecdef and prorettype = 'trigger'::regtype order by 1";
        let rows = self.fixture.db.query(find, &[]).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Puts each on a table whose columns have a type with a cast of the stranger's own, and on one
    /// whose columns have the right types.
    async fn attack(&self, may_put: bool) -> Result<(), Failure> {
        let functions = self.functions().await?;
        if functions.is_empty() {
            fail!("none runs as the runner: the test attacks the wrong thing");
        }
        for function in functions {
            for (table, row) in [("evil", "('x', 'x', 'x')"), ("plain", "(9e18, 9e18, 1)")] {
                let put = format!(
                    "drop trigger if exists put on {table}; create trigger put \
                     before insert on {table} for each row execute function {function}"
                );
                let mut outcome = self.stranger.batch_execute(&put).await;
                if may_put && outcome.is_ok() {
                    let insert = format!("insert into {table} values {row}");
                    outcome = self.stranger.batch_execute(&insert).await;
                }
                let error = outcome.err().and_then(|error| error.as_db_error().cloned());
                let Some(error) = error else { fail!("{function} serves {table}") };
                let is_expected = *error.code() == SqlState::INSUFFICIENT_PRIVILEGE
                    && (!may_put || error.message().contains("alone"));
                if !is_expected {
                    fail!("{function} on {table}: {error:?}");
                }
            }
        }
        Ok(())
    }

    async fn arm(&self) -> Result<(), Failure> {
        Ok(self.stranger.batch_execute(ARMS).await?)
    }

    async fn end(self) -> Result<(), Failure> {
        let Attack { fixture, roles, stranger } = self;
        drop(stranger);
        roles.drop().await?;
        drop(fixture);
        Ok(())
    }
}

/// Tells by its error whose rights it ran with.
const ARMS: &str = "
    create type pg_temp.chosen as enum ('x');
    create function pg_temp.run(pg_temp.chosen) returns bigint language plpgsql as
        $$ begin raise exception 'ran as %', current_user; end $$;
    create cast (pg_temp.chosen as bigint) with function pg_temp.run(pg_temp.chosen) as implicit;
    create temp table evil (number pg_temp.chosen, up pg_temp.chosen, customer_id pg_temp.chosen);
    create temp table plain (number bigint, up bigint, customer_id bigint)";

#[test]
fn nobody_puts_a_function_of_the_runners_on_a_table_of_their_own() -> Result<(), Failure> {
    block_on(async {
        let attack = Attack::begin("definers").await?;
        let Attack { fixture, roles, .. } = &attack;
        attack.arm().await?;
        let given = format!(
            "alter default privileges for role {} grant execute on functions to {} with grant option",
            roles.runner(),
            roles.app()
        );
        fixture.db.batch_execute(&given).await?;
        let change = until("m0002_change")?;
        roles.start(&change).await?.expand().await?;
        attack.write().await?;
        attack.attack(false).await?;
        roles.start(&change).await?.migrate().await?;
        attack.write().await?;
        attack.attack(false).await?;
        attack.end().await
    })
}

/// A team's script gives what it has not looked at.
#[test]
fn a_function_of_the_runners_that_everybody_has_serves_its_own_table_alone() -> Result<(), Failure>
{
    block_on(async {
        let attack = Attack::begin("definers_open").await?;
        let Attack { fixture, roles, stranger } = &attack;
        attack.arm().await?;
        roles.start(&until("m0002_change")?).await?.migrate().await?;
        attack.write().await?;
        fixture
            .db
            .batch_execute("grant execute on all functions in schema public to public")
            .await?;
        let numbers = "select pg_sequence_last_value(pg_get_serial_sequence('orders', 'number'))";
        let before = fixture.count(numbers).await?;
        attack.attack(true).await?;
        if fixture.count(numbers).await? != before {
            fail!("the sequence has moved");
        }
        let told = "select coalesce(current_setting('changeover.found_none', true), '')";
        let told: String = stranger.query_one(told, &[]).await?.get(0);
        if !told.is_empty() {
            fail!("the stranger hears of customers: {told}");
        }
        fixture.db.batch_execute("begin; select from customers for update nowait; commit").await?;
        attack.write().await?;
        attack.end().await
    })
}

/// As plans from before left it.
#[test]
fn an_upgrade_takes_the_right_from_everybody() -> Result<(), Failure> {
    block_on(async {
        let attack = Attack::begin("definers_before").await?;
        let Attack { fixture, roles, .. } = &attack;
        attack.arm().await?;
        let change = until("m0002_change")?;
        roles.start(&change).await?.migrate().await?;
        for function in attack.functions().await? {
            let given = format!("grant execute on function {function} to public, {}", roles.app());
            fixture.db.batch_execute(&given).await?;
        }
        fixture.db.batch_execute("drop table changeover.upgrades").await?;
        let again = roles.start(&change).await?.migrate().await?;
        if !again.phases.is_empty() {
            fail!("what had run was run again:\n{again}");
        }
        attack.attack(false).await?;
        attack.write().await?;
        attack.go_on().await?;
        attack.end().await
    })
}

/// Whoever owns a table makes its partitions, which takes the right that nobody else has.
#[test]
fn an_owner_makes_partitions_meanwhile() -> Result<(), Failure> {
    block_on(async {
        let attack = Attack::begin("definers_owner").await?;
        let Attack { fixture, roles, stranger } = &attack;
        let (runner, owner) = (roles.runner(), roles.app());
        let handed = format!(
            "grant {owner} to {runner}; grant create on schema public to {owner}; \
             alter table visits owner to {owner}; alter table visits_1 owner to {owner}"
        );
        fixture.db.batch_execute(&handed).await?;
        roles.start(&until("m0002_change")?).await?.migrate().await?;
        let made = "create table visits_2 partition of visits for values from (100) to (200);
            insert into visits (at, number) values (1, 5), (150, 7000);
            insert into visits_2 (at, number) values (151, 7001);
            begin; create table visits_3 (like visits); commit;
            alter table visits attach partition visits_3 for values from (200) to (300);
            insert into visits_3 (at, number) values (201, 7002)";
        stranger.batch_execute(made).await?;
        let numbers = "select pg_sequence_last_value(pg_get_serial_sequence('visits', 'number'))";
        if fixture.count(numbers).await? != 7002 {
            fail!("the sequence did not move past what was written into a partition");
        }
        fixture.db.batch_execute("drop table visits_2, visits_3").await?;
        fixture.db.batch_execute(&format!("revoke {owner} from {runner}")).await?;
        attack.end().await
    })
}

#[test]
fn a_function_of_the_runners_serves_a_table_that_was_renamed() -> Result<(), Failure> {
    block_on(async {
        let attack = Attack::begin("definers_renamed").await?;
        let Attack { fixture, .. } = &attack;
        attack.arm().await?;
        attack.write().await?;
        attack.go_on().await?;
        attack.attack(false).await?;
        for write in [
            "insert into sales default values",
            "insert into sales (number) select max(number) + 1 from sales",
            "insert into sales default values",
        ] {
            fixture.db.batch_execute(write).await?;
        }
        attack.end().await
    })
}

#[test]
fn a_function_of_the_users_is_nobodys_until_it_is_given() -> Result<(), Failure> {
    block_on(async {
        let attack = Attack::begin("definers_own").await?;
        let Attack { roles, stranger, .. } = &attack;
        roles.start(&until("m0002_change")?).await?.migrate().await?;
        match stranger.batch_execute("select secret()").await {
            Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {}
            other => fail!("anybody may call it: {other:?}"),
        }
        attack.go_on().await?;
        stranger.batch_execute("select secret()").await?;
        attack.end().await
    })
}
