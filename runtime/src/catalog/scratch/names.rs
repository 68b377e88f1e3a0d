//! Schemas that stand for those of a history, in statements and in what the catalogs say.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{Word, words};
use crate::session::sql::{quote_identifier, quote_literal};

/// The schemas that stand for those of a history.
#[derive(Debug)]
pub(crate) struct Scratch {
    prefix: String,
    /// By the name that it stands for.
    schemas: BTreeMap<String, String>,
    /// What is made in them, as schema and name.
    made: BTreeSet<(String, String)>,
}

impl Scratch {
    pub(super) fn of(names: &[&str], pid: &str) -> Scratch {
        let prefix = format!("changeover_scratch_{pid}_");
        let made: BTreeSet<(String, String)> =
            names.iter().filter_map(|name| split(name)).collect();
        let schemas: BTreeSet<&str> =
            (made.iter().map(|(schema, _)| schema.as_str())).chain(["public"]).collect();
        let schemas = (schemas.into_iter().enumerate())
            .map(|(at, schema)| (schema.to_owned(), format!("{prefix}{at}")))
            .collect();
        Scratch { prefix, schemas, made }
    }

    /// The schema that stands for this one.
    pub(super) fn schema(&self, name: &str) -> Option<&str> {
        self.schemas.get(name).map(String::as_str)
    }

    /// Where names without a schema are looked for: with us, and then where the user has them.
    pub(super) fn path(&self) -> String {
        let public = self.schemas.get("public").map_or("", String::as_str);
        format!(
            "set local search_path = {public}, public, pg_temp; \
             set local check_function_bodies = off"
        )
    }

    /// Asks for the statements that give what is in our schemas the rights that PostgreSQL gives, and
    /// not those of `alter default privileges`.
    pub(super) fn usual_rights(&self) -> String {
        let ours: Vec<String> = self.schemas.values().map(|schema| quote_literal(schema)).collect();
        include_str!("usual_rights.sql").replace("$schemas", &ours.join(", "))
    }

    /// A statement with our schemas in the place of those that it names.
    pub(super) fn sql(&self, statement: &str) -> String {
        let words = words(statement);
        let mut sql = String::new();
        for (at, word) in words.iter().enumerate() {
            match self.replacement(&words, at) {
                Some(ours) => sql.push_str(&ours),
                None => sql.push_str(word.text()),
            }
        }
        sql
    }

    fn replacement(&self, words: &[Word<'_>], at: usize) -> Option<String> {
        let word = words.get(at)?;
        if let Word::Text(text) = word {
            return self.text(text);
        }
        let schema = word.name()?;
        let ours = self.schemas.get(&schema)?;
        if let Some(Word::Other(".")) = words.get(at + 1) {
            let name = words.get(at + 2)?.name()?;
            return self.made.contains(&(schema, name)).then(|| ours.clone());
        }
        let before = words[..at].iter().rev().find(|word| !word.text().trim().is_empty())?;
        let is_named =
            ["schema", "exists"].iter().any(|keyword| before.name().as_deref() == Some(*keyword));
        is_named.then(|| ours.clone())
    }

    /// A string that is nothing but the name of something we make, as in `nextval('public.numbers')`.
    /// It may be a text all the same, so that all behind the schema stays as it is written.
    fn text(&self, text: &str) -> Option<String> {
        let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
        let inner = inner.replace("''", "'");
        let (schema, name) = split(&inner).filter(|_| inner.contains('.'))?;
        let written = words(&inner).first()?.text().len();
        let ours = self.schemas.get(&schema)?;
        self.made.contains(&(schema, name)).then_some(())?;
        Some(format!("'{ours}{}'", inner.get(written..)?.replace('\'', "''")))
    }

    /// Tells whether a text of the catalogs names something in our schemas.
    pub(crate) fn is_named_in(&self, text: &str) -> bool {
        text.contains(&self.prefix)
    }

    /// A text of the catalogs with the user's schemas in the place of ours.
    pub(crate) fn back(&self, text: &str) -> String {
        let mut back = text.to_owned();
        // The longest first: `_1` is the beginning of `_10`.
        for (schema, ours) in self.schemas.iter().rev() {
            if back == *ours {
                return schema.clone();
            }
            back = back.replace(ours.as_str(), &plain(schema));
        }
        back
    }
}

/// A name as the server writes it: in quotes where it needs them.
fn plain(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_plain { name.to_owned() } else { quote_identifier(name) }
}

/// A qualified name, in quotes or not, as schema and name: of a function without its arguments, of a
/// schema twice the same.
pub(crate) fn split(text: &str) -> Option<(String, String)> {
    match words(text).as_slice() {
        [schema] => Some((schema.name()?, schema.name()?)),
        [schema, Word::Other("."), name]
        | [schema, Word::Other("."), name, Word::Other("("), ..] => {
            Some((schema.name()?, name.name()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch() -> Scratch {
        let names: &[&str] = &[
            r#""public"."users""#,
            r#""public"."numbers""#,
            r#""Two Words"."it's""#,
            r#""billing""#,
            r#""billing"."mood""#,
        ];
        Scratch::of(names, "7")
    }

    #[test]
    fn what_is_made_is_made_in_our_schemas_and_nothing_else() {
        let scratch = scratch();
        let ours = |schema: &str| scratch.schemas[schema].clone();
        let (public, words, billing) = (ours("public"), ours("Two Words"), ours("billing"));
        for (sql, expected) in [
            (r#"create table "public"."users" ()"#, format!(r#"create table {public}."users" ()"#)),
            ("select public.other(1)", "select public.other(1)".to_owned()),
            ("default nextval('public.numbers')", format!("default nextval('{public}.numbers')")),
            ("default 'public.nothing'", "default 'public.nothing'".to_owned()),
            (r#"'"Two Words"."it''s"'"#, format!(r#"'{words}."it''s"'"#)),
            (r#"create schema "billing""#, format!("create schema {billing}")),
            (
                "create schema if not exists \"billing\"",
                format!("create schema if not exists {billing}"),
            ),
            ("x Billing.Mood", format!("x {billing}.Mood")),
            ("as $$ select public.users $$", "as $$ select public.users $$".to_owned()),
            ("select billing from public", "select billing from public".to_owned()),
        ] {
            assert_eq!(scratch.sql(sql), expected);
        }
    }

    #[test]
    fn what_the_server_says_of_it_names_the_users_schemas() {
        let scratch = scratch();
        let ours = |schema: &str| scratch.schemas[schema].clone();
        let (public, words) = (ours("public"), ours("Two Words"));
        assert_eq!(
            scratch.back(&format!("nextval('{public}.numbers'::regclass)")),
            "nextval('public.numbers'::regclass)"
        );
        assert_eq!(scratch.back(&format!("{words}.\"it's\"")), "\"Two Words\".\"it's\"");
        assert_eq!(scratch.back(&words), "Two Words");
        assert!(scratch.is_named_in(&public) && !scratch.is_named_in("public"));
    }
}
