//! What of a table's declaration a statement of a plan changes, by its words.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::declaration::QualifiedName;
use crate::catalog::scratch::words::{Word, words};
use crate::migration::Statement;

/// What statements change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// Objects of which nothing is known to stay.
    pub(super) whole: BTreeSet<QualifiedName>,
    /// Tables with the names of columns, constraints, indexes, triggers and policies.
    pub(super) parts: BTreeMap<QualifiedName, BTreeSet<String>>,
    /// Tables of which what has no name of its own changes: parameters, rights, security.
    pub(super) settings: BTreeSet<QualifiedName>,
}

/// What is not said in the words themselves.
enum Rest {
    Nothing,
    Settings,
    Whole,
}

impl Touched {
    pub(super) fn note(&mut self, statement: &Statement) {
        let words = words(statement.sql);
        for part in words.split(|word| word.text() == ";") {
            let part: Vec<Word<'_>> = part
                .iter()
                .copied()
                .filter(|word| !word.is_blank() && !is_comment(*word))
                .collect();
            if !part.is_empty() {
                self.note_words(&part, statement);
            }
        }
    }

    /// Notes that something has this name in a table.
    pub(super) fn part(&mut self, table: QualifiedName, name: &str) {
        self.parts.entry(table).or_default().insert(name.to_owned());
    }

    fn note_words(&mut self, words: &[Word<'_>], statement: &Statement) {
        let mut reader = Reader { words, at: 0 };
        let first = reader.keyword();
        reader.skip(&["or", "replace", "constraint", "unique"]);
        let kind =
            if first == "comment" { reader.skip(&["on"]).keyword() } else { reader.keyword() };
        match (first.as_str(), kind.as_str()) {
            ("alter", "table") => {
                let Some(table) = reader.skip(&["if", "exists", "only"]).qualified() else {
                    return;
                };
                self.alter_table(table, &mut reader);
            }
            ("create" | "drop" | "alter" | "comment", "trigger" | "policy" | "constraint")
            | ("create", "index") => {
                let name = reader.skip(OPTIONAL).name();
                let table = reader.behind("on");
                if let (Some(name), Some(table)) = (name, table) {
                    self.part(table, &name);
                }
            }
            ("drop" | "alter", "index") => {
                self.whole.extend(reader.skip(OPTIONAL).qualified());
                let schema = self.whole.last().map(|index| index.schema.clone());
                if let (Some(schema), Some(name)) = (schema, reader.new_name()) {
                    self.whole.insert(QualifiedName { schema, name });
                }
            }
            ("comment", "column") => {
                if let Some([schema, table, name]) = reader.path().as_deref() {
                    let of = QualifiedName { schema: schema.clone(), name: table.clone() };
                    self.part(of, name);
                }
            }
            ("create", "table" | "view" | "unlogged" | "materialized")
            | ("drop", "table" | "view") => {
                let name =
                    reader.skip(OPTIONAL).skip(&["table", "view"]).skip(OPTIONAL).qualified();
                self.whole.extend(name);
            }
            ("create", "function" | "procedure") | ("alter", "type" | "domain" | "function") => {
                self.whole.extend(reader.qualified());
            }
            ("grant" | "revoke", _) => {
                let kinds = ["table", "function", "schema", "sequence", "type"];
                while !reader.peeks("on") && reader.at < reader.words.len() {
                    reader.at += 1;
                }
                self.settings.extend(reader.skip(&["on"]).skip(&kinds).qualified());
            }
            ("drop", "function")
            | (
                "lock" | "set" | "select" | "update" | "insert" | "delete" | "analyze" | "reindex"
                | "refresh" | "cluster" | "with",
                _,
            ) => {}
            ("do" | "comment", _) | ("create" | "drop" | "alter", "statistics" | "sequence") => {
                self.settings.extend(locked(statement));
            }
            _ => self.whole.extend(locked(statement)),
        }
    }

    fn alter_table(&mut self, table: QualifiedName, reader: &mut Reader<'_, '_>) {
        let (mut rest, mut is_named) = (Rest::Nothing, false);
        while reader.at < reader.words.len() {
            let name = match reader.keyword().as_str() {
                "column" | "constraint" | "index" | "trigger" => reader.skip(OPTIONAL).last_name(),
                "rename" if reader.peeks("to") => {
                    rest = Rest::Whole;
                    break;
                }
                "to" => reader.name(),
                "attach" | "detach" | "inherit" => {
                    self.whole.extend(reader.skip(&["partition"]).qualified());
                    rest = Rest::Whole;
                    break;
                }
                "set" if reader.peeks("schema") => {
                    rest = Rest::Whole;
                    break;
                }
                "set" if ["(", "unlogged", "logged"].iter().any(|word| reader.peeks(word)) => {
                    rest = Rest::Settings;
                    None
                }
                "reset" | "row" | "replica" | "owner" | "cluster" => {
                    rest = Rest::Settings;
                    None
                }
                _ => None,
            };
            if let Some(name) = name {
                is_named = true;
                self.part(table.clone(), &name);
            }
        }
        match rest {
            Rest::Nothing if is_named => {}
            Rest::Settings => drop(self.settings.insert(table)),
            Rest::Nothing | Rest::Whole => drop(self.whole.insert(table)),
        }
    }
}

const OPTIONAL: &[&str] = &["concurrently", "if", "not", "exists", "only"];

fn is_comment(word: Word<'_>) -> bool {
    ["--", "/*"].iter().any(|begin| word.text().starts_with(begin))
}

fn locked(statement: &Statement) -> impl Iterator<Item = QualifiedName> {
    statement.locks.iter().filter_map(|lock| named(lock.table))
}

/// A quoted and qualified name.
pub(super) fn named(text: &str) -> Option<QualifiedName> {
    let (schema, name) = crate::catalog::scratch::names::split(text)?;
    Some(QualifiedName { schema, name })
}

/// The words of a statement, read from the first to the last.
struct Reader<'a, 'b> {
    words: &'a [Word<'b>],
    at: usize,
}

