//! Records as any hand could have left them.

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;

use super::{Ledger, Recorded, StepState};
use crate::migration::mock::{FIRST, FOUR, Mock, rows};
use crate::migration::text::plan_text;
use crate::migration::{Migration, Phase};
use crate::outcome::error::Error;
use crate::outcome::status::State;
use crate::record::rules::{admit, may_repair, may_undo};
use crate::session::executor::Rows;
use crate::settings::repair::Repair;

type Texts = Vec<Option<String>>;

/// Mostly one of the words that belong there, now and then any text, at times NULL.
fn word(known: Vec<String>) -> BoxedStrategy<Option<String>> {
    let text = prop_oneof![24 => select(known), 1 => ".{0,12}"];
    weighted(0.98, text).boxed()
}

fn words<const N: usize>(known: [&str; N]) -> BoxedStrategy<Option<String>> {
    word(known.map(str::to_owned).to_vec())
}

fn id() -> BoxedStrategy<Option<String>> {
    words(["m1", "m2", "m3", "m4", "m9"])
}

fn state() -> BoxedStrategy<Option<String>> {
    word(State::NAMES.iter().map(|(_, name)| (*name).to_owned()).collect())
}

fn migration() -> impl Strategy<Value = Texts> {
    (id(), id(), state(), of(words(["1", "2", "4294967296"])))
        .prop_map(|(id, parent, state, version)| vec![id, parent, state, version.flatten()])
}

fn step() -> impl Strategy<Value = Texts> {
    let phases = word(Phase::ALL.iter().map(ToString::to_string).collect());
    let sql = word(FIRST.changes()[0].steps.iter().map(|step| plan_text(&step.work)).collect());
    let states = word(StepState::ALL.iter().map(|state| state.name().to_owned()).collect());
    let number = || words(["0", "1", "2", "3", "4", "-1", "18446744073709551616"]);
    let cursor = words(["", "7 0 64 0 100", "7 0 64 9 100"]);
    (id(), phases, number(), sql, states, cursor, number(), words(["", "it failed"])).prop_map(
        |(id, phase, ordinal, sql, state, cursor, rows, error)| {
            vec![id, phase, ordinal, sql, state, cursor, rows, error]
        },
    )
}

fn read(migrations: &[Texts], steps: &[Texts]) -> (Result<Ledger, Error>, Ledger) {
    let (migrations, steps) = (migrations.to_vec(), steps.to_vec());
    let (mut mock, _) = Mock::new(move |sql, _| {
        let answer = match sql {
            _ if sql.contains("to_regclass('changeover.steps')") => rows(&[&["t", "t", "t"]]),
            _ if sql.contains("from changeover.migrations") => Rows::new(migrations.clone(), 0),
            _ if sql.contains("from changeover.steps") => Rows::new(steps.clone(), 0),
            _ => return None,
        };
        Some(Ok(answer))
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let whole = Ledger::read(&mut mock, "app").await;
        (whole, Ledger::read_in_part(&mut mock, "app").await.expect("what of it can be read"))
    })
}

proptest! {
    /// Each is read as what it says, or refused with what to do; and the rules have an answer to
    /// each that is read, in part as well.
    #[test]
    fn any_record_is_read_or_refused(
        migrations in vec(migration(), 0..5),
        steps in vec(step(), 0..8),
    ) {
        let (whole, part) = read(&migrations, &steps);
        match &whole {
            Ok(ledger) => {
                prop_assert_eq!(ledger.migrations.len(), migrations.len());
                prop_assert!(ledger.migrations.iter().all(|one| one.is_sound().is_ok()));
            }
            Err(error) => prop_assert!(error.to_string().contains("help: "), "{}", error),
        }
        for ledger in whole.iter().chain([&part]) {
            answer_of_each_rule(ledger);
        }
    }
}

fn answer_of_each_rule(ledger: &Ledger) {
    let _ = admit(&FOUR, ledger);
    for migration in FOUR.migrations.iter().copied() {
        let counted = ledger.get(migration.id).map(|one: &Recorded| one.counted(migration));
        assert!(counted != Some(State::Undoing), "steps alone cannot say so");
        for phase in Phase::ALL {
            assert!(
                ledger.outdated(migration, phase) <= Some(migration.steps(phase).count().max(8))
            );
        }
        let later = FOUR.migrations.iter().copied().rev();
        let undone: Vec<&Migration> = later.take_while(|one| one.id >= migration.id).collect();
        let _ = may_undo(&FOUR, ledger, &undone);
        for repair in [
            Repair::mark_done(migration.id, Phase::Migrate, 1),
            Repair::mark_undone(migration.id, Phase::Migrate, usize::MAX),
            Repair::accept_plan(migration.id),
            Repair::recount(migration.id),
            Repair::forget(migration.id),
        ] {
            let _ = may_repair(&FOUR, ledger, &repair);
        }
    }
}
