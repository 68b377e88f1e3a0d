//! What a proposal says, as data.

use std::fmt;

use crate::migration::Phase;
use crate::outcome::forecast::{TableForecast, Takes};
use crate::review::deploys::Deploy;

/// What the reviewer of a pull request has to know of the schema changes in it; given by
/// [`proposal`](crate::review::proposal).
///
/// ```
/// use changeover::review::{self, Grounds};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() -> Result<(), review::ProposalError> {
/// let proposal = review::proposal(&MIGRATIONS, &Grounds::default())?;
/// println!("{}", proposal.to_markdown());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Proposal {
    /// The whole in one sentence of Markdown.
    pub verdict: String,
    /// Where the sizes of tables come from.
    pub sizes: SizesFrom,
    /// What is worth an eye, the worst first.
    pub concerns: Vec<Concern>,
    /// The migrations, and those whose switch or contract they let run.
    pub migrations: Vec<ProposedMigration>,
    /// What is to be done, in order.
    pub deploys: Vec<Deploy>,
}

/// Where the sizes come from that times are told by.
///
/// ```
/// use changeover::review::SizesFrom;
///
/// assert_eq!(SizesFrom::default(), SizesFrom::Nowhere);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SizesFrom {
    /// Nobody said any.
    #[default]
    Nowhere,
    /// [`Statistics`](crate::review::Statistics).
    File {
        /// When they were taken.
        taken_at: String,
        /// The server's `server_version_num`.
        server_version: u32,
        /// Whether that is more than four weeks ago.
        is_old: bool,
    },
    /// A database, as it was then.
    Database,
}

/// A migration, as far as a proposal brings it about.
///
/// ```
/// use changeover::review::Proposal;
///
/// fn ids(proposal: &Proposal) -> Vec<&str> {
///     proposal.migrations.iter().map(|migration| migration.id).collect()
/// }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProposedMigration {
    /// Its id.
    pub id: &'static str,
    /// What its author says of it.
    pub doc: &'static str,
    /// Where it is an older one: the new one that lets its switch or contract run.
    pub declared_by: Option<&'static str>,
    /// The switches and contracts of others that it lets run.
    pub lets_run: Vec<(Phase, &'static str)>,
    /// Its phases, with how long each takes.
    pub phases: Vec<(Phase, Takes)>,
    /// Its changes.
    pub changes: Vec<ProposedChange>,
    /// How it is taken back, a sentence of Markdown.
    pub undo: String,
    /// Its review file, a path in the repository.
    pub review_file: String,
    /// What [`render`](crate::review::render) writes of it.
    pub sql: String,
}

/// One change, a row of the table.
///
/// ```
/// use changeover::review::Proposal;
///
/// fn blocking(proposal: &Proposal) -> Vec<&str> {
///     let changes = proposal.migrations.iter().flat_map(|migration| &migration.changes);
///     changes.filter(|change| change.waits.writes).map(|change| change.subject).collect()
/// }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProposedChange {
    /// The macro's name, `rename_column`.
    pub operation: &'static str,
    /// Its argument, as it was written.
    pub subject: &'static str,
    /// Where it stands in the source.
    pub place: Option<Place>,
    /// The locks that clients wait for, the strongest first, each table once.
    pub locks: Vec<TableForecast>,
    /// For whom they mean what.
    pub waits: Waits,
    /// How long all of it takes.
    pub takes: Takes,
    /// The most rows that a step reads or writes; none where there are none, or nobody knows.
    pub rows: Option<u64>,
    /// Bytes by which the database grows.
    pub growth: u64,
    /// Bytes of WAL.
    pub wal: u64,
    /// What it takes away that the history had.
    pub gone: Vec<Gone>,
    /// Whether it can be taken back.
    pub undo: Undo,
    /// What clients will notice, a sentence of Markdown each.
    pub notes: Vec<&'static str>,
    /// Where it is the one-step form: the most rows that the table may have. A run refuses a larger one.
    pub max_rows: Option<u64>,
    /// Whether a contract takes away what it replaced, and with that the way back.
    pub has_contract: bool,
    /// Whether its steps are done with those of a change above it, under one lock.
    pub is_merged: bool,
    /// Whether it is SQL of the author's, of which nobody knows what it does but the server.
    pub is_raw: bool,
}

