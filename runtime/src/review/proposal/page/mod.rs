//! The comment of a pull request: Markdown that GitHub and GitLab show, with a diagram (`mermaid`), in
//! which nothing of the user's is taken for markup (`escape`), with the `cells` of a table, and cut to what a comment holds (`folded`).

mod cells;
mod escape;
mod folded;
mod mermaid;
#[cfg(test)]
mod tests;

use std::fmt;

use self::cells::{gone, grouped, short, takes, undo};
use self::escape::{Room, code, words};
use super::change::plain;
use super::data::{Concern, Level, Proposal, ProposedChange, ProposedMigration, SizesFrom};
use crate::outcome::forecast::{Takes, bytes};
use crate::session::shown::on_one_line;
use crate::work::page::lock_timeout;

/// Finds the comment that is to be updated.
const MARKER: &str = "<!-- changeover -->";

const HEAD: &str = "| change | locks that clients wait for | meanwhile | takes | rows | disk | WAL | destructive | undo |\n\
                    | --- | --- | --- | --- | --- | --- | --- | --- | --- |";

impl Proposal {
    /// Writes it as a comment: the same text for the same proposal, with `<!-- changeover -->` as its
    /// first line, by which a bot finds the comment that it updates. It has at most 65,536 characters, as
    /// GitHub takes; what is cut is the SQL, with the path of the file that has the rest.
    ///
    /// ```
    /// use changeover::review::{self, Grounds};
    /// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
    /// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
    /// # fn main() -> Result<(), review::ProposalError> {
    /// let comment = review::proposal(&MIGRATIONS, &Grounds::default())?.to_markdown();
    /// assert!(comment.starts_with("<!-- changeover -->\n"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn to_markdown(&self) -> String {
        let mut page = Page(String::new());
        page.head(self);
        page.concerns(&self.concerns);
        if !self.migrations.is_empty() {
            page.table(self);
            page.deploys(self);
            page.notes(&self.migrations);
            page.way_back(&self.migrations);
        }
        let folded = folded::folded(&self.migrations, page.0.chars().count());
        page.0 + &folded
    }
}

struct Page(String);

impl Page {
    fn line(&mut self, line: impl fmt::Display) {
        self.0.push_str(&line.to_string());
        self.0.push('\n');
    }

    fn title(&mut self, title: &str) {
        self.line(format_args!("\n#### {title}\n"));
    }

    fn head(&mut self, proposal: &Proposal) {
        self.line(MARKER);
        let own = proposal.migrations.iter().filter(|migration| migration.declared_by.is_none());
        let ids: Vec<String> = own.map(|migration| code(migration.id, Room::Prose)).collect();
        self.line(match ids.as_slice() {
            [] => "### Schema changes: none".to_owned(),
            [one] => format!("### Schema change: {one}"),
            [first, .., last] => {
                format!("### Schema changes: {} migrations, {first} to {last}", ids.len())
            }
        });
        self.line(format_args!("\n{}", words(&proposal.verdict, Room::Prose)));
    }

    fn concerns(&mut self, concerns: &[Concern]) {
        if concerns.is_empty() {
            return;
        }
        self.title("Look at this");
        for Concern { level, what, help, place, .. } in concerns {
            let level = match level {
                Level::Error => "🛑 **stop**: ",
                Level::Warning => "⚠️ ",
                Level::Note => "",
            };
            let place = code(&place.to_string(), Room::Prose);
            let [what, help] = [what, help].map(|text| words(text, Room::Prose));
            self.line(format_args!("- {level}{what} ({place})<br>What to do: {help}"));
        }
    }

    fn table(&mut self, proposal: &Proposal) {
        self.title("At a glance");
        self.line(HEAD);
        for migration in &proposal.migrations {
            if let Some(by) = migration.declared_by {
                let (id, by) = (code(migration.id, Room::Cell), code(by, Room::Cell));
                self.line(format_args!("| *of {id}, which {by} lets run:* | | | | | | | | |"));
            }
            migration.changes.iter().for_each(|change| self.row(change));
            if migration.changes.is_empty() || !migration.lets_run.is_empty() {
                self.gates(migration);
            }
        }
        self.line(format_args!("\n<sub>{}</sub>", sizes(&proposal.sizes)));
    }

    fn gates(&mut self, migration: &ProposedMigration) {
        let lets = migration.lets_run.iter();
        let lets = lets.map(|(phase, id)| format!("the {phase} of {}", code(id, Room::Cell)));
        let lets: Vec<String> = lets.collect();
        let does = if lets.is_empty() {
            "no change of its own".to_owned()
        } else {
            format!("lets {} run", lets.join(" and "))
        };
        let id = code(migration.id, Room::Cell);
        self.line(format_args!("| {id} {does} | | | | | | | | |"));
    }

