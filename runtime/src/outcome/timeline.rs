//! How a roll-out went, by the record that the database keeps of it.

use std::time::Duration;

/// What was done when, given by [`timeline`](crate::Changeover::timeline); as a picture by
/// [`review::timeline`](crate::review::timeline).
///
/// ```no_run
/// use changeover::{Changeover, review};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let timeline = Changeover::builder(&MIGRATIONS).connect(url).await?.timeline().await?;
/// std::fs::write("timeline.html", review::timeline(&timeline))?;
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeline {
    /// The migrations of which something has run, in order.
    pub migrations: Vec<MigrationTime>,
    /// The instances that lived when gates were asked, by the head of their build.
    pub heads: Vec<HeadTime>,
}

/// How many instances of a build lived.
///
/// ```
/// use changeover::Timeline;
///
/// fn drained(timeline: &Timeline, head: &str) -> bool {
///     let last = timeline.heads.iter().find(|one| one.head == head).and_then(|one| one.counts.last());
///     last.is_none_or(|(_, live)| *live == 0)
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeadTime {
    /// The last migration of the build.
    pub head: String,
    /// How many, each from its moment on, since 1970 in UTC.
    pub counts: Vec<(Duration, u64)>,
}

/// What was done of one migration.
///
/// ```
/// use changeover::Timeline;
///
/// fn ids(timeline: &Timeline) -> Vec<&str> {
///     timeline.migrations.iter().map(|migration| migration.id.as_str()).collect()
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MigrationTime {
    /// The migration's id.
    pub id: String,
    /// The name of its state.
    pub state: String,
    /// Its steps that have begun, in the order in which they did.
    pub steps: Vec<StepTime>,
    /// What happened beside: gates that opened, repairs, forced contracts.
    pub marks: Vec<Mark>,
}

/// When a step began, and how long it took.
///
/// ```
/// use std::time::Duration;
///
/// use changeover::Timeline;
///
/// fn longest(timeline: &Timeline) -> Option<Duration> {
///     let steps = timeline.migrations.iter().flat_map(|migration| &migration.steps);
///     steps.filter_map(|step| step.took).max()
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepTime {
    /// The name of its phase.
    pub phase: String,
    /// Its number in the phase, counted from 1.
    pub number: usize,
    /// The first line of its SQL.
    pub what: String,
    /// When its last try began, since 1970 in UTC.
    pub began: Duration,
    /// How long that took; none where it is under way or has stopped.
    pub took: Option<Duration>,
    /// The rows that it filled.
    pub rows: u64,
    /// How often it was begun.
    pub tries: u32,
    /// How long its last try waited for locks of other sessions.
    pub locked: Duration,
    /// How long that was held: paused, or by the load.
    pub held: Duration,
    /// How long that rested between batches.
    pub rested: Duration,
    /// What stopped it.
    pub error: Option<String>,
}

/// Something that happened at a moment.
///
/// ```
/// use changeover::Timeline;
///
/// fn said(timeline: &Timeline) -> Vec<&str> {
///     let marks = timeline.migrations.iter().flat_map(|migration| &migration.marks);
///     marks.map(|mark| mark.what.as_str()).collect()
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mark {
    /// When it happened, since 1970 in UTC.
    pub at: Duration,
    /// What happened, a clause.
    pub what: String,
}
