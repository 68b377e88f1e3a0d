//! Extensions, of which a database has one by a name: as a history declares them, held against those
//! that are there.

use super::words::{Word, words};
use crate::catalog::declaration::{Declaration, DeclaredKind, ObjectId, QualifiedName};
use crate::catalog::said;

/// An extension, and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extension {
    name: String,
    schema: Option<String>,
    version: Option<String>,
}

impl Extension {
    /// Those that the statements declare, as the last of them has left each.
    pub(super) fn all<'a>(statements: impl Iterator<Item = &'a str>) -> Vec<Extension> {
        let mut all: Vec<Extension> = Vec::new();
        for (is_new, said) in statements.filter_map(read) {
            match all.iter_mut().find(|one| one.name == said.name) {
                Some(one) => {
                    one.schema = said.schema.or(one.schema.take());
                    one.version = said.version.or(one.version.take());
                }
                None if is_new => all.push(said),
                None => {}
            }
        }
        all
    }

    /// Returns how it is declared, where these are there: what is not said of it is as it is there.
    pub(crate) fn declared(&self, found: &[Declaration]) -> Declaration {
        let is_it =
            |one: &&Declaration| one.kind == DeclaredKind::Extension && one.name.name == self.name;
        let there = found.iter().find(is_it);
        let in_schema = there.map(|one| one.name.schema.as_str());
        let schema = self.schema.as_deref().or(in_schema).unwrap_or("public");
        let version = self.version.as_deref().map(said::text);
        let version = version.or_else(|| version_of(&there?.text).map(str::to_owned));
        Declaration {
            kind: DeclaredKind::Extension,
            id: ObjectId { catalog: 0, oid: 0 },
            // It is known by its name alone.
            name: QualifiedName {
                schema: in_schema.unwrap_or(schema).to_owned(),
                name: self.name.clone(),
            },
            on: None,
            text: said::extension(&self.name, schema, version.as_deref()),
            unsaid: None,
        }
    }
}

/// The version in what says an extension.
fn version_of(text: &str) -> Option<&str> {
    text.split_once(", version = ")?.1.strip_suffix(");")
}

/// The name of the extension that a statement makes or alters.
pub(super) fn name(statement: &str) -> Option<String> {
    read(statement).map(|(_, extension)| extension.name)
}

/// Returns what a statement says of an extension, and whether it makes it.
fn read(statement: &str) -> Option<(bool, Extension)> {
    // Few statements are about one.
    let is_likely = |start: &str| {
        statement.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
    };
    if !is_likely("create ") && !is_likely("alter ") {
        return None;
    }
    let words: Vec<Word<'_>> =
        words(statement).into_iter().filter(|word| !word.is_blank()).collect();
    let mut rest = words.iter();
    let mut next = || rest.next().and_then(|word| word.value());
    let is_new = next()? == "create";
    if next()? != "extension" {
        return None;
    }
    let mut name = next()?;
    while ["if", "not", "exists"].contains(&name.as_str()) {
        name = next()?;
    }
    let mut extension = Extension { name, schema: None, version: None };
    while let Some(word) = next() {
        match word.as_str() {
            "schema" => extension.schema = next(),
            "version" | "to" => extension.version = next(),
            _ => {}
        }
    }
    Some((is_new, extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there(schema: &str, version: &str) -> Declaration {
        let of = Extension { name: "hstore".into(), schema: Some(schema.into()), version: None };
        Extension { version: Some(version.into()), ..of }.declared(&[])
    }

    #[test]
    fn what_is_not_said_of_an_extension_is_as_it_is_there() {
        let found = [there("kept", "1.8")];
        for (statements, same) in [
            (&["create extension hstore"][..], true),
            (&["create extension if not exists \"hstore\" schema kept"], true),
            (&["create extension hstore with schema public"], false),
            (&["create extension hstore version '1.8'"], true),
            (&["create extension hstore schema kept version '1.7'"], false),
            (
                &[
                    "create extension hstore version '1.7'",
                    "alter extension hstore update to '1.8'",
                ],
                true,
            ),
            (&["create extension hstore", "alter extension hstore set schema \"Other\""], false),
        ] {
            let all = Extension::all(statements.iter().copied());
            let [one] = all.as_slice() else { panic!("{all:?}") };
            let declared = one.declared(&found);
            assert_eq!(declared.text == found[0].text, same, "{statements:?}: {}", declared.text);
            assert_eq!(declared.name, found[0].name);
        }
        let alone = Extension::all(["create extension hstore"].into_iter());
        assert_eq!(alone[0].declared(&[]).text, "create_extension!(hstore);");
        assert_eq!(Extension::all(["create table extension (a int)"].into_iter()), []);
    }
}
