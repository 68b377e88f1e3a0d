//! Random schemas: what is adopted of one makes the same database, and nothing is found to be otherwise.

mod dice;
mod keys;
mod objects;
mod settings;
mod tables;
mod types;

use std::sync::atomic::{AtomicU64, Ordering};

use changeover::testing::{Database, Server};
use changeover::{Adopted, Scope};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use self::dice::Dice;
use self::tables::Table;
use super::{is_clean, same_again};
use crate::tests::on_server::{AT_ONCE, Failure};

/// The schemas of the usual run; `CHANGEOVER_SCHEMAS` tells another number.
const SCHEMAS: u64 = 40;

/// How often a schema that fails is made smaller.
const SHRINKS: u32 = 150;

/// The numbers that make a schema: those of each type, each table, and each thing that they have.
#[derive(Debug, Clone)]
struct Numbers {
    types: Vec<Vec<u16>>,
    tables: Vec<Vec<u16>>,
    things: Vec<Vec<u16>>,
}

fn numbers() -> impl Strategy<Value = Numbers> {
    let one = |longest: usize| vec(any::<u16>(), longest);
    let all = (vec(one(8), 0..4), vec(one(60), 1..5), vec(one(24), 0..25));
    all.prop_map(|(types, tables, things)| Numbers { types, tables, things })
}

/// The statements of a schema, and what they make.
#[derive(Default)]
struct Made {
    statements: Vec<String>,
    types: Vec<String>,
    sequences: Vec<String>,
    tables: Vec<Table>,
    views: Vec<String>,
}

const FIRST: [&str; 4] = [
    "create schema other",
    "create schema \"Two Words\"",
    "create sequence public.s0",
    "create function public.touch() returns trigger language plpgsql as 'begin return new; end'",
];

impl Made {
    fn of(numbers: &Numbers) -> Made {
        let mut made = Made::default();
        made.statements.extend(FIRST.map(str::to_owned));
        for (at, numbers) in numbers.types.iter().enumerate() {
            objects::early(&mut made, &mut Dice::of(numbers), at);
        }
        for numbers in &numbers.tables {
            tables::table(&mut made, &mut Dice::of(numbers));
        }
        for (at, numbers) in numbers.things.iter().enumerate() {
            let dice = &mut Dice::of(numbers);
            match dice.below(3) {
                0 => keys::key(&mut made, dice, at),
                1 => objects::late(&mut made, dice, at),
                _ => settings::setting(&mut made, dice, at),
            }
        }
        made
    }

    fn add(&mut self, statement: String) {
        self.statements.push(statement);
    }

    fn any_table(&self, dice: &mut Dice<'_>) -> Option<Table> {
        self.tables.get(dice.below(self.tables.len())).cloned()
    }

    fn rename(&mut self, table: usize, column: &str, name: &str) {
        for of in self.tables.iter_mut().filter(|of| of.at == table) {
            of.columns
                .iter_mut()
                .filter(|of| of.name == column)
                .for_each(|of| name.clone_into(&mut of.name));
        }
    }

    fn forget(&mut self, table: usize, column: &str) {
        for of in self.tables.iter_mut().filter(|of| of.at == table) {
            of.columns.retain(|of| of.name != column);
        }
    }
}

/// Makes the schema, and gives the statements that the server has taken: what two of them say may
/// not go together.
async fn make(database: &Database, made: &Made) -> Result<Vec<String>, Failure> {
    let client = database.connect().await?;
    let mut taken = Vec::new();
    for statement in &made.statements {
        match client.batch_execute(statement).await {
            Ok(()) => taken.push(statement.clone()),
            Err(error) if error.as_db_error().is_some() => {
                if std::env::var("CHANGEOVER_SCHEMAS_REFUSED").is_ok() {
                    eprintln!("{statement}: {error:?}");
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(taken)
}

/// How many statements were made, and how many of them the server has taken.
static STATEMENTS: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

/// How many schemas had something that neither a macro nor `sql!` says.
static UNSAID: AtomicU64 = AtomicU64::new(0);

async fn holds(numbers: &Numbers) -> Result<(), Failure> {
    let theirs = Server::shared().await?.database("random").await?;
    let made = Made::of(numbers);
    let taken = make(&theirs, &made).await?;
    for (counter, all) in STATEMENTS.iter().zip([&made.statements, &taken]) {
        counter.fetch_add(all.len() as u64, Ordering::Relaxed);
    }
    // What cannot be said is said to be so, and cannot be made.
    let adopted = Adopted::read(&mut theirs.connect().await?, &Scope::default()).await?;
    if !adopted.unsaid().is_empty() {
        UNSAID.fetch_add(1, Ordering::Relaxed);
        return Ok(());
    }
    let what = taken.join(";\n");
    let history = same_again(&what, &theirs).await?;
    is_clean(&what, &history, &theirs).await
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// One schema, and the smallest one that fails as it does.
fn run(seed: u64) -> Result<(), String> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let max_shrink_iters = number("CHANGEOVER_SCHEMAS_SHRINK")
        .map_or(SHRINKS, |it| u32::try_from(it).unwrap_or(SHRINKS));
    let config = Config { failure_persistence: None, max_shrink_iters, ..Config::with_cases(1) };
    let outcome = TestRunner::new_with_rng(config, random).run(&numbers(), |numbers| {
        let outcome = runtime.block_on(holds(&numbers));
        outcome.map_err(|failure| TestCaseError::fail(failure.to_string()))
    });
    let again = format!("CHANGEOVER_SCHEMAS=1 CHANGEOVER_SCHEMAS_SEED={seed} makes it again");
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, _)) => Err(format!("{again}\n{reason}")),
        Err(error) => Err(format!("{again}\n{error}")),
    }
}

#[test]
fn a_random_schema_is_the_same_again() {
    let (next, from) = (AtomicU64::new(0), number("CHANGEOVER_SCHEMAS_SEED").unwrap_or_default());
    let schemas = number("CHANGEOVER_SCHEMAS").unwrap_or(SCHEMAS);
    let work = || {
        let mut failures = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= schemas {
                return failures;
            }
            failures.extend(run(from + at).err());
        }
    };
    let failures: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
    });
    let [all, taken] = [0, 1].map(|at: usize| STATEMENTS[at].load(Ordering::Relaxed));
    assert!(failures.is_empty(), "{} of {schemas}:\n{}", failures.len(), failures.join("\n\n"));
    let unsaid = UNSAID.load(Ordering::Relaxed);
    assert!(schemas < 20 || unsaid * 4 < schemas, "{unsaid} schemas of {schemas} were not said");
    // What the server refuses shows nothing.
    assert!(taken * 4 > all * 3, "the server took {taken} statements of {all}");
}
