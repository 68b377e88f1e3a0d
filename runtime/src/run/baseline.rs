//! What a baseline declares, and the database has already.

use std::collections::BTreeSet;

use super::Run;
use crate::catalog::compare::{compare, title};
use crate::catalog::declaration::{Declaration, QualifiedName};
use crate::catalog::older::Older;
use crate::catalog::read;
use crate::catalog::scratch::names::split;
use crate::catalog::scratch::{self, Declarations, Declared, Shape};
use crate::lock::RunSession;
use crate::migration::{Baseline, Migration, OlderTool, Phase};
use crate::outcome::error::{Detail, Error};
use crate::outcome::status::State;
use crate::record::rules::Unrecorded;
use crate::record::store::Store;
use crate::record::store::events::{self, Event};
use crate::session::sql::{milliseconds, quote_identifier};

/// Baselines that follow each other at once: one is written in as many files as read well, and a later
/// one may say more of what an earlier one makes.
struct Together {
    baselines: Vec<(&'static Migration, &'static Baseline)>,
    creates: Names,
    made: Names,
}

/// Schemas and names.
type Names = BTreeSet<(String, String)>;

impl Run<'_, '_> {
    /// Records the baselines from this one on as done where the database has what they declare, and
    /// says whether it did. Where it has nothing of it, a baseline is a migration like any other; where
    /// it has a part, or has it otherwise, nothing is recorded.
    pub(crate) async fn adopt(&mut self, migration: &'static Migration) -> Result<bool, Error> {
        if migration.baseline.is_none() {
            return Ok(false);
        }
        let together = self.pending_baselines(migration);
        let Some((last, _)) = together.baselines.last().copied() else { return Ok(false) };
        let mut found = read::in_snapshot(self.session.reader()).await?;
        found.retain(|one| together.say(one));
        if !found.iter().any(|one| together.make(one)) {
            return Ok(false);
        }
        together.are_at(&read::older(self.session.reader()).await?)?;
        let place = self.history.migrations.iter().position(|one| one.id == last.id);
        let Some(whole) = place.and_then(|place| self.history.whole_after(place)) else {
            return Ok(false);
        };
        // To compare with nothing would be to find no difference.
        if whole.names.is_empty() && !together.creates.is_empty() {
            return Err(Error::new(Detail::BaselinesCut { migration: last.id.to_owned() }));
        }
        let shape = Shape { statements: whole.schema, names: whole.names, left: &[] };
        let timeout = milliseconds(self.settings.lock_timeout);
        let Declared { found: mut declarations, unbuilt, .. } =
            scratch::declared(self.session.reader(), shape, &timeout, &Declarations).await?;
        declarations.retain(|one| together.say(one));
        together.are_whole(last, &declarations, &found)?;
        let mut comparison = compare(&declarations, &found);
        comparison.unbuilt = unbuilt;
        if !comparison.is_clean() {
            let (migration, comparison) = (last.id.to_owned(), Box::new(comparison));
            return Err(Error::new(Detail::NotAsDeclared { migration, comparison }));
        }
        let migrations: Vec<_> = together.baselines.iter().map(|(one, _)| *one).collect();
        self.record_adopted(&migrations, "the database had what the baseline declares").await?;
        Ok(true)
    }

    /// Records baselines as done in a database in which all has run that they squashed, and parents by
    /// the names that builds from before know.
    pub(crate) async fn record_squashes(&mut self, unrecorded: &Unrecorded) -> Result<(), Error> {
        let Unrecorded { past, misnamed } = unrecorded;
        if !misnamed.is_empty() {
            let renamed = misnamed.iter().map(|migration| self.store(migration).rename_parent());
            let renamed: Vec<String> = renamed.collect();
            let renamed: Vec<&str> = renamed.iter().map(String::as_str).collect();
            self.session.in_transaction(&renamed).await?;
        }
        if past.is_empty() {
            return Ok(());
        }
        self.record_adopted(past, "all that it squashed has run").await
    }

    fn pending_baselines(&self, from: &Migration) -> Together {
        let rest = self.history.migrations.iter().copied().skip_while(|one| one.id != from.id);
        let baselines = rest.map_while(|one| Some((one, one.baseline?)));
        let is_pending = |id| self.ledger.state(id) == State::Pending;
        Together::of(baselines.take_while(|(one, _)| is_pending(one.id)).collect())
    }

