//! The classic exercise, under traffic: `cargo run --example split_name -- --rows 200000`.
//!
//! `users (id, email, name, created_at)` has its `name` split into `first_name` and `last_name`, and
//! gets a unique `phone`, a `status` that is never null, and an index, while clients of the old and
//! the new build go on. The process that migrates is killed half-way and resumed; the change is
//! undone once, made again, and contracted. At the end every row is held against what was written.

use std::collections::HashMap;
use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;

use changeover::testing::{Database, Server};
use changeover::{Changeover, Gate, Migrations};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio_postgres::Client;

mod m0001_create_users {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            email: text not_null unique,
            name: text,
            created_at: timestamptz not_null default sql("now()"),
        });
    }
}

mod m0002_split_name {
    changeover::migration! {
        after super::m0001_create_users;

        /// A name without a space is a first name; what follows the first space is the last name.
        split_column!(
            users.name => {
                first_name: text = "split_part(name, ' ', 1)",
                last_name: text = "nullif(substr(name, length(split_part(name, ' ', 1)) + 2), '')",
            },
            down = "concat_ws(' ', first_name, last_name)"
        );
        add_column!(users.phone: text unique);
        add_column!(users.status: text not_null default "active");
        add_index!(users(status, created_at desc));
    }
}

mod m0003_drop_name {
    changeover::migration! {
        after super::m0002_split_name;
        contract!(m0002_split_name);
    }
}

changeover::migrations! {
    pub static MIGRATIONS = [m0001_create_users, m0002_split_name, m0003_drop_name];
}

type Failure = Box<dyn Error + Send + Sync>;

const CHANGE: &str = "m0002_split_name";
const CLIENTS: usize = 4;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => run(100_000).await,
        ["--rows", rows] => match rows.parse() {
            Ok(rows) => run(rows).await,
            Err(error) => Err(format!("--rows {rows}: {error}").into()),
        },
        ["migrate", url] => migrate(url).await,
        _ => Err("usage: split_name [--rows N]".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The history as a build has it that was compiled with `head`.
fn build(head: &str) -> Result<Migrations, Failure> {
    Ok(MIGRATIONS.until(head).ok_or_else(|| format!("the history has no `{head}`"))?)
}

async fn service(url: &str, head: &str) -> Result<Changeover, Failure> {
    Ok(Changeover::builder(&build(head)?).app("users").gate(Gate::Manual).connect(url).await?)
}

/// What the process does that is to be killed; a line a report.
async fn migrate(url: &str) -> Result<(), Failure> {
    let changeover = Changeover::builder(&build(CHANGE)?).app("users").gate(Gate::Manual);
    let told = changeover.on_progress(|progress| println!("{}", progress.rows));
    told.connect(url).await?.migrate().await?;
    Ok(())
}

async fn run(rows: u32) -> Result<(), Failure> {
    let server = Server::start().await?;
    let database = server.database("split_name").await?;
    let url = database.url();
    service(url, "m0001_create_users").await?.migrate().await?;
    let users = Arc::new(Users::seed(&database.connect().await?, rows).await?);
    let mut old = Clients::start(&database, &users, Build::Old).await?;

    let killed_at = kill_half_way(url, rows)?;
    println!("killed when {killed_at} of {rows} rows were split; clients go on");
    service(url, CHANGE).await?.migrate().await?;
    println!("resumed, and done");
    let new = Clients::start(&database, &users, Build::New).await?;
    new.stop().await?;
    service(url, CHANGE).await?.undo(CHANGE).await?;
    println!("undone: what the new build wrote is in `name`");
    old.stop().await?;
    users.validate(&database.connect().await?, "name").await?;

    old = Clients::start(&database, &users, Build::Old).await?;
    service(url, CHANGE).await?.migrate().await?;
    println!("made again");
    let new = Clients::start(&database, &users, Build::New).await?;
    old.stop().await?;
    service(url, "m0003_drop_name").await?.contract().await?;
    println!("contracted: `name` is gone");
    new.stop().await?;
    let joined = "concat_ws(' ', first_name, last_name)";
    let checked = users.validate(&database.connect().await?, joined).await?;
    println!("{checked} rows hold what was written last, no client met an error");
    Ok(())
}

/// Starts this program as the process that migrates, and kills it when half of the rows are split.
fn kill_half_way(url: &str, rows: u32) -> Result<u32, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    let mut child: Child = command.args(["migrate", url]).stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().ok_or("the process has no output")?;
    let mut reached = 0;
    for line in BufReader::new(output).lines() {
        reached = line?.parse()?;
        if reached >= rows / 2 {
            break;
        }
    }
    child.kill()?;
    child.wait()?;
    if reached < rows / 2 {
        Err("the process ended before it was killed".into())
    } else {
        Ok(reached)
    }
}

/// Which shape of the table a client was compiled for.
#[derive(Clone, Copy)]
enum Build {
    Old,
    New,
}

