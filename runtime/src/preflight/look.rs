//! One thing to look for, and what a look goes by.

use crate::migration::{Change, Phase, Step};
use crate::outcome::error::Error;
use crate::outcome::finding::{Check, Finding, Severity};
use crate::session::shown::on_one_line;
use crate::settings::Settings;
use crate::work::touched::Touched;

/// A phase, and the steps of it that are still to be done.
#[derive(Clone)]
pub(crate) struct Ahead {
    pub(crate) migration: &'static str,
    pub(crate) phase: Phase,
    pub(crate) steps: Vec<&'static Step>,
    /// Those of the phase that follows without being asked for.
    pub(crate) later: Vec<&'static Step>,
    pub(crate) changes: &'static [Change],
    /// Whether the migration is the next one, and all should be as the history has it before.
    pub(crate) is_first: bool,
    /// Whether all phases before this one have run.
    pub(crate) is_due: bool,
}

/// What a look goes by.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) touched: &'a Touched,
    pub(super) settings: &'a Settings,
}

/// One thing to look for.
pub(super) struct Look {
    pub(super) check: Check,
    /// By itself, before the settings have their say.
    pub(super) severity: fn(&Touched) -> Severity,
    /// A query with a row of one text for each finding; none where there is nothing to look for.
    pub(super) sql: fn(Scene<'_>) -> Option<String>,
    pub(super) effect: &'static str,
    pub(super) help: &'static str,
}

pub(super) fn wanted(look: &Look, scene: Scene<'_>) -> bool {
    severity(look, scene) > Severity::Ignore
}

pub(super) fn severity(look: &Look, scene: Scene<'_>) -> Severity {
    scene.settings.preflight.severity(look.check, (look.severity)(scene.touched))
}

pub(super) fn finding(look: &Look, scene: Scene<'_>, ahead: &Ahead, what: &str) -> Finding {
    Finding {
        check: look.check,
        severity: severity(look, scene),
        migration: ahead.migration.to_owned(),
        phase: ahead.phase,
        what: on_one_line(what),
        effect: look.effect,
        help: look.help,
    }
}

pub(super) fn told(
    look: &Look,
    scene: Scene<'_>,
    ahead: &Ahead,
    looked: Result<Vec<String>, Error>,
) -> Result<Vec<Finding>, Error> {
    match looked {
        Ok(all) => Ok(all.iter().map(|what| finding(look, scene, ahead, what)).collect()),
        Err(error) => Ok(vec![unseen(look, scene, ahead, error)?]),
    }
}

/// Says that it was not looked; what fails for any other reason is no answer.
pub(super) fn unseen(
    look: &Look,
    scene: Scene<'_>,
    ahead: &Ahead,
    error: Error,
) -> Result<Finding, Error> {
    match error.reason().filter(|_| error.is_out_of_sight()) {
        Some(reason) => Ok(finding(look, scene, ahead, "").unseen(reason)),
        None => Err(error),
    }
}
