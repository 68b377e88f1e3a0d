//! The SQL, folded, as much of it as a comment holds.

use crate::review::proposal::data::ProposedMigration;
use crate::session::shown::is_hidden;

/// What GitHub takes of a comment, in characters.
const LIMIT: usize = 65_536;
/// What is left for the line that says where the rest is, and for the frame of the section.
const SPARE: usize = 400;

/// The SQL of each migration, so that all of it and what is written already fit: the short ones whole, and
/// of the long ones as much of each as there is room for.
pub(super) fn folded(migrations: &[ProposedMigration], written: usize) -> String {
    let room = LIMIT.saturating_sub(written + migrations.len() * SPARE);
    let mut sizes: Vec<usize> =
        migrations.iter().map(|migration| migration.sql.chars().count()).collect();
    sizes.sort_unstable();
    let share = share(&sizes, room);
    migrations.iter().map(|migration| one(migration, share)).collect()
}

/// The most that one may have, so that all together fit.
fn share(sorted: &[usize], mut room: usize) -> usize {
    for (index, size) in sorted.iter().enumerate() {
        let share = room / (sorted.len() - index);
        if *size > share {
            return share;
        }
        room -= size;
    }
    usize::MAX
}

fn one(migration: &ProposedMigration, share: usize) -> String {
    let ProposedMigration { id, sql, review_file, .. } = migration;
    let (shown, is_whole) = beginning(sql, share);
    if shown.is_empty() && !is_whole {
        return String::new();
    }
    let rest = if is_whole {
        String::new()
    } else {
        format!("-- cut here: the rest is in {review_file}\n")
    };
    let runs = shown.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(runs.max(2) + 1);
    // A module's name has no markup, but for what Markdown makes of `_`.
    format!(
        "\n<details><summary>The SQL of <code>{id}</code></summary>\n\n{fence}sql\n{shown}{rest}{fence}\n\n\
         </details>\n"
    )
}

/// The whole lines of a text that are within so many characters, and whether those are all.
fn beginning(text: &str, characters: usize) -> (String, bool) {
    let (mut shown, mut left) = (String::new(), characters);
    for line in text.trim_end().lines() {
        let line: String = line
            .chars()
            .map(|c| if is_hidden(c) && c != '\t' { '\u{fffd}' } else { c })
            .chain(['\n'])
            .collect();
        let count = line.chars().count();
        if count > left {
            return (shown, false);
        }
        left -= count;
        shown += &line;
    }
    (shown, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migration(lines: usize) -> ProposedMigration {
        ProposedMigration {
            id: "m0001_a",
            doc: "",
            declared_by: None,
            lets_run: Vec::new(),
            phases: Vec::new(),
            changes: Vec::new(),
            undo: String::new(),
            review_file: "sql/m0001_a.sql".to_owned(),
            sql: "select 1; -- a line of a long text\n".repeat(lines),
        }
    }

    #[test]
    fn what_is_too_long_is_cut_at_a_line_and_says_where_the_rest_is() {
        let all = [migration(10), migration(5000), migration(5000)];
        let text = folded(&all, 10_000);
        assert!(text.chars().count() + 10_000 <= LIMIT, "{}", text.len());
        assert!(text.chars().count() + 10_000 > LIMIT - 4 * SPARE, "{}", text.len());
        assert_eq!(text.matches("cut here: the rest is in sql/m0001_a.sql\n```\n").count(), 2);
        assert_eq!(text.matches("<details>").count(), 3);
    }

    #[test]
    fn where_there_is_no_room_there_is_no_sql() {
        assert_eq!(folded(&[migration(10)], LIMIT), "");
        assert!(folded(&[migration(10)], 0).contains("select 1"));
    }

    #[test]
    fn a_fence_in_it_does_not_end_it() {
        let mut migration = migration(1);
        migration.sql = "-- ```\n-- </details>\n".to_owned();
        assert!(folded(&[migration], 0).contains("\n````sql\n-- ```\n-- </details>\n````\n"));
    }
}
