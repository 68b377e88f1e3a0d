//! The same on a server, with a session for each caller.

use std::collections::BTreeMap;

use changeover_tests::fixture::Fixture;
use changeover_tests::logins::Logins;
use changeover_tests::{Failure, connect, fail};
use tokio_postgres::Client;

use super::calls::{CALLERS, Call, HEADS, Who};
use super::model::{Answer, Model};

pub(crate) struct Server {
    fixture: Fixture,
    logins: Logins,
    sessions: BTreeMap<Who, Client>,
}

const RESET: &str = "truncate changeover.instances, changeover.gates";

fn caller(who: Who) -> &'static str {
    match who {
        Who::Alpha => "alpha",
        Who::Twin => "twin",
        Who::Beta => "beta",
        Who::Stranger => "stranger",
        Who::Runner => "runner",
    }
}

impl Server {
    pub(crate) async fn start(name: &str) -> Result<Server, Failure> {
        let fixture = Fixture::with_users(name, 1).await?;
        let known = "insert into changeover.migrations (history, id, position, state)
            select app, 'm' || n, n, 'migrated'
            from unnest(array['alpha', 'beta']) app, generate_series(0, 3) n";
        fixture.db.batch_execute(known).await?;
        let roles = ["alpha", "twin", "beta", "stranger"];
        let logins = Logins::make(&fixture.db, fixture.url(), &roles).await?;
        for (role, app) in [("alpha", "alpha"), ("twin", "alpha"), ("beta", "beta")] {
            logins.let_hold(&fixture.db, role, app).await?;
        }
        let mut server = Server { fixture, logins, sessions: BTreeMap::new() };
        for who in CALLERS {
            server.restart(who).await?;
        }
        Ok(server)
    }

    pub(crate) async fn end(self) -> Result<(), Failure> {
        drop(self.sessions);
        self.logins.drop().await
    }

    /// Plays the calls here and in the model.
    pub(crate) async fn replay(&mut self, calls: &[Call]) -> Result<(), Failure> {
        for session in self.sessions.values() {
            session.batch_execute("select pg_advisory_unlock_all()").await?;
        }
        self.fixture.db.batch_execute(RESET).await?;
        let mut model = Model::default();
        for (number, call) in calls.iter().enumerate() {
            let expected = model.call(call);
            let place = || format!("call {number}, {call:?}");
            let answer = self.call(call).await.map_err(|failure| failure.during(place()))?;
            if answer != expected {
                fail!("{}: {answer:?}, not {expected:?}", place());
            }
            self.compare(&model).await.map_err(|failure| failure.during(place()))?;
        }
        Ok(())
    }

    /// Puts another function in the place of one, which it gives as it was.
    pub(crate) async fn replace(&self, function: &str, answer: &str) -> Result<String, Failure> {
        let name = function.split('(').next().unwrap_or_default();
        let sql = "select pg_get_functiondef(oid) from pg_proc
            where pronamespace = 'changeover'::regnamespace and proname = $1";
        let right = self.fixture.db.query_one(sql, &[&name]).await?.get(0);
        let wrong = format!(
            "create or replace function changeover.{function} language plpgsql as \
             $$ begin perform 1; {} end $$",
            if answer == "null" { String::new() } else { format!("return {answer};") }
        );
        self.fixture.db.batch_execute(&wrong).await?;
        Ok(right)
    }

    pub(crate) async fn put_back(&self, right: &str) -> Result<(), Failure> {
        Ok(self.fixture.db.batch_execute(right).await?)
    }

    async fn call(&mut self, call: &Call) -> Result<Answer, Failure> {
        match call {
            Call::Restart { who } => self.restart(*who).await.map(|()| Ok(0)),
            Call::Write { who: Who::Runner, .. } => Ok(Ok(0)),
            Call::Wait { app, instance } => {
                let over = "update changeover.instances set spoke_at = now() - interval '2 hours'
                    where history = $1 and instance = $2";
                let count = self.fixture.db.execute(over, &[app, instance]).await?;
                Ok(Ok(usize::try_from(count).unwrap_or_default()))
            }
            Call::Hold { who, .. }
            | Call::Release { who, .. }
            | Call::Lock { who, .. }
            | Call::Open { who, .. }
            | Call::Undo { who, .. }
            | Call::Write { who, .. } => self.ask(*who, &sql(call)).await,
        }
    }

