//! A baseline as files: one, or, where it is long, one a group of objects.

use std::collections::HashMap;

use super::listing;
use super::text::{Piece, pieces};
use crate::catalog::declaration::{Declaration, DeclaredKind, QualifiedName};
use crate::catalog::older::Older;
use crate::catalog::said;

/// How many lines a file has before the next one begins.
const LONG: usize = 400;
/// How many lines a file has at least before another group begins the next one.
const SHORT: usize = 120;

/// One migration of the baseline.
struct Chapter<'a> {
    pieces: Vec<Piece<'a>>,
    lines: usize,
}

/// What is written.
pub(super) struct Source<'a> {
    pub(super) declarations: &'a [Declaration],
    pub(super) older: Option<&'a Older>,
    pub(super) others: &'a [Older],
    /// The database's name, the version of its server, and when it was read.
    pub(super) about: &'a [String; 3],
}

/// `mod.rs`, and the migrations behind it.
pub(super) fn files(adopted: &Source) -> Vec<(String, String)> {
    let chapters = chapters(pieces(adopted.declarations));
    let names: Vec<String> = match chapters.as_slice() {
        [] | [_] => vec!["m0001_baseline".to_owned()],
        many => many.iter().enumerate().map(|(at, one)| one.name(at + 1)).collect(),
    };
    let mut files = vec![("mod.rs".to_owned(), list(adopted, &names))];
    for (at, name) in names.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| names.get(before));
        let pieces = chapters.get(at).map_or(&[][..], |chapter| &chapter.pieces);
        files.push((format!("{name}.rs"), migration(adopted, pieces, before.map(String::as_str))));
    }
    files
}

/// Cuts it where it is long, in the order that it has, so that each file can be made behind those before
/// it; and what is a part of something stands in its file, because a baseline is held against all that a
/// database has of what it makes.
fn chapters(pieces: Vec<Piece<'_>>) -> Vec<Chapter<'_>> {
    let all: usize = pieces.iter().map(lines).sum();
    let last = last_parts(&pieces);
    let mut found: Vec<Chapter<'_>> = Vec::new();
    let mut until = 0;
    for (at, piece) in pieces.into_iter().enumerate() {
        let ends = |chapter: &Chapter| {
            let last = chapter.pieces.iter().rev().find(|last| !is_part(last)).map(group);
            let is_other = !is_part(&piece) && last.is_some_and(|last| last != group(&piece));
            let is_long = chapter.lines + lines(&piece) > LONG;
            at > until && (is_long || (is_other && chapter.lines > SHORT))
        };
        let lines = lines(&piece);
        match found.last_mut().filter(|chapter| all <= LONG || !ends(chapter)) {
            Some(chapter) => {
                chapter.lines += lines;
                chapter.pieces.push(piece);
            }
            None => found.push(Chapter { pieces: vec![piece], lines }),
        }
        until = until.max(last[at]);
    }
    found
}

/// The place of the last part of each, or its own.
fn last_parts(pieces: &[Piece]) -> Vec<usize> {
    let mut last: Vec<usize> = (0..pieces.len()).collect();
    let wholes = pieces
        .iter()
        .enumerate()
        .filter(|(_, piece)| piece.of.on.is_none() || piece.of.kind.has_parts());
    let wholes: HashMap<&QualifiedName, usize> =
        wholes.map(|(at, piece)| (&piece.of.name, at)).collect();
    for (at, piece) in pieces.iter().enumerate() {
        if let Some(whole) = piece.of.on.as_ref().and_then(|on| wholes.get(on)) {
            last[*whole] = at;
        }
    }
    last
}

/// Tells whether it belongs to what stands before it.
fn is_part(piece: &Piece) -> bool {
    piece.of.on.is_some() && !piece.of.kind.has_parts()
}

fn lines(piece: &Piece) -> usize {
    piece.text.lines().count() + 1
}

/// Returns what goes together: a kind of objects, tables by their schema.
fn group<'a>(piece: &Piece<'a>) -> (&'static str, &'a str) {
    use DeclaredKind::{
        Constraint, Function, Grant, Index, MaterializedView, Other, Partition, Table, View,
    };
    let schema = piece.of.name.schema.as_str();
    match piece.of.kind {
        kind if kind < Function => ("types", ""),
        Function => ("functions", ""),
        Table | Partition => ("tables", schema),
        Constraint | Index => ("keys", ""),
        View | MaterializedView => ("views", ""),
        Grant => ("rights", ""),
        Other => ("rest", ""),
        _ => ("triggers", ""),
    }
}