impl Build {
    fn update(self) -> &'static str {
        match self {
            Build::Old => "update users set name = $2 where id = $1",
            Build::New => {
                "update users set first_name = split_part($2, ' ', 1), \
                 last_name = nullif(substr($2, length(split_part($2, ' ', 1)) + 2), ''), \
                 phone = coalesce(phone, '+' || $1) where id = $1"
            }
        }
    }

    fn insert(self) -> &'static str {
        match self {
            Build::Old => "insert into users (email, name) values ($1, $2) returning id",
            Build::New => {
                "insert into users (email, first_name, last_name, status) values ($1, \
                 split_part($2, ' ', 1), nullif(substr($2, length(split_part($2, ' ', 1)) + 2), ''), \
                 'invited') returning id"
            }
        }
    }

    fn read(self) -> &'static str {
        match self {
            Build::Old => "select name from users where id = $1",
            Build::New => "select concat_ws(' ', first_name, last_name) from users where id = $1",
        }
    }
}

/// The last name of every user that a client was told is written.
struct Users {
    names: Mutex<HashMap<i64, Arc<Mutex<String>>>>,
    seeded: i64,
}

impl Users {
    async fn seed(client: &Client, rows: u32) -> Result<Self, Failure> {
        let sql = "insert into users (email, name) \
            select n || '@example.org', case when n % 10 = 0 then 'Plato' else 'Ada Lovelace ' || n end \
            from generate_series(1, $1::int) n returning id, name";
        let rows = client.query(sql, &[&i32::try_from(rows)?]).await?;
        let names = rows.iter().map(|row| (row.get(0), Arc::new(Mutex::new(row.get(1)))));
        Ok(Users { seeded: i64::try_from(rows.len())?, names: Mutex::new(names.collect()) })
    }

    /// One of the users that were there at the start; whoever has it is alone with it.
    async fn any(&self) -> Result<(i64, Arc<Mutex<String>>), Failure> {
        let id = fastrand::i64(1..=self.seeded);
        let names = self.names.lock().await;
        Ok((id, Arc::clone(names.get(&id).ok_or("no such user")?)))
    }

    /// Compares every row with what was written last.
    async fn validate(&self, client: &Client, name: &str) -> Result<usize, Failure> {
        let rows = client.query(&format!("select id, {name} from users"), &[]).await?;
        let names = self.names.lock().await;
        for row in &rows {
            let (id, found): (i64, Option<String>) = (row.get(0), row.get(1));
            let written = names.get(&id).ok_or_else(|| format!("nobody wrote user {id}"))?;
            let written = written.lock().await;
            if found.as_deref() != Some(written.as_str()) {
                return Err(
                    format!("user {id} is {found:?}, and was written as {written:?}").into()
                );
            }
        }
        if rows.len() != names.len() {
            return Err(format!("{} users are there of {}", rows.len(), names.len()).into());
        }
        Ok(rows.len())
    }
}

/// Clients that write and read until they are stopped, and fail at the first error.
struct Clients {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<Result<(), Failure>>>,
}

impl Clients {
    async fn start(database: &Database, users: &Arc<Users>, build: Build) -> Result<Self, Failure> {
        let (stop, stopped) = watch::channel(false);
        let (begun, mut at_work) = tokio::sync::mpsc::channel(CLIENTS);
        let mut tasks = Vec::new();
        for _ in 0..CLIENTS {
            let client = database.connect().await?;
            let work = work(client, Arc::clone(users), build, stopped.clone(), begun.clone());
            tasks.push(tokio::spawn(work));
        }
        drop(begun);
        // Each of them has met the schema as it is now.
        while at_work.recv().await.is_some() {}
        Ok(Clients { stop, tasks })
    }

    async fn stop(self) -> Result<(), Failure> {
        self.stop.send_replace(true);
        for task in self.tasks {
            task.await??;
        }
        Ok(())
    }
}

async fn work(
    client: Client,
    users: Arc<Users>,
    build: Build,
    stopped: watch::Receiver<bool>,
    begun: tokio::sync::mpsc::Sender<()>,
) -> Result<(), Failure> {
    let [read, update, insert] = [build.read(), build.update(), build.insert()];
    let (read, update) = (client.prepare(read).await?, client.prepare(update).await?);
    let insert = client.prepare(insert).await?;
    let mut begun = Some(begun);
    while !*stopped.borrow() {
        let (id, name) = users.any().await?;
        let mut name = name.lock().await;
        let found: Option<String> = client.query_one(&read, &[&id]).await?.try_get(0)?;
        if found.as_deref() != Some(name.as_str()) {
            return Err(format!("user {id} reads {found:?} instead of {name:?}").into());
        }
        let next = any_name();
        client.execute(&update, &[&id, &next]).await?;
        *name = next;
        drop(name);
        let (email, name) = (format!("{:016x}@example.org", fastrand::u64(..)), any_name());
        let id: i64 = client.query_one(&insert, &[&email, &name]).await?.try_get(0)?;
        users.names.lock().await.insert(id, Arc::new(Mutex::new(name)));
        begun.take();
    }
    Ok(())
}

/// With a last name of several words, of one, or with none.
fn any_name() -> String {
    let first = ["Grace", "Alan", "Plato", "Marie"][fastrand::usize(..4)];
    let last = ["", " Hopper", " de la Cruz", " Curie"][fastrand::usize(..4)];
    format!("{first}{last}")
}
