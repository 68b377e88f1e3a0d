//! One migration as a release of its own: old builds, the way forth, both builds, the way back, the way
//! forth again, the contract, new builds.

use std::sync::Arc;

use super::runs::{self, End};
use super::{checks, shapes, way_back};
use crate::migration::{Migration, Migrations, Phase};
use crate::outcome::error::Error;
use crate::testing::rehearsal::clients::build::{Age, Build};
use crate::testing::rehearsal::found::findings::AT_REST;
use crate::testing::rehearsal::stage::Stage;

/// Why nothing after a migration is rehearsed.
pub(super) type Ends = Option<String>;

/// What a release is about.
struct Release {
    /// As a build with the migration has it.
    history: Migrations,
    migration: &'static Migration,
    /// Those whose switch or contract it declares.
    of: Vec<&'static Migration>,
    tables: Vec<String>,
    old: Arc<Build>,
}

/// Rehearses the migration at this place of the history.
pub(super) async fn of(
    stage: &mut Stage<'_>,
    whole: &Migrations,
    place: usize,
) -> Result<Ends, Error> {
    let Some(migration) = whole.migrations.get(place).copied() else { return Ok(None) };
    let Some(history) = whole.until(migration.id) else { return Ok(None) };
    let declares = |one: &&&'static Migration| {
        [migration.switches, migration.contracts].concat().contains(&one.id)
    };
    let of: Vec<_> = whole.migrations.iter().filter(declares).copied().collect();
    let tables = shapes::tables(migration, &of);
    let parent = place.checked_sub(1).and_then(|at| whole.migrations.get(at));
    let head = parent.and_then(|parent| whole.until(parent.id));
    let old =
        shapes::build(stage, Age::Old, head.as_ref(), (&tables, migration, &of), None).await?;
    let release = Release { history, migration, of, tables, old };
    release.rehearse(stage).await
}

impl Release {
    async fn rehearse(&self, stage: &mut Stage<'_>) -> Result<Ends, Error> {
        let id = self.migration.id;
        let before = if self.has_steps() {
            Some(way_back::before(stage, &self.old, self.migration).await?)
        } else {
            None
        };
        self.foresee(stage).await?;
        if self.old.is_idle() {
            stage.note(format!("no old build uses what `{id}` touches: nobody is there before it"));
        } else {
            stage.arrive(&self.old).await?;
            stage.rest(id, AT_REST).await?;
        }
        if let Some(before) = &before
            && let Some(ends) = self.there_and_back(stage, before).await?
        {
            return Ok(Some(ends));
        }
        let new = match self.forth(stage).await? {
            Ok(new) => new,
            Err(ends) => return Ok(Some(ends)),
        };
        stage.arrive(&new).await?;
        stage.rest(id, if self.has_steps() { "both builds again" } else { "both builds" }).await?;
        checks::both_shapes(stage, &self.history, self.migration).await?;
        stage.leave(Age::Old).await;
        // A build does not know what goes with the contracts that it declares.
        if !self.of.is_empty()
            && let Some(ends) = self.contract(stage).await?
        {
            return Ok(Some(ends));
        }
        stage.rest(id, "new builds").await?;
        stage.leave(Age::New).await;
        checks::invariants(stage, id).await;
        Ok(None)
    }

    fn has_steps(&self) -> bool {
        let phases = [Phase::Expand, Phase::Migrate, Phase::Background];
        phases.into_iter().any(|phase| self.migration.steps(phase).next().is_some())
    }

    /// The way forth for the first time, both builds, and the way back.
    async fn there_and_back(
        &self,
        stage: &mut Stage<'_>,
        before: &way_back::Before,
    ) -> Result<Ends, Error> {
        let id = self.migration.id;
        let end = runs::forth(stage, &self.history, self.migration, (&self.of, false)).await?;
        self.measure(stage).await?;
        match end {
            End::Failed => return Ok(Some(format!("the run of `{id}` failed"))),
            End::Sampled => {
                way_back::back(stage, &self.history, self.migration, &self.old, before).await?;
                stage.left_out(format!(
                    "what comes after the backfill of `{id}`, which was stopped for the sample: new \
                     builds, the contract, and the rest of its steps"
                ));
                return Ok(Some(format!("the backfill of `{id}` was stopped for the sample")));
            }
            End::Done => {}
        }
        let new = self.new_build(stage).await?;
        stage.arrive(&new).await?;
        stage.rest(id, "both builds").await?;
        checks::both_shapes(stage, &self.history, self.migration).await?;
        if self.migration.baseline.is_some() {
            stage.left_out(format!("the way back of `{id}`, which is a baseline"));
            return Ok(None);
        }
        way_back::back(stage, &self.history, self.migration, &self.old, before).await?;
        stage.pass()?;
        Ok(None)
    }

    /// The way forth, and the build that comes with it.
    async fn forth(&self, stage: &mut Stage<'_>) -> Result<Result<Arc<Build>, String>, Error> {
        stage.arrive(&self.old).await?;
        let how = (self.of.as_slice(), self.has_steps());
        let end = runs::forth(stage, &self.history, self.migration, how).await?;
        let id = self.migration.id;
        match end {
            End::Done => Ok(Ok(self.new_build(stage).await?)),
            End::Sampled | End::Failed => Ok(Err(format!("the second run of `{id}` ended early"))),
        }
    }

    async fn contract(&self, stage: &mut Stage<'_>) -> Result<Ends, Error> {
        let end = runs::contract(stage, &self.history, self.migration, &self.of).await?;
        self.measure(stage).await?;
        let id = self.migration.id;
        Ok(matches!(end, End::Failed).then(|| format!("what `{id}` declares did not run")))
    }

    async fn new_build(&self, stage: &mut Stage<'_>) -> Result<Arc<Build>, Error> {
        let known = (self.tables.as_slice(), self.migration, self.of.as_slice());
        shapes::build(stage, Age::New, Some(&self.history), known, Some(&self.old)).await
    }

    async fn foresee(&self, stage: &mut Stage<'_>) -> Result<(), Error> {
        let forecast = stage.changeover(&self.history).await?.forecast().await?;
        let ids: Vec<&str> = self.of.iter().map(|one| one.id).chain([self.migration.id]).collect();
        runs::foresee(stage, &forecast, &ids);
        Ok(())
    }

    async fn measure(&self, stage: &mut Stage<'_>) -> Result<(), Error> {
        let timeline = stage.changeover(&self.history).await?.timeline().await?;
        runs::measure(stage, &timeline);
        Ok(())
    }
}
