//! A role that is nobody's, with a schema of its own to write in.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, fail};
use tokio_postgres::{Client, Config, NoTls};

const PASSWORD: &str = "not-a-secret-either";

pub(super) struct Stranger {
    /// Its connection.
    pub(super) db: Client,
    /// Its name.
    pub(super) role: String,
}

impl Stranger {
    /// Makes it, with these rights: `$stranger` and `$database` stand for names. Whatever runs its
    /// function `own.strike()` leaves a name in `own.hits`.
    pub(super) async fn make(fixture: &Fixture, rights: &[&str]) -> Result<Stranger, Failure> {
        let database: String =
            fixture.db.query_one("select current_database()::text", &[]).await?.get(0);
        let role = format!("{database}_stranger");
        let make = format!(
            "create role {role} login nosuperuser nocreatedb nocreaterole password '{PASSWORD}';
             create schema own authorization {role}; grant usage on schema own to public"
        );
        fixture.db.batch_execute(&make).await?;
        for right in rights {
            let right = right.replace("$stranger", &role).replace("$database", &database);
            fixture.db.batch_execute(&right).await?;
        }
        let mut config: Config = fixture.url().parse()?;
        config.user(&role).password(PASSWORD);
        let (db, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        db.batch_execute(
            "create table own.hits (who text);
             grant insert on own.hits to public;
             create function own.strike() returns trigger language plpgsql as $$
                begin insert into own.hits values (current_user); return new; end $$",
        )
        .await?;
        Ok(Stranger { db, role })
    }

    /// Nobody else has run its code.
    pub(super) async fn got_nothing(&self) -> Result<(), Failure> {
        let hits = "select string_agg(who, ', ') from own.hits where who <> current_user";
        match self.db.query_one(hits, &[]).await?.get::<_, Option<String>>(0) {
            None => Ok(()),
            Some(who) => fail!("the stranger's code ran as {who}"),
        }
    }

    /// Takes it away with all that it made.
    pub(super) async fn drop(self, fixture: &Fixture) -> Result<(), Failure> {
        let Stranger { db, role } = self;
        drop(db);
        let clear = format!("drop owned by {role} cascade; drop role {role}");
        Ok(fixture.db.batch_execute(&clear).await?)
    }
}