/// A place in the source.
///
/// ```
/// use changeover::review::Place;
///
/// let place = Place { file: "src/migrations/m0002_rename.rs".to_owned(), line: 3 };
/// assert_eq!(place.to_string(), "src/migrations/m0002_rename.rs:3");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path from the root of the repository, with `/`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Who waits while a change holds its locks. Its [`Display`](fmt::Display) is a clause.
///
/// ```
/// use changeover::Takes;
/// use changeover::review::Waits;
///
/// let waits = Waits { reads: false, writes: true, takes: Takes::Moment };
/// assert_eq!(waits.to_string(), "writes wait for moments");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// Whether reads wait.
    pub reads: bool,
    /// Whether writes wait.
    pub writes: bool,
    /// For how long, all steps together.
    pub takes: Takes,
}

impl Waits {
    /// Tells whether clients may wait for longer than they notice.
    pub fn is_long(&self) -> bool {
        self.writes
            && match self.takes {
                Takes::Moment => false,
                Takes::Unknown => true,
                Takes::About { most, .. } => most.as_millis() >= 1000,
            }
    }
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self {
            Waits { writes: false, .. } => return f.write_str("nobody waits"),
            Waits { reads: true, .. } => "reads and writes wait",
            Waits { reads: false, .. } => "writes wait",
        };
        match self.takes {
            _ if !self.is_long() => write!(f, "{who} for moments"),
            Takes::Unknown => {
                write!(f, "{who} until it is done, and nobody knows how long that is")
            }
            takes => write!(f, "{who} for {takes}"),
        }
    }
}

/// Something that a change takes away.
///
/// ```
/// use changeover::review::Proposal;
///
/// fn lost(proposal: &Proposal) -> Vec<&str> {
///     let changes = proposal.migrations.iter().flat_map(|migration| &migration.changes);
///     let gone = changes.flat_map(|change| &change.gone).filter(|gone| gone.has_values);
///     gone.map(|gone| gone.what.as_str()).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gone {
    /// What it is, in Markdown: "column `users.legacy`".
    pub what: String,
    /// The phase in which it goes.
    pub phase: Phase,
    /// Whether rows or values go with it that stand nowhere else.
    pub has_values: bool,
    /// Whether no migration of the history lets that phase run yet.
    pub is_later: bool,
}

/// Whether a change can be taken back.
///
/// ```
/// use changeover::review::Undo;
///
/// assert_ne!(Undo::Whole, Undo::Never);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Undo {
    /// An undo leaves what it did as it is, and that does no harm.
    Leaves,
    /// Wholly.
    Whole,
    /// With a loss: what was written by then to these, in Markdown.
    Loses(Vec<String>),
    /// Not at all.
    Never,
}

/// How much a [`Concern`] weighs.
///
/// ```
/// use changeover::review::Level;
///
/// assert!(Level::Error > Level::Note);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Note,
    /// Somebody should have thought about it.
    Warning,
    /// It should not be merged like this.
    Error,
}

/// Something that is worth an eye.
///
/// ```
/// use changeover::review::{Level, Proposal};
///
/// fn stops(proposal: &Proposal) -> bool {
///     proposal.concerns.iter().any(|concern| concern.level == Level::Error)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Concern {
    /// The rule, a name that stays: `destructive`.
    pub rule: String,
    /// How much it weighs.
    pub level: Level,
    /// What there is, a sentence of Markdown.
    pub what: String,
    /// What to do about it, a sentence of Markdown.
    pub help: String,
    /// Where; the list of migrations where it is nowhere else.
    pub place: Place,
    /// What tells it from others of its rule, whatever else changes: no line, and no size.
    pub key: String,
}
