//! The next migration: its file, with its parent, and its place in the list.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, Error, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process;

use super::source::List;

/// The longest name of a migration, and what is shown of a name that is none.
const LONGEST: usize = 60;

/// What [`new_migration`] made.
///
/// ```
/// use changeover::review::NewMigration;
///
/// fn told(made: &NewMigration) -> String {
///     format!("{} comes after {} and is in {}", made.id, made.parent, made.file.display())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewMigration {
    /// Its id: `m0002_rename_username`.
    pub id: String,
    /// The id of the one before it.
    pub parent: String,
    /// The file that was written.
    pub file: PathBuf,
    /// The file with the list that it was added to.
    pub list: PathBuf,
}

/// Writes the next migration into the folder of the migrations, with the last of the list as its
/// parent, and puts it into the list, which is in `mod.rs` there or in the file beside the folder. Of
/// that file nothing else is changed. With `contract` it declares the contract of that migration.
///
/// It fails with [`InvalidInput`](ErrorKind::InvalidInput) where the name is taken or none, or the list
/// is not as it has to be, and with [`AlreadyExists`](ErrorKind::AlreadyExists) where something else is
/// in its place; nothing is written then.
///
/// ```no_run
/// use std::path::Path;
///
/// use changeover::review;
///
/// let made = review::new_migration(Path::new("src/migrations"), "rename_username", None)?;
/// println!("wrote {}", made.file.display());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn new_migration(dir: &Path, name: &str, contract: Option<&str>) -> io::Result<NewMigration> {
    Wanted { dir, name, contract }.make()
}

struct Wanted<'a> {
    dir: &'a Path,
    name: &'a str,
    contract: Option<&'a str>,
}

impl Wanted<'_> {
    fn make(&self) -> io::Result<NewMigration> {
        let path = self.list()?;
        let text = fs::read_to_string(&path).map_err(|error| named(&path, &error))?;
        let refused =
            |why| Error::new(ErrorKind::InvalidInput, format!("{}: {why}", path.display()));
        let list = List::read(&text).map_err(refused)?;
        let id = self.next(&list).map_err(refused)?;
        let with = list.with(&id).map_err(refused)?;
        let file = self.dir.join(&id).with_extension("rs");
        let migration = self.migration(&id, list.head());
        // One that was killed before it came to the list has left the file.
        let is_there = fs::read_to_string(&file).is_ok_and(|text| text == migration);
        if let Some(stray) = strays(self.dir, &list).iter().find(|stray| !is_there || **stray != id)
        {
            return Err(refused(format!(
                "`{stray}.rs` lies beside it and is not in the list\nhelp: put `mod {stray};` and \
                 `{stray}` into it, or delete the file"
            )));
        }
        if !is_there {
            put(&file, &migration).map_err(|error| named(&file, &error))?;
        }
        // Somebody else may have added one meanwhile, which must not be lost.
        let now = fs::read_to_string(&path).unwrap_or_default();
        if now != text {
            let is_listed =
                List::read(&now).is_ok_and(|list| list.names().any(|known| known == id));
            if !is_listed && !is_there {
                let _ = fs::remove_file(&file);
            }
            return Err(refused("it has changed meanwhile\nhelp: try again".to_owned()));
        }
        put(&path, &with).map_err(|error| named(&path, &error))?;
        Ok(NewMigration { id, parent: list.head().to_owned(), file, list: path })
    }

    /// The file with the list.
    fn list(&self) -> io::Result<PathBuf> {
        let candidates = [self.dir.join("mod.rs"), self.dir.with_extension("rs")];
        let found = candidates.iter().find(|path| path.is_file());
        found.cloned().ok_or_else(|| {
            let [first, second] = candidates.map(|path| path.display().to_string());
            Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "neither {first} nor {second} is there\nhelp: call it in the folder of the \
                 package, or say by `--dir` where the migrations are"
                ),
            )
        })
    }

    /// The id of the new migration.
    fn next(&self, list: &List) -> Result<String, String> {
        let name = self.name;
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !is_name || name.len() > LONGEST {
            return Err(
                "a migration is named by 60 lower-case letters, digits and underscores at \
                        most, as `rename_username`"
                    .to_owned(),
            );
        }
        if let Some(contract) = self.contract
            && !list.names().any(|known| known == contract)
        {
            return Err("`--contract` names no migration of the list".to_owned());
        }
        let numbers = list.names().filter_map(number);
        let Some((number, width)) = numbers.max() else {
            return Err(format!("`{}` has no number to count on from", list.head()));
        };
        let number = number.checked_add(1).ok_or("no number is left")?;
        let taken =
            list.names().any(|known| known.split_once('_').is_some_and(|(_, of)| of == name));
        if taken {
            return Err(format!("a migration is called `{name}` already"));
        }
        Ok(format!("m{number:0width$}_{name}"))
    }

    fn migration(&self, id: &str, parent: &str) -> String {
        let words = self.name.replace('_', " ");
        let change = match self.contract {
            Some(contract) => format!("contract!({contract});"),
            None => "// A change a line, as `add_column!(users.plan: text);`, each below a `///` \
                     that says why."
                .to_owned(),
        };
        let number = id.split('_').next().unwrap_or_default();
        format!(
            "//! {number}: {words}.\n\nchangeover::migration! {{\n    after super::{parent};\n\n    \
             {change}\n}}\n"
        )
    }
}

/// `m0012_rename_username` has the number 12, which takes four digits.
fn number(name: &str) -> Option<(u64, usize)> {
    let digits = name.strip_prefix('m')?.split('_').next()?;
    Some((digits.parse().ok()?, digits.len()))
}

/// Files of migrations that are in no list: what somebody began, or a `new` that was killed.
fn strays(dir: &Path, list: &List) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let paths = entries.map(|entry| entry.path());
    let sources = paths.filter(|path| path.extension() == Some(OsStr::new("rs")));
    let names = sources.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    let mut strays: Vec<String> = names
        .filter(|name| number(name).is_some() && !list.names().any(|known| known == name))
        .collect();
    strays.sort();
    strays
}

/// Writes a file wholly or not at all.
fn put(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", process::id()));
    let beside = path.with_file_name(name);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| fs::rename(&beside, path));
    written.inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// The same failure, with the file that it is about.
fn named(path: &Path, error: &Error) -> Error {
    Error::new(error.kind(), format!("{}: {error}", path.display()))
}
