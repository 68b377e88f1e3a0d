//! What a database has, held against what a history declares.

use std::fmt;

use crate::session::shown::on_one_line;

/// What a database has, held against what a history declares; nothing is in it where they are the same.
///
/// ```no_run
/// use changeover::Changeover;
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let comparison = Changeover::builder(&MIGRATIONS).connect(url).await?.check().await?;
/// for difference in &comparison.differences {
///     println!("{}: {:?} is {:?}", difference.object, difference.declared, difference.found);
/// }
/// assert!(comparison.is_clean(), "{comparison}");
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What is declared and not there, or is there otherwise, and what a declared table has that is
    /// not declared.
    pub differences: Vec<Difference>,
    /// What nobody declared, `view reports.daily`. It is not ours.
    pub undeclared: Vec<String>,
    /// What was not compared because a migration is under way on it, each with that: a table, or what
    /// is touched of one, `column users.email`.
    pub under_way: Vec<String>,
    /// What is declared and could not be built here for the comparison, with the reason.
    pub unbuilt: Vec<Unbuilt>,
}

/// An object that is not as it is declared.
///
/// ```
/// use changeover::Difference;
///
/// fn show(difference: &Difference) -> String {
///     format!("{}: {}", difference.object, difference.to_database.join(" "))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is, and its name: `column users.email`.
    pub object: String,
    /// How a macro says what is declared; none where it is not declared.
    pub declared: Option<String>,
    /// How a macro says what is there; none where it is not there.
    pub found: Option<String>,
    /// The changes that make the database what is declared, each a statement of a migration.
    pub to_database: Vec<String>,
    /// The changes that make the declaration what is there.
    pub to_code: Vec<String>,
}

/// A statement of what is declared that the server refused.
///
/// ```
/// use changeover::Unbuilt;
///
/// fn show(unbuilt: &Unbuilt) -> String {
///     format!("{}: {}", unbuilt.statement, unbuilt.reason)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbuilt {
    /// The statement.
    pub statement: String,
    /// What the server said.
    pub reason: String,
}

impl Comparison {
    /// Tells whether all that is declared was compared and is there as it is declared. What nobody
    /// declared does not count.
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.unbuilt.is_empty()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            writeln!(f, "the database is what the code says")?;
        }
        self.differences.iter().try_for_each(|difference| write!(f, "{difference}"))?;
        for Unbuilt { statement, reason } in &self.unbuilt {
            writeln!(
                f,
                "not compared: {}\n  the server refused it: {reason}",
                on_one_line(statement)
            )?;
        }
        for table in &self.under_way {
            writeln!(f, "not compared: {}", on_one_line(table))?;
        }
        if !self.undeclared.is_empty() {
            writeln!(f, "not declared, and not ours:")?;
        }
        self.undeclared.iter().try_for_each(|object| writeln!(f, "  {}", on_one_line(object)))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = on_one_line(&self.object);
        match (&self.declared, &self.found) {
            (Some(declared), Some(found)) => {
                writeln!(f, "{object} is not as it is declared")?;
                lines(f, "declared", [declared])?;
                lines(f, "there", [found])?;
            }
            (Some(declared), None) => {
                writeln!(f, "{object} is declared and not there")?;
                lines(f, "declared", [declared])?;
            }
            (None, Some(found)) => {
                writeln!(f, "{object} is there and not declared")?;
                lines(f, "there", [found])?;
            }
            (None, None) => {}
        }
        lines(f, "to bring the database to the code", &self.to_database)?;
        lines(f, "to bring the code to the database", &self.to_code)
    }
}

fn lines<'a>(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    texts: impl IntoIterator<Item = &'a String>,
) -> fmt::Result {
    for text in texts {
        let text: Vec<String> = text.split('\n').map(with_tabs).collect();
        writeln!(f, "  {what}: {}", text.join("\n    "))?;
    }
    Ok(())
}

/// A line of code, whose text may come from the database, and may not drive the terminal.
fn with_tabs(line: &str) -> String {
    line.split('\t').map(on_one_line).collect::<Vec<_>>().join("\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_keeps_its_lines_and_drives_no_terminal() {
        let found = Some("note: text default \"a\u{1b}[2J\n\tb\"".to_owned());
        let object = "column users.note".to_owned();
        let [to_database, to_code] = [Vec::new(), Vec::new()];
        let difference = Difference { object, declared: None, found, to_database, to_code };
        let text = difference.to_string();
        assert!(text.ends_with("  there: note: text default \"a\\u{1b}[2J\n    \tb\"\n"), "{text}");
    }
}
