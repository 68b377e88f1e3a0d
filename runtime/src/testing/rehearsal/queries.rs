//! The user's own queries, as a file has them.

/// Whose a query is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Old,
    New,
    /// It must give no row.
    None,
}

/// Returns the queries of a text, one below each heading.
pub(super) fn read(text: &str) -> Vec<(Kind, String)> {
    let mut queries: Vec<(Kind, String)> = Vec::new();
    for line in text.lines() {
        match heading(line) {
            Some(kind) => queries.push((kind, String::new())),
            None => {
                if let Some((_, sql)) = queries.last_mut() {
                    sql.push_str(line);
                    sql.push('\n');
                }
            }
        }
    }
    for (_, sql) in &mut queries {
        *sql = sql.trim().trim_end_matches(';').trim_end().to_owned();
    }
    queries.retain(|(_, sql)| !sql.is_empty());
    queries
}

fn heading(line: &str) -> Option<Kind> {
    let word = line.trim().strip_prefix("--")?.trim_start();
    let end = word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len());
    match &word[..end] {
        "old" => Some(Kind::Old),
        "new" => Some(Kind::New),
        "none" => Some(Kind::None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_ends_where_the_next_heading_is() {
        let text = "-- a file\n-- old: the list\nselect 1,\n  2;\n\n-- new\nselect 3\n--none left\nselect 4;";
        let expected =
            [(Kind::Old, "select 1,\n  2"), (Kind::New, "select 3"), (Kind::None, "select 4")];
        assert_eq!(read(text), expected.map(|(kind, sql)| (kind, sql.to_owned())));
        assert_eq!(read("select 1"), []);
    }
}
