//! The modules beside a migration's own.
//!
//! A parent that does not exist would leave the compiler without this migration's items, and with
//! an error for every migration behind it. So its name is looked for first, where a module is
//! declared: this is the only place where the macros read a file.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use proc_macro2::Ident;

use crate::diag::nearest;
use crate::migration::After;

/// An error, if the parent is a sibling, `super::m0001`, that no file declares.
pub(crate) fn missing(after: &After) -> Option<syn::Error> {
    let mut segments = after.path.segments.iter();
    let (first, parent, None) = (segments.next()?, segments.next()?, segments.next()) else {
        return None;
    };
    if first.ident != "super" {
        return None;
    }
    // Without a file (an editor's buffer, a generated source) rustc has the last word.
    let file = first.ident.span().unwrap().local_file()?;
    let (name, mut all) = (parent.ident.to_string(), Vec::new());
    for path in candidates(&file) {
        let Some(declared) = declared_in(path) else { continue };
        if declared.contains(&name) {
            return None;
        }
        all.push(declared);
    }
    let all: Vec<&str> = all.iter().flat_map(|names| names.iter()).map(String::as_str).collect();
    (!all.is_empty()).then(|| not_found(&parent.ident, &all))
}

/// The files that may declare the siblings: that of the module above, and the file itself, where
/// modules stand in it.
fn candidates(file: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    if let Some(folder) = file.parent() {
        files.extend(["mod.rs", "lib.rs", "main.rs"].map(|name| folder.join(name)));
        files.push(folder.with_extension("rs"));
    }
    files.push(file.to_owned());
    files
}

/// What a file declared, and its last change and its size by then.
type Known = (SystemTime, u64, Rc<BTreeSet<String>>);

thread_local! {
    /// What each file declared when it was last read. A history's list is asked for by each migration;
    /// to read it each time would be felt.
    static READ: RefCell<HashMap<PathBuf, Known>> = RefCell::default();
}

/// The modules that a file declares, if it is there.
fn declared_in(path: PathBuf) -> Option<Rc<BTreeSet<String>>> {
    let there = fs::metadata(&path).ok()?;
    let (modified, size) = (there.modified().ok()?, there.len());
    READ.with_borrow_mut(|read| {
        if let Some((last, was, names)) = read.get(&path)
            && (*last, *was) == (modified, size)
        {
            return Some(Rc::clone(names));
        }
        let text = fs::read_to_string(&path).ok()?;
        let names: Rc<BTreeSet<String>> = Rc::new(declared(&text).map(str::to_owned).collect());
        read.insert(path, (modified, size, Rc::clone(&names)));
        Some(names)
    })
}

/// The names behind each `mod`.
fn declared(text: &str) -> impl Iterator<Item = &str> {
    let mut words =
        text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    std::iter::from_fn(move || {
        words.by_ref().find(|word| *word == "mod")?;
        words.next()
    })
}

fn not_found(parent: &Ident, declared: &[&str]) -> syn::Error {
    let mut message = format!("there is no migration `{parent}` beside this one");
    if let Some(near) = nearest(&parent.to_string(), declared) {
        message.extend(["\nhelp: after super::", near, ";"]);
    }
    syn::Error::new(parent.span(), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_in_files_and_in_line() {
        let text = "mod m0001;\npub(crate) mod m0002 {\n    // a mod\n}\nuse super::m0003;";
        assert_eq!(declared(text).collect::<Vec<_>>(), ["m0001", "m0002", "use"]);
    }

    #[test]
    fn a_file_that_has_changed_is_read_again() -> std::io::Result<()> {
        let path = std::env::temp_dir().join(format!("changeover-{}.rs", std::process::id()));
        for text in ["mod m0001;", "mod m0001;", "mod m0001;\nmod m0002;"] {
            fs::write(&path, text)?;
            let names = declared_in(path.clone()).expect("it is there");
            assert_eq!(names.len(), text.matches("mod").count());
        }
        fs::remove_file(&path)?;
        assert!(declared_in(path).is_none());
        Ok(())
    }
}