impl Chapter<'_> {
    /// `m0002_baseline_billing`: the schema of its tables, or what most of it is.
    fn name(&self, number: usize) -> String {
        let mut counts: Vec<((&str, &str), usize)> = Vec::new();
        for piece in &self.pieces {
            let (group, lines) = (group(piece), lines(piece));
            match counts.iter_mut().find(|(known, _)| *known == group) {
                Some((_, count)) => *count += lines,
                None => counts.push((group, lines)),
            }
        }
        let most = counts.iter().max_by_key(|(_, count)| *count);
        let (kind, schema) = most.map_or(("rest", ""), |(group, _)| *group);
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let word = if schema.is_empty() || !schema.chars().all(is_plain) { kind } else { schema };
        format!("m{number:04}_baseline_{word}")
    }
}

/// `mod.rs`.
fn list(adopted: &Source, names: &[String]) -> String {
    let database = said::in_comment(&adopted.about[0]);
    let modules: String = names.iter().map(|name| ["mod ", name, ";\n"].concat()).collect();
    let line = format!("    pub static MIGRATIONS = [{}];\n", names.join(", "));
    let line = if line.len() <= 100 {
        line
    } else {
        let names: String = names.iter().map(|name| ["        ", name, ",\n"].concat()).collect();
        format!("    pub static MIGRATIONS = [\n{names}    ];\n")
    };
    format!(
        "//! The schema of the database `{database}`.\n\n{modules}\nchangeover::migrations! {{\n    \
         /// Every schema change of the database `{database}`.\n{line}}}\n"
    )
}

/// One migration.
fn migration(adopted: &Source, pieces: &[Piece], before: Option<&str>) -> String {
    let mut text = match before {
        None => header(adopted),
        Some(_) => {
            format!("// More of the database `{}`.\n\n", said::in_comment(&adopted.about[0]))
        }
    };
    text += "changeover::migration! {\n";
    if let Some(before) = before {
        text.extend(["    after super::", before, ";\n\n"]);
    }
    let older = adopted.older.filter(|_| before.is_none());
    match older.and_then(Older::said) {
        Some(said) => text.extend(["    baseline(", &said, ");\n"]),
        None => text += "    baseline;\n",
    }
    text + &changes(pieces) + "}\n"
}

/// Its changes, those of a kind together.
pub(super) fn changes(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        let is_long = |piece: &Piece| piece.text.contains('\n');
        let is_apart = at.checked_sub(1).is_none_or(|before| {
            is_long(piece) || is_long(&pieces[before]) || group(piece) != group(&pieces[before])
        });
        text += if is_apart { "\n" } else { "" };
        text += &piece.indented();
    }
    text
}

/// Returns where it comes from, what it has, and what it has not.
fn header(adopted: &Source) -> String {
    let [database, version, time] = adopted.about;
    let (database, version) = (said::in_comment(database), said::in_comment(version));
    let mut lines =
        vec![format!("What the database `{database}` had at {time} UTC, on PostgreSQL {version}:")];
    let counts = listing::counts(adopted.declarations);
    let counts: Vec<String> =
        counts.iter().map(|(word, count)| format!("{word} {count}")).collect();
    lines.extend(wrapped(&counts));
    if let Some(older) = adopted.older {
        let version = older.version.as_deref().map_or("nothing", |version| version);
        lines.push(String::new());
        lines.push(format!(
            "`{}` made it; the last that it ran is `{}`.",
            older.word,
            said::in_comment(version)
        ));
    }
    for other in adopted.others {
        lines.push(format!("There is a record of `{}` too.", other.word));
    }
    let unsaid = listing::unsaid(adopted.declarations);
    if !unsaid.is_empty() {
        lines.push(String::new());
        lines.push(
            "What no macro and no `sql!` says, and what a new database will not have:".into(),
        );
        lines.extend(
            unsaid.iter().map(|(name, reason)| format!("- {name}: {}", said::in_comment(reason))),
        );
    }
    let lines: Vec<String> =
        lines.iter().map(|line| format!("// {line}").trim_end().to_owned()).collect();
    lines.join("\n") + "\n\n"
}

/// In lines of some ninety characters.
fn wrapped(words: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let word = format!("{word}{}", if at + 1 < words.len() { "," } else { "." });
        match lines.last_mut().filter(|line| line.len() + word.len() < 90) {
            Some(line) => line.extend([" ", &word]),
            None => lines.push(word),
        }
    }
    lines
}