    /// Records all of them at once.
    async fn record_adopted(
        &mut self,
        migrations: &[&'static Migration],
        reason: &str,
    ) -> Result<(), Error> {
        let stores = migrations.iter().map(|migration| self.store(migration)).collect();
        let mut tx = self.session.begin().await?;
        let outcome = record(&mut tx, stores, reason).await;
        tx.end(outcome).await?;
        self.read_again().await
    }
}

async fn record(
    session: &mut RunSession<'_>,
    stores: Vec<Store<'_>>,
    reason: &str,
) -> Result<(), Error> {
    for store in stores {
        let migration = store.migration.id;
        session.query_state(&store.row()).await?;
        for statement in Phase::ALL.into_iter().flat_map(|phase| store.adopt(phase, true)) {
            session.query_state(&statement).await?;
        }
        session.query_state(&store.state(State::Migrated)).await?;
        let event = Event {
            what: "adopt",
            migration: Some(migration),
            phase: None,
            step: None,
            reason,
            before: None,
            after: None,
        };
        events::record(session, store.history, &event).await?;
        tracing::info!(migration, "adopted: {reason}");
    }
    Ok(())
}

impl Together {
    fn of(baselines: Vec<(&'static Migration, &'static Baseline)>) -> Together {
        let names = |of: fn(&Baseline) -> &'static [&'static str]| {
            let all = baselines.iter().flat_map(|(_, baseline)| of(baseline));
            all.filter_map(|name| split(name)).collect()
        };
        let (creates, made) = (names(|it| it.creates), names(|it| it.made));
        Together { baselines, creates, made }
    }

    /// Tells whether it is something that they make or complete, or a part of that.
    fn say(&self, one: &Declaration) -> bool {
        is_among(&self.made, one)
    }

    /// Tells whether it is a whole that one of them makes.
    fn make(&self, one: &Declaration) -> bool {
        one.on.is_none() && is_among(&self.creates, one)
    }

    /// Refuses a database that the tool which they were taken from has left elsewhere.
    fn are_at(&self, found: &[Older]) -> Result<(), Error> {
        self.baselines
            .iter()
            .try_for_each(|(migration, baseline)| is_at(migration, baseline, found))
    }

    /// Refuses a database that has a part of them: nobody can say which is meant.
    fn are_whole(
        &self,
        last: &Migration,
        declared: &[Declaration],
        found: &[Declaration],
    ) -> Result<(), Error> {
        let is_found = |one: &Declaration| {
            let same = |other: &Declaration| (other.kind, &other.name) == (one.kind, &one.name);
            found.iter().any(same)
        };
        let (there, missing): (Vec<&Declaration>, Vec<&Declaration>) =
            declared.iter().filter(|one| self.make(one)).partition(|one| is_found(one));
        if missing.is_empty() {
            return Ok(());
        }
        let titles = |all: Vec<&Declaration>| all.into_iter().map(title).collect();
        Err(Error::new(Detail::PartlyThere {
            migration: last.id.to_owned(),
            there: titles(there),
            missing: titles(missing),
        }))
    }
}

/// Tells whether it has one of these names, or is a part of what has.
fn is_among(names: &Names, one: &Declaration) -> bool {
    let whole = one.on.as_ref().unwrap_or(&one.name);
    // A function's name has its arguments.
    let bare = whole.name.split('(').next().unwrap_or_default();
    [whole.name.as_str(), bare]
        .iter()
        .any(|name| names.contains(&(whole.schema.clone(), (*name).to_owned())))
}

/// Refuses a database that the tool which the baseline was taken from has left elsewhere. One of
/// several records is enough: anybody with a schema can make another.
fn is_at(migration: &Migration, baseline: &Baseline, found: &[Older]) -> Result<(), Error> {
    let Some(OlderTool { tool, version }) = baseline.older else { return Ok(()) };
    let records = || found.iter().filter(|one| one.word == tool);
    if records().any(|one| one.version.as_deref() == Some(version)) {
        return Ok(());
    }
    let why = match records().min_by_key(|one| !one.is_readable) {
        Some(Older { version: Some(there), .. }) => format!(
            "`{tool}` has left it at {there}, and the baseline is of {version}\n\
             help: bring it to {version} with `{tool}`, or adopt a database that is at {there}"
        ),
        Some(Older { is_readable: false, tables, .. }) => {
            let name = |it: &QualifiedName| {
                [&it.schema, &it.name].map(|it| quote_identifier(it)).join(".")
            };
            let names: Vec<String> = tables.iter().map(name).collect();
            format!(
                "the role may not read all of {}, where `{tool}` has its record\n\
                 help: grant select on it; where it has row level security, the role must be its \
                 owner or have `bypassrls`",
                names.join(", ")
            )
        }
        Some(_) => format!("`{tool}` has run nothing in it, and the baseline is of {version}"),
        None => format!(
            "it has no record of `{tool}`, and the baseline is of its version {version}\n\
             help: where `{tool}` was retired, write `baseline;`"
        ),
    };
    Err(Error::new(Detail::OlderTool { migration: migration.id.to_owned(), why }))
}