impl Reader<'_, '_> {
    /// The next word, if it is none in quotes; empty otherwise.
    fn keyword(&mut self) -> String {
        let word = self.words.get(self.at).copied();
        self.at += 1;
        match word {
            Some(Word::Plain(text)) => text.to_lowercase(),
            _ => String::new(),
        }
    }

    fn peeks(&self, word: &str) -> bool {
        self.words.get(self.at).is_some_and(|next| next.text().eq_ignore_ascii_case(word))
    }

    fn skip(&mut self, words: &[&str]) -> &mut Self {
        while words.iter().any(|word| self.peeks(word)) {
            self.at += 1;
        }
        self
    }

    fn name(&mut self) -> Option<String> {
        let name = self.words.get(self.at)?.name()?;
        self.at += 1;
        Some(name)
    }

    /// The names of a path.
    fn path(&mut self) -> Option<Vec<String>> {
        let mut path = vec![self.name()?];
        while self.peeks(".") {
            self.at += 1;
            path.push(self.name()?);
        }
        Some(path)
    }

    fn last_name(&mut self) -> Option<String> {
        self.path()?.pop()
    }

    fn qualified(&mut self) -> Option<QualifiedName> {
        let mut path = self.path()?;
        let name = path.pop()?;
        Some(QualifiedName { schema: path.pop().unwrap_or_else(|| "public".to_owned()), name })
    }

    /// The table behind a word.
    fn behind(&mut self, word: &str) -> Option<QualifiedName> {
        while !self.peeks(word) {
            self.at += 1;
            self.words.get(self.at)?;
        }
        self.at += 1;
        self.skip(&["only"]).qualified()
    }

    /// The name behind `rename to`.
    fn new_name(&mut self) -> Option<String> {
        self.skip(&["rename"]);
        if !self.peeks("to") {
            return None;
        }
        self.at += 1;
        self.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::{LockMode, Path, TableLock};

    fn touched(sql: &'static str) -> String {
        const LOCKS: &[TableLock] =
            &[TableLock { table: r#""public"."t""#, mode: LockMode::AccessExclusive }];
        let (locks, path) = (LOCKS, Path::Own);
        let statement = Statement {
            sql,
            locks,
            effects: &[],
            reads_rows: false,
            path,
            only_if: None,
            rights: None,
            why: "",
        };
        let mut touched = Touched::default();
        touched.note(&statement);
        let parts = touched.parts.iter().flat_map(|(table, names)| {
            names.iter().map(move |name| format!("{}.{name}", table.name))
        });
        let name = |what: &'static str| move |it: &QualifiedName| format!("{what} {}", it.name);
        let rest = touched.whole.iter().map(name("whole"));
        let settings = touched.settings.iter().map(name("settings"));
        parts.chain(rest).chain(settings).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_a_statement_changes_is_in_its_words() {
        for (sql, expected) in [
            (r#"alter table "public"."t" add column "a" text, drop column "b""#, "t.a, t.b"),
            (r#"alter table "public"."t" alter column "a" set default 'column x'"#, "t.a"),
            (r#"alter table "public"."t" rename column "a" to "b""#, "t.a, t.b"),
            (
                r#"alter table "public"."t" add constraint "c" foreign key ("a") references "public"."o" ("id")"#,
                "t.c",
            ),
            (
                r#"alter table "public"."t" drop constraint if exists "c", add constraint "d" primary key using index "i""#,
                "t.c, t.d, t.i",
            ),
            (r#"alter table "public"."t" validate constraint "c""#, "t.c"),
            (r#"alter table "public"."t" enable always trigger "g""#, "t.g"),
            (r#"alter table "public"."t" set (fillfactor = 70)"#, "settings t"),
            (r#"alter table "public"."t" enable row level security"#, "settings t"),
            (r#"alter table "public"."t" replica identity using index "i""#, "t.i, settings t"),
            (r#"alter table "public"."t" rename to "u""#, "whole t"),
            (
                r#"alter table "public"."t" detach partition "public"."p" concurrently"#,
                "whole p, whole t",
            ),
            (r#"create unique index concurrently "i" on "public"."t" ("a")"#, "t.i"),
            (r#"drop index concurrently if exists "public"."i""#, "whole i"),
            (r#"alter index "public"."i" rename to "j""#, "whole i, whole j"),
            (
                r#"create trigger "g" before insert or update of "a" on "public"."t" execute function f()"#,
                "t.g",
            ),
            (r#"drop trigger if exists "g" on "public"."t""#, "t.g"),
            (r#"create policy "y" on "public"."t" using ("a" > 0)"#, "t.y"),
            (r#"comment on column "public"."t"."a" is 'x'"#, "t.a"),
            (r#"comment on table "public"."t" is 'x'"#, "settings t"),
            (r#"grant select on "public"."t" to x"#, "settings t"),
            (r#"lock table "public"."t" in access exclusive mode"#, ""),
            (r#"create table "public"."n" ("id" bigint references "public"."t")"#, "whole n"),
            (r#"create function "public"."f"() returns trigger as $$ $$"#, "whole f"),
            (r#"alter type "public"."m" add value 'x'"#, "whole m"),
            (r#"grant execute on function "public"."f"() to x"#, "settings f"),
            (
                "-- why
                alter table t add column x int; drop view v",
                "t.x, whole v",
            ),
            ("do $$ begin end $$", "settings t"),
            ("something else", "whole t"),
        ] {
            assert_eq!(touched(sql), expected, "{sql}");
        }
    }
}
