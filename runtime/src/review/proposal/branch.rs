//! What a branch changes of the migrations, as git tells.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{error, fmt, fs, io};

use crate::review::source::calls_migration;
use crate::session::shown::on_one_line;

/// Why a proposal could not be made; its [`Display`](fmt::Display) says what to do.
///
/// ```
/// use std::path::Path;
///
/// use changeover::review::{self, Grounds};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// let grounds = Grounds { since: Some("no such revision".to_owned()), ..Grounds::default() };
/// let error = review::proposal(&MIGRATIONS, &grounds).expect_err("nobody knows that revision");
/// assert!(error.to_string().contains("help: "));
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalError(String);

impl fmt::Display for ProposalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for ProposalError {}

/// What is not in a revision, uncommitted and untracked files too. Migrations are the names of their
/// modules.
#[derive(Debug, Default)]
pub(super) struct Branch {
    pub(super) added: BTreeSet<String>,
    /// Those that the revision has, and that are written otherwise here.
    pub(super) edited: BTreeSet<String>,
    pub(super) removed: BTreeSet<String>,
    /// Those that the revision has got since the branch left it.
    pub(super) ahead: BTreeSet<String>,
    folder: PathBuf,
    base: String,
}

impl Branch {
    pub(super) fn read(folder: &Path, rev: &str) -> Result<Branch, ProposalError> {
        if !folder.is_dir() {
            return Err(ProposalError(format!(
                "there is no folder `{}`\nhelp: `--migrations` names the folder of the migrations",
                folder.display()
            )));
        }
        let commit = format!("{rev}^{{commit}}");
        let verify = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
        let tip = git(folder, &verify).map_err(|error| {
            unknown(rev, &error, "fetch it first: a shallow clone has one revision alone")
        })?;
        let base = git(folder, &["merge-base", tip.trim(), "HEAD"]).map_err(|error| {
            let help = "fetch the whole history, as `fetch-depth: 0` or `GIT_DEPTH: 0` does: a shallow \
                        clone does not know where the branch began";
            unknown(rev, &error, help)
        })?;
        let base = base.trim().to_owned();
        let mut branch = Branch { folder: folder.to_owned(), base, ..Branch::default() };
        branch.differences(tip.trim())?;
        Ok(branch)
    }

    fn differences(&mut self, tip: &str) -> Result<(), ProposalError> {
        let diff = ["diff", "--name-status", "--no-renames", "--relative", "-z", "--no-ext-diff"];
        let own = git(&self.folder, &[&diff[..], &[&self.base, "--", "."]].concat())?;
        let others = ["ls-files", "--others", "--exclude-standard", "-z", "--", "."];
        let untracked = git(&self.folder, &others)?;
        let paths = pairs(&own).map(|(_, path)| path).chain(untracked.split('\0'));
        let touched: BTreeSet<String> = paths.filter_map(migration).map(str::to_owned).collect();
        for id in touched {
            let (is_now, was) = (self.is_now(&id), self.was(&id));
            match (is_now, was) {
                (true, false) => self.added.insert(id),
                (true, true) => self.edited.insert(id),
                (false, true) => self.removed.insert(id),
                _ => false,
            };
        }
        let theirs = git(&self.folder, &[&diff[..], &[&self.base, tip, "--", "."]].concat())?;
        let came = pairs(&theirs).filter(|(state, path)| *state == 'A' && is_its_own(path));
        let came = came.filter_map(|(_, path)| migration(path));
        self.ahead = came.filter(|id| !self.is_now(id)).map(str::to_owned).collect();
        Ok(())
    }

    fn is_now(&self, id: &str) -> bool {
        file(&self.folder, id).is_some_and(|(_, text)| calls_migration(&text))
    }

    fn was(&self, id: &str) -> bool {
        let paths = [format!("{id}.rs"), format!("{id}/mod.rs")];
        paths.iter().any(|path| self.before(path).is_some_and(|text| calls_migration(&text)))
    }

    /// A file below the migrations' folder as it was where the branch began.
    fn before(&self, path: &str) -> Option<String> {
        git(&self.folder, &["show", &format!("{}:./{path}", self.base)]).ok()
    }

    /// The review file of a migration as it was where the branch began.
    pub(super) fn review_file(&self, file: &Path) -> Option<String> {
        let (folder, name) = (file.parent()?, file.file_name()?.to_str()?);
        git(folder, &["show", &format!("{}:./{name}", self.base)]).ok()
    }
}

/// The source file of a migration, and its text.
pub(super) fn file(folder: &Path, id: &str) -> Option<(PathBuf, String)> {
    let paths = [folder.join(format!("{id}.rs")), folder.join(id).join("mod.rs")];
    paths.into_iter().find_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?)))
}

/// The root of the repository that a folder is in.
pub(super) fn root(folder: &Path) -> Option<PathBuf> {
    let found = git(folder, &["rev-parse", "--show-toplevel"]).ok()?;
    fs::canonicalize(found.trim_end_matches('\n')).ok()
}

/// The module that a path below the folder belongs to, by its name.
fn migration(path: &str) -> Option<&str> {
    let first = path.split('/').next()?;
    let is_rust = Path::new(path).extension().is_some_and(|end| end == "rs");
    let id = first.strip_suffix(".rs").unwrap_or(first);
    (is_rust && id != "mod" && id != "lib" && id != "main").then_some(id)
}

/// Tells whether a path is the file that declares the module.
fn is_its_own(path: &str) -> bool {
    match path.split_once('/') {
        Some((_, below)) => below == "mod.rs",
        None => migration(path).is_some(),
    }
}

/// The letters and the paths of `--name-status -z`.
fn pairs(text: &str) -> impl Iterator<Item = (char, &str)> {
    let mut words = text.split('\0').filter(|word| !word.is_empty());
    std::iter::from_fn(move || Some((words.next()?.chars().next()?, words.next()?)))
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String, ProposalError> {
    let mut command = Command::new("git");
    command.current_dir(folder).arg("--no-pager").args(arguments).env("GIT_OPTIONAL_LOCKS", "0");
    let output = command.output().map_err(|error| {
        let is_there = error.kind() != io::ErrorKind::NotFound;
        let why = if is_there { error.to_string() } else { "it is not installed".to_owned() };
        ProposalError(format!(
            "`git` could not be asked: {why}\nhelp: install git, or leave `--since` out"
        ))
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(ProposalError(format!(
            "`git {}` failed: {}\nhelp: call it in the repository of the service",
            arguments.first().copied().unwrap_or_default(),
            on_one_line(said.trim())
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn unknown(rev: &str, error: &ProposalError, help: &str) -> ProposalError {
    // What git itself says of a folder that is no repository is more to the point.
    if error.0.contains("not a git repository") || error.0.contains("could not be asked") {
        return error.clone();
    }
    let rev = on_one_line(rev);
    ProposalError(format!("git does not know how this branch differs from `{rev}`\nhelp: {help}"))
}
