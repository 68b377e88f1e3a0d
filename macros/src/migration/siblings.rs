//! The modules beside a migration's own.
//!
//! A parent that does not exist would leave the compiler without this migration's items, and with
//! an error for every migration behind it. So its name is looked for first, where a module is
//! declared: this is the only place where the macros read a file.

use std::fs;
use std::path::{Path, PathBuf};

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
    let text: String =
        candidates(&file).iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
    let declared: Vec<&str> = declared(&text).collect();
    if declared.is_empty() || declared.contains(&parent.ident.to_string().as_str()) {
        return None;
    }
    Some(not_found(&parent.ident, &declared))
}

/// The files that may declare the siblings: the file itself, where modules stand in it, and the
/// file of the module above.
fn candidates(file: &Path) -> Vec<PathBuf> {
    let mut files = vec![file.to_owned()];
    if let Some(folder) = file.parent() {
        files.extend(["mod.rs", "lib.rs", "main.rs"].map(|name| folder.join(name)));
        files.push(folder.with_extension("rs"));
    }
    files
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
}
