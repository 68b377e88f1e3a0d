//! Hostile text in leases, gates and controls, whoever wrote it there: no line of a status or an
//! error is forged.

use changeover::{Error, ErrorKind};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, fail};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

const CASES: u32 = 40;

const PIECES: [&str; 18] = [
    "\n",
    "\r",
    "\u{1b}[2J",
    "\u{7f}",
    "\u{85}",
    "\u{9b}",
    "\u{202e}",
    "\u{2066}",
    "\u{2028}",
    "\u{200f}",
    "\u{61c}",
    "'",
    "\"",
    "\\",
    "{,}",
    "forged",
    "é💥",
    "%s %",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => select(&PIECES[..]).prop_map(str::to_owned),
        2 => any::<char>().prop_map(|one| one.to_string().replace('\0', "")),
        1 => Just("long ".repeat(500)),
    ];
    prop::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat())
}

/// What ends a line or turns it, but for the ends of its own.
fn is_hidden(one: char) -> bool {
    let turns = "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\
                 \u{2066}\u{2067}\u{2068}\u{2069}";
    (one.is_control() && one != '\n') || turns.contains(one)
}

async fn replay(fixture: &Fixture, texts: &[String; 5]) -> Result<(), Failure> {
    let [instance, head, about, reason, pause] = texts;
    fixture.db.batch_execute("truncate changeover.instances, changeover.gates").await?;
    // An index has no room for more.
    let instance: String = instance.chars().take(400).collect();
    let lease = "insert into changeover.instances
            (history, instance, head, position, about, lease, since, spoke_at)
        values ('harness', $1, $2, 1, $3, '1 hour', now(), now())";
    fixture.db.execute(lease, &[&instance, head, about]).await?;
    let control =
        "insert into changeover.controls (history, reason, paused) values ('harness', $1, true)
        on conflict (history) do update set reason = excluded.reason, paused = true";
    fixture.db.execute(control, &[pause]).await?;
    let gate =
        "insert into changeover.gates (history, migration, phase, position, held_by, checked_at)
        values ('harness', 'm0002_rename', 'contract', 2, array[$1], now())";
    fixture.db.execute(gate, &[reason]).await?;
    let mut runner = fixture.runner(&RENAME_HISTORY).await?;
    // One for the pause, three migrations, one gate, one instance.
    expect_lines("the status", &runner.status().await?.to_string(), 6)?;
    fixture.db.batch_execute("update changeover.controls set paused = false").await?;
    match runner.contract().await {
        Err(error) if error.is_gate_held() => shown(&error)?,
        other => fail!("not held: {other:?}"),
    }
    match runner.undo("m0002_rename").await {
        Err(error) if error.kind() == ErrorKind::UndoRefused => shown(&error),
        other => fail!("not refused: {other:?}"),
    }
}

fn shown(error: &Error) -> Result<(), Failure> {
    let help_and_note = 3;
    expect_lines("an error", &error.to_string(), help_and_note)?;
    expect_lines("a report", &error.report().to_string(), 8)
}

fn expect_lines(what: &str, text: &str, most: usize) -> Result<(), Failure> {
    if text.lines().count() > most || text.chars().any(is_hidden) {
        fail!("{what} has lines or characters of others:\n{text:?}");
    }
    Ok(())
}

#[test]
fn no_text_of_a_lease_forges_a_line() -> Result<(), Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(error.to_string()))?;
    let fixture = runtime.block_on(Fixture::with_users("lease_texts", 1))?;
    let runner =
        async { Ok::<_, Failure>(fixture.runner(&RENAME_HISTORY).await?.migrate().await?) };
    runtime.block_on(runner)?;
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let texts = [(); 5].map(|()| text());
    let outcome = TestRunner::new(config).run(&texts, |texts| {
        let outcome = runtime.block_on(replay(&fixture, &texts));
        outcome.map_err(|failure| TestCaseError::fail(failure.0))
    });
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, texts)) => {
            Err(Failure::new(format!("{reason}\nthe shortest texts:\n{texts:?}")))
        }
        Err(error) => Err(Failure::new(error.to_string())),
    }
}
