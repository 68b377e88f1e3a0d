//! Schemas that stand for those of a history, in statements and in what the catalogs say.

use std::collections::{BTreeMap, BTreeSet};

use super::once::Once;
use super::words::{Word, words};
use crate::session::executor::Rows;
use crate::session::sql::{quote_identifier, quote_literal};

/// The schemas that stand for those of a history.
#[derive(Debug)]
pub(crate) struct Scratch {
    prefix: String,
    /// By the name that it stands for.
    schemas: BTreeMap<String, String>,
    /// What is made in them, as schema and name.
    made: BTreeSet<(String, String)>,
    /// What stands in no schema.
    once: Once,
    /// Names as the server writes them.
    written: BTreeMap<String, String>,
}

impl Scratch {
    pub(super) fn of(names: &[&str], statements: &[&str], pid: &str) -> Scratch {
        let prefix = format!("changeover_scratch_{pid}_");
        let made: BTreeSet<(String, String)> =
            names.iter().filter_map(|name| split(name)).collect();
        let operators = statements.iter().filter_map(|statement| made_operator(&words(statement)));
        let made: BTreeSet<(String, String)> = made.into_iter().chain(operators).collect();
        let schemas: BTreeSet<&str> =
            (made.iter().map(|(schema, _)| schema.as_str())).chain(["public"]).collect();
        let schemas = (schemas.into_iter().enumerate())
            .map(|(at, schema)| (schema.to_owned(), format!("{prefix}{at}")))
            .collect();
        let once = Once::of(statements.iter().map(|statement| words(statement)), &prefix);
        Scratch { prefix, schemas, made, once, written: BTreeMap::new() }
    }

    /// Asks for the names that we have others for, each as the server writes it.
    pub(super) fn written_sql(&self) -> String {
        let names = self.schemas.keys().map(String::as_str);
        let names = names.chain(self.once.names().map(|(name, _)| name));
        let names: Vec<String> = names.map(|name| format!("({})", quote_literal(name))).collect();
        format!(
            "select name, pg_catalog.quote_ident(name) from (values {}) of (name)",
            names.join(", ")
        )
    }

    pub(super) fn note_written(&mut self, rows: &Rows) {
        self.written =
            rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).collect();
    }

    /// The schema that stands for this one.
    pub(crate) fn schema(&self, name: &str) -> Option<&str> {
        self.schemas.get(name).map(String::as_str)
    }

    /// Returns where names without a schema are looked for: with us, and then where the user has
    /// them.
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
        if let Some(ours) = self.once.ours(&schema, &words[..at]) {
            return Some(ours.to_owned());
        }
        let ours = self.schemas.get(&schema)?;
        if let Some(Word::Other(".")) = words.get(at + 1) {
            let name = words[at + 2..].first()?.name().or_else(|| operator(&words[at + 2..]))?;
            // Indexes go by their tables, sequences of identities by their columns, and those that a
            // history names are its own; neither is a column of that name.
            let mut before = words[..at].iter().rev().filter(|word| !word.is_blank());
            let mut keyword = || match before.next() {
                Some(Word::Plain(text)) => text.to_lowercase(),
                _ => String::new(),
            };
            let goes_along = match keyword().as_str() {
                "index" | "sequence" => true,
                "name" => keyword() == "sequence",
                _ => false,
            };
            return (goes_along || self.made.contains(&(schema, name))).then(|| ours.clone());
        }
        let mut before = words[..at].iter().rev().filter(|word| !word.is_blank());
        let mut word = before.next()?;
        // A list of schemas.
        while word.text() == "," {
            before.next()?;
            word = before.next()?;
        }
        let is_named =
            ["schema", "exists"].iter().any(|keyword| word.name().as_deref() == Some(*keyword));
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
        if let Some(title) = self.once.title(text) {
            return title;
        }
        // A title, in which no name is quoted.
        if let Some(of) = text.strip_prefix("schema ")
            && let Some((schema, _)) = self.schemas.iter().find(|(_, ours)| *ours == of)
        {
            return format!("schema {schema}");
        }
        let mut back = text.to_owned();
        for (name, ours) in self.once.names() {
            if back == ours {
                return name.to_owned();
            }
            back = back.replace(ours, &self.written(name));
        }
        // The longest first: `_1` is the beginning of `_10`.
        for (schema, ours) in self.schemas.iter().rev() {
            if back == *ours {
                return schema.clone();
            }
            back = back.replace(ours.as_str(), &self.written(schema));
        }
        back
    }

    /// A name as the server writes it: it alone knows which are words of its own.
    fn written(&self, name: &str) -> String {
        self.written.get(name).cloned().unwrap_or_else(|| quote_identifier(name))
    }
}

