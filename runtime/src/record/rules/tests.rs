//! The rules, on ledgers made by hand.

use super::edited::fixed_steps;
use super::*;
use crate::ErrorKind;
use crate::migration::mock::{FIRST, FOUR, ONE, SECOND};
use crate::migration::{Migration, Phase};
use crate::outcome::status::State;
use crate::record::ledger::{Ledger, Recorded, StepState};

fn ledger(states: &[(&str, State)]) -> Ledger {
    let mut ledger = Ledger::default();
    for (id, state) in states {
        ledger.push(Recorded {
            id: (*id).to_owned(),
            parent: FOUR.get(id).and_then(|one| one.parent).map(str::to_owned),
            state: *state,
            plan_version: None,
            steps: Vec::new(),
            was_before_squash: false,
        });
    }
    for migration in FOUR.migrations.iter().copied() {
        let Some(state) = ledger.get(migration.id).map(|one| one.state) else { continue };
        for phase in Phase::ALL {
            let complete =
                ledger.get(migration.id).is_some_and(|one| is_complete(one, phase, state));
            remember(&mut ledger, migration, phase, complete);
        }
    }
    ledger
}

fn is_complete(recorded: &Recorded, phase: Phase, state: State) -> bool {
    state != State::Pending && fixed_steps(recorded, phase).is_none()
}

fn remember(ledger: &mut Ledger, migration: &Migration, phase: Phase, done: bool) {
    ledger.plan(migration, phase, 0);
    for recorded in ledger.migrations.iter_mut().filter(|one| one.id == migration.id) {
        for step in recorded.steps.iter_mut().filter(|step| step.phase == phase && done) {
            step.state = StepState::Done;
        }
    }
}

#[test]
fn what_ran_unchanged_is_admitted() {
    let state = ledger(&[("m1", State::Contracted), ("m2", State::Migrated)]);
    assert!(admit(&FOUR, &state).is_ok());
    assert!(admit(&FOUR, &Ledger::default()).is_ok());
}

#[test]
fn a_database_that_is_ahead_is_admitted_until_a_switch_or_a_contract_has_begun() {
    let is_too_old = |head: &str, state| {
        let build = FOUR.until(head).expect("it is in the history");
        let outcome = admit(&build, &ledger(&[("m1", state), ("m2", State::Migrated)]));
        outcome.is_err_and(|error| error.is_too_old())
    };
    assert!(!is_too_old("m1", State::Migrated));
    for (state, admitted) in [
        (State::Switching, "m2"),
        (State::Switched, "m2"),
        (State::Contracting, "m3"),
        (State::Contracted, "m3"),
    ] {
        for build in ["m1", "m2", "m3"] {
            assert_eq!(is_too_old(build, state), build < admitted, "{build}, {state}");
        }
    }
}

#[test]
fn what_is_switched_can_be_undone_until_its_contract() {
    let may =
        |state| may_undo(&FOUR, &ledger(&[("m1", state), ("m2", State::Migrated)]), &[&SECOND]);
    assert!(may(State::Switched).is_ok());
    assert!(may(State::Contracting).is_err_and(|error| error.kind() == ErrorKind::UndoRefused));
}

#[test]
fn another_services_history_is_refused() {
    let outcome = admit(&ONE, &ledger(&[("somebody_elses", State::Migrated)]));
    assert!(outcome.is_err_and(|error| error.kind() == ErrorKind::Diverged));
    assert!(admit(&ONE, &ledger(&[("somebody_elses", State::Pending)])).is_ok());
}

#[test]
fn a_migration_may_change_until_something_of_it_has_run() {
    let mut state = ledger(&[("m1", State::Expanding)]);
    let edit = |state: &mut Ledger| {
        for step in state.migrations.iter_mut().flat_map(|one| &mut one.steps) {
            step.sql += " edited";
        }
    };
    edit(&mut state);
    assert!(admit(&ONE, &state).is_ok());
    remember(&mut state, &FIRST, Phase::Expand, true);
    edit(&mut state);
    assert!(admit(&ONE, &state).is_err_and(|error| error.kind() == ErrorKind::Edited));
}

#[test]
fn a_step_added_to_what_is_done_is_an_edit() {
    let mut state = ledger(&[("m1", State::Migrated)]);
    for recorded in &mut state.migrations {
        recorded.steps.retain(|step| step.phase != Phase::Migrate);
    }
    assert!(admit(&ONE, &state).is_err_and(|error| error.kind() == ErrorKind::Edited));
}

#[test]
fn a_required_contract_is_pending_until_it_is_done() {
    let fourth = FOUR.head().expect("there are four");
    let may = |state| may_expand(&FOUR, &ledger(&[("m1", state)]), fourth);
    let error = may(State::Contracting).expect_err("it has not run");
    assert!(
        error.kind() == ErrorKind::ContractPending
            && error.to_string().contains("`m3`, which declares it")
    );
    assert!(may(State::Contracted).is_ok());
}

