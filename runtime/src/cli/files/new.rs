//! `new`: the next migration, with its parent, in its file and in the list.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};

use clap::Args;
use serde_json::{Value, json};

use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::review::source::List;

const CODES: &str = "\
Exit codes:
  0  the migration is written and in the list
  1  a file could not be read or written
  2  the arguments are wrong
  3  the name is taken or none, or the list is not as it has to be; nothing is written";

/// What is shown of a name that is none.
const LONGEST: usize = 60;

/// Writes the next migration, and puts it into the list
///
/// It reads the list on the disk, `mod.rs` in the folder or the file beside it, makes the
/// last of it the parent of the new one, and changes nothing else of the file. It opens no
/// database.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct New {
    /// What it does, `rename_username`; the number comes by itself
    name: String,
    /// Declares the contract of this migration
    #[arg(long, value_name = "ID")]
    contract: Option<String>,
    /// The folder of the migrations
    #[arg(long, value_name = "FOLDER", default_value = "src/migrations")]
    dir: PathBuf,
    #[command(flatten)]
    format: Format,
}

/// What was made.
struct Made {
    id: String,
    parent: String,
    file: PathBuf,
    list: PathBuf,
}

impl New {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let made = self.make()?;
        let shown = format!("wrote {}\nadded to {}\n", made.file.display(), made.list.display());
        self.format.print(&shown, |_| made.json())?;
        Ok(ExitCode::SUCCESS)
    }

    fn make(&self) -> Result<Made, Failure> {
        let path = self.list()?;
        let text = fs::read_to_string(&path).map_err(|error| of_file(&path, &error))?;
        let refused = |why| Failure::Refused(format!("{}: {why}", path.display()));
        let list = List::read(&text).map_err(refused)?;
        let id = self.next(&list).map_err(refused)?;
        let with = list.with(&id).map_err(refused)?;
        let file = self.dir.join(&id).with_extension("rs");
        let migration = self.migration(&id, list.head());
        // One that was killed before it came to the list has left the file.
        let is_there = fs::read_to_string(&file).is_ok_and(|text| text == migration);
        if let Some(stray) =
            strays(&self.dir, &list).iter().find(|stray| !is_there || **stray != id)
        {
            return Err(refused(format!(
                "`{stray}.rs` lies beside it and is not in the list\nhelp: put `mod {stray};` and \
                 `{stray}` into it, or delete the file"
            )));
        }
        if !is_there {
            put(&file, &migration).map_err(|error| of_file(&file, &error))?;
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
        put(&path, &with).map_err(|error| of_file(&path, &error))?;
        Ok(Made { id, parent: list.head().to_owned(), file, list: path })
    }

    /// The file with the list.
    fn list(&self) -> Result<PathBuf, Failure> {
        let candidates = [self.dir.join("mod.rs"), self.dir.with_extension("rs")];
        let found = candidates.iter().find(|path| path.is_file());
        found.cloned().ok_or_else(|| {
            let [first, second] = candidates.map(|path| path.display().to_string());
            Failure::Refused(format!(
                "neither {first} nor {second} is there\nhelp: call it in the folder of the \
                 package, or say by `--dir` where the migrations are"
            ))
        })
    }

    /// The id of the new migration.
    fn next(&self, list: &List) -> Result<String, String> {
        let name = self.name.as_str();
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !is_name || name.len() > LONGEST {
            return Err(
                "a migration is named by 60 lower-case letters, digits and underscores at \
                        most, as `rename_username`"
                    .to_owned(),
            );
        }
        if let Some(contract) = &self.contract
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
        let change = match &self.contract {
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

impl Made {
    /// Scripts read these names: one may be added, and none changed.
    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "parent": self.parent,
            "file": self.file.display().to_string(),
            "list": self.list.display().to_string(),
        })
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

fn of_file(path: &Path, error: &io::Error) -> Failure {
    let kind = error.kind();
    let text = format!("{}: {error}", path.display());
    match kind {
        ErrorKind::AlreadyExists => Failure::Refused(text),
        _ => Failure::from(io::Error::new(kind, text)),
    }
}