/// The schema and the signs of the operator that a statement makes.
fn made_operator(words: &[Word<'_>]) -> Option<(String, String)> {
    let words: Vec<Word<'_>> = words.iter().copied().filter(|word| !word.is_blank()).collect();
    match words.as_slice() {
        [create, kind, schema, Word::Other("."), signs @ ..]
            if create.name()? == "create" && kind.name()? == "operator" =>
        {
            Some((schema.name()?, operator(signs)?))
        }
        _ => None,
    }
}

/// The operator that a text begins with: each of its signs is a word.
fn operator(words: &[Word<'_>]) -> Option<String> {
    let is_sign = |word: &&Word<'_>| "+-*/<>=~!@#%^&|`?".contains(word.text());
    let signs: String = words.iter().take_while(is_sign).map(|word| word.text()).collect();
    (!signs.is_empty()).then_some(signs)
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
        let statements = [
            "create publication \"Some Of\" for table t",
            "create server far",
            "create operator public.=== (function = f)",
        ];
        let mut scratch = Scratch::of(names, &statements, "7");
        let plain = ["public", "billing", "far"].map(|name| vec![Some(name.to_owned()); 2]);
        scratch.note_written(&Rows::new(plain.to_vec(), 0));
        scratch
    }

    #[test]
    fn what_is_made_is_made_in_our_schemas_and_nothing_else() {
        let scratch = scratch();
        let ours = |schema: &str| scratch.schemas[schema].clone();
        let (public, words, billing) = (ours("public"), ours("Two Words"), ours("billing"));
        let other = "changeover_scratch_7_o";
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
            (
                "alter index public.users_pkey set (fillfactor = 70)",
                format!("alter index {public}.users_pkey set (fillfactor = 70)"),
            ),
            (r#""name" "public"."citext""#, r#""name" "public"."citext""#.to_owned()),
            ("(sequence name public.counter)", format!("(sequence name {public}.counter)")),
            (
                "alter sequence public.users_id_seq rename to other",
                format!("alter sequence {public}.users_id_seq rename to other"),
            ),
            ("a operator(public.===) b", format!("a operator({public}.===) b")),
            ("a operator(public.==) b", "a operator(public.==) b".to_owned()),
            ("x Billing.Mood", format!("x {billing}.Mood")),
            ("as $$ select public.users $$", "as $$ select public.users $$".to_owned()),
            ("select billing from public", "select billing from public".to_owned()),
            (
                "create publication \"Some Of\" for tables in schema billing, public",
                format!("create publication {other}0 for tables in schema {billing}, {public}"),
            ),
            ("comment on server far is 'far'", format!("comment on server {other}1 is 'far'")),
            ("select far from publication", "select far from publication".to_owned()),
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
        assert_eq!(scratch.back(&format!("schema {words}")), "schema Two Words");
        assert!(scratch.is_named_in(&public) && !scratch.is_named_in("public"));
        let publication = "changeover_scratch_7_o0";
        assert_eq!(scratch.back(&format!("publication {publication}")), "publication Some Of");
        assert_eq!(
            scratch.back(&format!("comment of publication {publication}")),
            "comment of publication \"Some Of\""
        );
    }
}