#[test]
fn only_the_last_migration_before_its_contract_can_be_undone() {
    let may = |states: &[(&str, State)]| may_undo(&FOUR, &ledger(states), &[&FIRST]);
    assert!(may(&[("m1", State::Migrated)]).is_ok());
    assert!(may(&[("m1", State::Migrated), ("m2", State::Pending)]).is_ok());
    for states in [
        &[("m1", State::Migrated), ("m2", State::Expanding)][..],
        &[("m1", State::Migrated), ("unknown", State::Migrated)],
        &[("m1", State::Contracting)],
    ] {
        assert!(may(states).is_err_and(|error| error.kind() == ErrorKind::UndoRefused));
    }
}

#[test]
fn several_can_be_undone_until_one_of_their_contracts() {
    let may = |states: &[(&str, State)], newest: usize, to: usize| {
        let migrations: Vec<_> = FOUR.migrations[to..=newest].iter().rev().copied().collect();
        may_undo(&FOUR, &ledger(states), &migrations)
    };
    let pending_contract =
        [("m1", State::Switched), ("m2", State::Migrated), ("m3", State::Migrated)];
    assert!(may(&pending_contract, 3, 0).is_ok());
    assert!(
        may(&pending_contract, 1, 0).is_err_and(|error| error.kind() == ErrorKind::UndoRefused)
    );
    let contracted = [("m1", State::Contracted), ("m2", State::Migrated), ("m3", State::Migrated)];
    for to in 0..3 {
        assert!(
            may(&contracted, 3, to).is_err_and(|error| error.kind() == ErrorKind::UndoRefused),
            "{to}"
        );
    }
    assert!(may(&contracted, 3, 3).is_ok());
}

#[test]
fn a_newer_builds_migration_says_which_build_can_undo() {
    let state = ledger(&[("m1", State::Migrated), ("m9", State::Migrated)]);
    let error = may_undo(&ONE, &state, &[&FIRST]).expect_err("it is built on");
    assert!(error.to_string().contains("a build whose history has `m9`"), "{error}");
}

#[test]
fn what_comes_after_the_last_step_that_has_run_may_change() {
    let mut state = ledger(&[("m1", State::Migrating)]);
    for recorded in &mut state.migrations {
        for step in recorded.steps.iter_mut().filter(|step| step.phase == Phase::Migrate) {
            step.state = if step.ordinal == 1 { StepState::Done } else { StepState::Planned };
        }
    }
    let edited = |ordinal: usize| {
        let mut state = state.clone();
        for step in state.migrations.iter_mut().flat_map(|one| &mut one.steps) {
            if step.phase == Phase::Migrate && step.ordinal == ordinal {
                step.sql += " edited";
            }
        }
        admit(&ONE, &state)
    };
    assert!(edited(1).is_err_and(|error| error.kind() == ErrorKind::Edited));
    assert!(edited(2).is_ok());
}

#[test]
fn a_complete_migration_of_another_plan_version_is_taken_as_it_is() {
    let versioned = |state, version| {
        let mut ledger = ledger(&[("m1", state)]);
        for recorded in &mut ledger.migrations {
            recorded.plan_version = Some(version);
            for step in recorded.steps.iter_mut().filter(|step| step.phase == Phase::Expand) {
                step.sql += " worded otherwise";
            }
        }
        ledger
    };
    let other = FIRST.plan_version + 1;
    for state in [State::Migrated, State::Switched, State::Contracted] {
        assert!(admit(&FOUR, &versioned(state, other)).is_ok(), "{state}");
        assert!(admit(&FOUR, &versioned(state, FIRST.plan_version)).is_err(), "{state}");
    }
    assert!(
        admit(&FOUR, &versioned(State::Migrating, other))
            .is_err_and(|error| error.kind() == ErrorKind::Edited)
    );
    // What is still to come was planned on what is worded otherwise.
    let migrated = versioned(State::Migrated, other);
    assert!(
        may_undo(&FOUR, &migrated, &[&FIRST]).is_err_and(|error| error.kind() == ErrorKind::Edited)
    );
    let recorded = migrated.get("m1").expect("it is there");
    assert!(same_plan(&FIRST, recorded).is_err_and(|error| error.kind() == ErrorKind::Edited));
}

#[test]
fn a_hole_in_the_history_is_not_filled() {
    let state = ledger(&[("m1", State::Pending), ("m2", State::Migrated)]);
    assert!(admit(&FOUR, &state).is_err_and(|error| error.kind() == ErrorKind::Corrupt));
}