    fn row(&mut self, change: &ProposedChange) {
        let ProposedChange { operation, subject, rows, growth, wal, is_merged, .. } = change;
        let name = code(&short(&format!("{operation}!({subject})")), Room::Cell);
        let (gone, undo) = (gone(change), undo(change));
        if *is_merged {
            self.line(format_args!(
                "| {name} | with the change above, under one lock | | | | | | | |"
            ));
            return;
        }
        let lock = |lock: &crate::TableForecast| {
            format!("`{}` of {}", lock.mode, code(&plain(lock.table), Room::Cell))
        };
        let locks: Vec<String> = change.locks.iter().map(lock).collect();
        let locks = if locks.is_empty() { "–".to_owned() } else { locks.join("<br>") };
        let bold = if change.waits.is_long() { "**" } else { "" };
        let waits = format!("{bold}{}{bold}", change.waits);
        let is_known = change.takes != Takes::Unknown;
        let amount = |of: u64| match of {
            0 if is_known => "–".to_owned(),
            0 => "?".to_owned(),
            some => bytes(some),
        };
        let rows = match rows {
            None => amount(0),
            Some(rows) => grouped(*rows),
        };
        let (takes, disk, wal) = (takes(change.takes), amount(*growth), amount(*wal));
        self.line(format_args!(
            "| {name} | {locks} | {waits} | {takes} | {rows} | {disk} | {wal} | {gone} | {undo} |"
        ));
    }

    fn deploys(&mut self, proposal: &Proposal) {
        self.title("What to do, in this order");
        for (index, deploy) in proposal.deploys.iter().enumerate() {
            self.line(format_args!("{}. {}", index + 1, words(&deploy.to_string(), Room::Prose)));
        }
        if let Some(diagram) = mermaid::diagram(proposal) {
            self.line(format_args!("\n```mermaid\n{diagram}```"));
        }
    }

    fn notes(&mut self, migrations: &[ProposedMigration]) {
        let notes: Vec<(&str, &str)> = migrations
            .iter()
            .flat_map(|migration| &migration.changes)
            .flat_map(|change| change.notes.iter().map(|note| (change.subject, *note)))
            .collect();
        let docs = migrations
            .iter()
            .filter(|migration| !migration.doc.is_empty() && migration.declared_by.is_none());
        for (index, migration) in docs.enumerate() {
            if index == 0 {
                self.title("What the author says");
            }
            let (id, doc) =
                (code(migration.id, Room::Prose), on_one_line(&migration.doc.replace('\n', " ")));
            self.line(format_args!("- {id}: {}", words(&doc, Room::Prose)));
        }
        if notes.is_empty() {
            return;
        }
        self.title("What clients will notice");
        // One note may be of many changes.
        let mut said: Vec<(&str, Vec<&str>)> = Vec::new();
        for (subject, note) in notes {
            match said.iter_mut().find(|(known, _)| *known == note) {
                Some((_, subjects)) => subjects.push(subject),
                None => said.push((note, vec![subject])),
            }
        }
        for (note, subjects) in said {
            let subjects: Vec<String> =
                subjects.iter().take(3).map(|one| code(&short(one), Room::Prose)).collect();
            self.line(format_args!("- {}: {}", subjects.join(", "), words(note, Room::Prose)));
        }
    }

    fn way_back(&mut self, migrations: &[ProposedMigration]) {
        self.title("If it stops, and how to go back");
        self.line(format_args!(
            "- A step is done wholly or not at all, or is gone on with: run the same command again. Old \
             and new builds serve meanwhile.\n- A moment is some milliseconds. A lock is asked for in \
             tries of at most {}, unless the runner is told otherwise, with room for clients in between; \
             `pause` holds a long step between two batches, and `runbook` has what to watch.",
            lock_timeout()
        ));
        for migration in migrations {
            let (id, undo) = (code(migration.id, Room::Prose), words(&migration.undo, Room::Prose));
            self.line(format_args!("- {id}: {undo}."));
        }
    }
}

fn sizes(sizes: &SizesFrom) -> String {
    let how = "Times are for a server that does little else, up to six times that for a busy one; waits for \
               other sessions come on top.";
    match sizes {
        SizesFrom::Nowhere => "Nobody has said how large the tables are, so what depends on it is not \
             known: commit what <code>stats &gt; changeover-stats.json</code> prints, taken of a replica, and \
             give it with <code>--stats changeover-stats.json</code>."
            .to_owned(),
        SizesFrom::File { taken_at, server_version, .. } => {
            let day = words(taken_at.split('T').next().unwrap_or_default(), Room::Prose);
            format!("Sizes are those of {day}, of PostgreSQL {}. {how}", server_version / 10_000)
        }
        SizesFrom::Database => format!("Sizes are those of the database that was asked. {how}"),
    }
}
