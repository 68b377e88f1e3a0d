//! Who carries out what a stage asks for: a runner in this process, processes that are killed, or
//! sessions that are cut.

use std::fmt;

use changeover::migration::Migrations;
use changeover::{Changeover, Gate};

use crate::cuts::Cutter;
use crate::kills::Killer;
use crate::roles::Roles;
use crate::{Failure, fail};

/// What a runner is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command<'a> {
    Expand,
    Migrate,
    Contract,
    Undo(&'a str),
    UndoWithRows(&'a str),
    UndoTo(&'a str),
}

/// Who does it.
#[derive(Debug)]
pub(crate) enum Hand<'a> {
    Steady,
    Killed(&'a mut Killer),
    Cut(&'a mut Cutter),
}

impl<'a> Command<'a> {
    /// Reads what its `Display` writes.
    pub fn parse(text: &'a str) -> Option<Self> {
        Some(match text.split_once(' ').unwrap_or((text, "")) {
            ("expand", "") => Command::Expand,
            ("migrate", "") => Command::Migrate,
            ("contract", "") => Command::Contract,
            ("undo", id) => Command::Undo(id),
            ("undo_with_rows", id) => Command::UndoWithRows(id),
            ("undo_to", id) => Command::UndoTo(id),
            _ => return None,
        })
    }

    /// Does it with a runner that is set up.
    pub async fn carry_out(self, mut changeover: Changeover) -> Result<(), Failure> {
        match self {
            Command::Expand => changeover.expand().await?,
            Command::Migrate => changeover.migrate().await?,
            Command::Contract => changeover.contract().await?,
            Command::Undo(id) => changeover.undo(id).await?,
            Command::UndoWithRows(id) => changeover.undo_with_rows(id).await?,
            Command::UndoTo(id) => changeover.undo_to(id).await?,
        };
        Ok(())
    }
}

impl fmt::Display for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Expand => f.write_str("expand"),
            Command::Migrate => f.write_str("migrate"),
            Command::Contract => f.write_str("contract"),
            Command::Undo(id) => write!(f, "undo {id}"),
            Command::UndoWithRows(id) => write!(f, "undo_with_rows {id}"),
            Command::UndoTo(id) => write!(f, "undo_to {id}"),
        }
    }
}

/// The history as a build with this head would have it.
pub(crate) fn until(history: &Migrations, id: &str) -> Result<Migrations, Failure> {
    match history.until(id) {
        Some(history) => Ok(history),
        None => fail!("the history has no migration {id}"),
    }
}

/// A runner of its own for each command, as each start of a service has.
pub(crate) async fn runner(
    url: &str,
    roles: Option<&Roles>,
    history: &Migrations,
) -> Result<Changeover, Failure> {
    if let Some(roles) = roles {
        return roles.start(history).await;
    }
    Ok(Changeover::builder(history).app("harness").gate(Gate::Manual).connect(url).await?)
}