    async fn ask(&self, who: Who, sql: &str) -> Result<Answer, Failure> {
        let Some(session) = self.sessions.get(&who) else { fail!("{who:?} has no session") };
        match session.query(sql, &[]).await {
            Ok(rows) => Ok(Ok(rows.len())),
            Err(error) => {
                let codes = ["42501", "22023", "CO001", "CO002", "CO003"];
                let code = error.code().map(tokio_postgres::error::SqlState::code);
                match codes.into_iter().find(|known| Some(*known) == code) {
                    Some(code) => Ok(Err(code)),
                    None => Err(error.into()),
                }
            }
        }
    }

    /// Another session in place of the one that there is, whose locks are gone then.
    async fn restart(&mut self, who: Who) -> Result<(), Failure> {
        if let Some(old) = self.sessions.remove(&who) {
            let pid: i32 = old.query_one("select pg_backend_pid()", &[]).await?.get(0);
            drop(old);
            let gone = format!("select count(*) = 0 from pg_stat_activity where pid = {pid}");
            self.fixture.wait_until(&gone).await?;
        }
        let session = match who {
            Who::Runner => connect(self.fixture.url(), "runner").await?,
            role => self.logins.connect(caller(role)).await?,
        };
        self.sessions.insert(who, session);
        Ok(())
    }

    async fn compare(&self, model: &Model) -> Result<(), Failure> {
        let sql = "select history, instance, position, owner::text from changeover.instances";
        let rows = self.fixture.db.query(sql, &[]).await?;
        let found: BTreeMap<(String, String), (i32, String)> =
            rows.iter().map(|row| ((row.get(0), row.get(1)), (row.get(2), row.get(3)))).collect();
        let superuser: String =
            self.fixture.db.query_one("select session_user::text", &[]).await?.get(0);
        let expected = model.leases.iter().map(|((app, instance), held)| {
            let owner = match held.owner {
                Who::Runner => superuser.clone(),
                role => self.logins.role(caller(role)),
            };
            (((*app).to_owned(), (*instance).to_owned()), (held.place, owner))
        });
        let expected: BTreeMap<_, _> = expected.collect();
        if found != expected {
            fail!("the leases are {found:?}, not {expected:?}");
        }
        Ok(())
    }
}

fn sql(call: &Call) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    match call {
        Call::Hold { app, instance, lease, .. } => {
            let place = lease.place.map_or_else(|| "null".to_owned(), |place| place.to_string());
            let about = if lease.about.is_empty() { "''" } else { lease.about };
            format!(
                "select changeover.hold_lease({}, '{instance}', '{}', {place}, {about}, \
                 interval '{}', {})",
                quoted(app),
                HEADS[lease.head],
                lease.time,
                lease.on_session
            )
        }
        Call::Release { app, instance, .. } => {
            format!("select changeover.release_lease({}, '{instance}')", quoted(app))
        }
        Call::Lock { app, instance, .. } => {
            let key = quoted(&format!("{app}/{instance}"));
            format!("select pg_advisory_lock_shared(1667788652, hashtext({key}))")
        }
        Call::Open { app, gate, needs_newer, .. } => format!(
            "select changeover.open_gate({}, 'm{}', 'contract', {gate}, {needs_newer}, false)",
            quoted(app),
            gate - 1
        ),
        Call::Undo { app, place, .. } => {
            format!("select changeover.begin_undo({}, array['m{place}'], {place})", quoted(app))
        }
        Call::Write { table, .. } => format!("delete from changeover.{table}"),
        Call::Restart { .. } | Call::Wait { .. } => String::new(),
    }
}
