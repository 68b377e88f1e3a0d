//! A database's objects as a baseline.

mod chapters;
mod listing;
pub(crate) mod scope;
mod text;
mod write;

use std::path::{Path, PathBuf};

use self::chapters::Source;
use self::scope::Scope;
use self::text::Piece;
use crate::catalog::compare::title;
use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::older::Older;
use crate::catalog::order::in_order;
use crate::catalog::read;
use crate::outcome::error::{Detail, Error};
use crate::session::executor::Executor;

/// What a database has, as the macros say it.
///
/// ```no_run
/// use std::path::Path;
///
/// use changeover::{Adopted, Executor, Scope};
///
/// async fn adopt(session: &mut dyn Executor) -> Result<(), Box<dyn std::error::Error>> {
///     let scope = Scope::default().exclude("*.tmp_*");
///     let adopted = Adopted::read(session, &scope).await?;
///     for file in adopted.write(Path::new("src/migrations"))? {
///         println!("{}", file.display());
///     }
///     for (object, reason) in adopted.unsaid() {
///         println!("{object} is not said: {reason}");
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Adopted {
    /// In an order in which each can be made.
    pub(crate) declarations: Vec<Declaration>,
    /// The tool that made the database before.
    older: Option<Older>,
    /// Other tools that did.
    others: Vec<Older>,
    /// The database's name, the version of its server, and when it was read.
    about: [String; 3],
}

impl Adopted {
    /// Reads what a database has, in a transaction that only reads and is rolled back. The record of the
    /// tool that made it before is left out.
    ///
    /// While a migration of ours is [under way](crate::ErrorKind::UnderWay) on what is read, it is
    /// refused: two shapes of a table, and what keeps them equal, are none that anybody would declare.
    pub async fn read(executor: &mut dyn Executor, scope: &Scope) -> Result<Adopted, Error> {
        let snapshot = read::to_write(executor).await?;
        let tables = snapshot.older.iter().flat_map(|older| older.tables.clone());
        let scope = scope.clone().without(&tables.collect::<Vec<_>>());
        let declarations = in_order(snapshot.declarations, &snapshot.needs);
        let declarations = scope.apply(declarations, &snapshot.needs);
        let triggers: Vec<String> =
            declarations.iter().filter(|one| is_under_way(one)).map(title).collect();
        if !triggers.is_empty() {
            return Err(Error::new(Detail::UnderWay { triggers }));
        }
        let mut older = snapshot.older.into_iter();
        Ok(Adopted {
            declarations,
            older: older.next(),
            others: older.collect(),
            about: snapshot.about,
        })
    }

    /// The changes of a migration that makes all of it, each followed by an end of line. What cannot be
    /// said is in comments.
    pub fn changes(&self) -> String {
        text::pieces(&self.declarations).iter().map(Piece::line).collect()
    }

    /// Writes it as the beginning of a history: `mod.rs` with the list of migrations, and the baseline,
    /// or several where it is long. Gives the files that it has written.
    ///
    /// It writes nothing over: where one of the files is there already, it writes none and fails with
    /// [`AlreadyExists`](std::io::ErrorKind::AlreadyExists).
    pub fn write(&self, directory: &Path) -> std::io::Result<Vec<PathBuf>> {
        write::files(directory, &self.files())
    }

    /// The files that [`write`](Adopted::write) writes: their names and their texts.
    pub fn files(&self) -> Vec<(String, String)> {
        chapters::files(&Source {
            declarations: &self.declarations,
            older: self.older.as_ref(),
            others: &self.others,
            about: &self.about,
        })
    }

    /// All of it as one baseline, which this clause says more of, with a comment above.
    pub(crate) fn as_baseline(&self, comment: &str, clause: &str) -> String {
        let changes = chapters::changes(&text::pieces(&self.declarations));
        format!("{comment}changeover::migration! {{\n    baseline({clause});\n{changes}}}\n")
    }

    /// Returns how many objects of each kind it has, `("table", 12)`.
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        listing::counts(&self.declarations)
    }

    /// The objects that neither a macro nor `sql!` can say, and why.
    pub fn unsaid(&self) -> Vec<(String, String)> {
        listing::unsaid(&self.declarations)
    }

    /// The tool that made the database before, with the last version that it ran:
    /// `sqlx = "20240312101500"`.
    pub fn older(&self) -> Option<String> {
        let older = self.older.as_ref()?;
        Some(older.said().unwrap_or_else(|| older.word.to_owned()))
    }
}

/// Tells whether it is a trigger that goes with a contract: the places of a migration and of a change in
/// it stand in its name.
fn is_under_way(one: &Declaration) -> bool {
    let is_number =
        |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    let name = one.name.name.strip_prefix("zzz_").unwrap_or_default();
    let mut parts = name.splitn(3, '_');
    let [migration, change] = [4, 2].map(|length| {
        parts.next().is_some_and(|part| is_number(part.get(..length).unwrap_or_default(), length))
    });
    one.kind == DeclaredKind::Trigger && migration && change && parts.next().is_some()
}
