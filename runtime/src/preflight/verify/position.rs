//! Where a verification is, as a text that its caller can keep.

use crate::outcome::error::{Detail, Error, VerifyError};
use crate::outcome::verification::{DifferingRow, Verified};
use crate::session::executor::Executor;
use crate::session::shown::on_one_line;
use crate::session::sql::quote_literal;

const HEAD: &str = "changeover verify 1";

/// What has been verified, and where in the next one it is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// Which history and database it is of, and what is compared.
    pub(super) of: String,
    pub(super) verified: Vec<Verified>,
    /// In the last of these; none where that is done.
    pub(super) place: Option<String>,
}

/// Which history in which database: a name may lead to another one by tomorrow.
pub(super) async fn identity(executor: &mut dyn Executor, app: &str) -> Result<String, Error> {
    let sql = format!(
        "select pg_catalog.format('history %s of database %s, %s of system %s', {}, d.datname, d.oid, \
         (select system_identifier from pg_catalog.pg_control_system())) \
         from pg_catalog.pg_database d where d.datname = current_database()",
        quote_literal(app)
    );
    let rows = executor.query(&sql).await.map_err(|error| Error::sql(&sql, &error))?;
    Ok(on_one_line(rows.value().unwrap_or_default()))
}

fn refused(why: String) -> Error {
    Error::new(Detail::Verify(VerifyError::Position { why }))
}

impl Position {
    pub(super) fn text(&self) -> String {
        let mut lines = vec![HEAD.to_owned(), format!("of\t{}", self.of)];
        for one in &self.verified {
            let Verified { table, differing_are, rows, differing, unsettled, .. } = one;
            lines
                .push(format!("table\t{rows}\t{differing}\t{unsettled}\t{table}\t{differing_are}"));
            let samples = one.samples.iter().map(|row| format!("row\t{}\t{}", row.row, row.how));
            lines.extend(samples);
            lines.extend(one.notes.iter().map(|note| format!("note\t{note}")));
        }
        lines.extend(self.place.as_ref().map(|place| format!("at\t{place}")));
        lines.join("\n") + "\n"
    }

    /// Reads a text for what is going to be verified.
    pub(super) fn parse(text: &str, of: &str) -> Result<Position, Error> {
        let refused = |why: &str| refused(why.to_owned());
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Err(refused("it is none that this version writes"));
        }
        let mut position = Position { of: of.to_owned(), ..Position::default() };
        let kept = lines.next().and_then(|line| line.strip_prefix("of\t"));
        if kept != Some(of) {
            let kept = on_one_line(kept.unwrap_or("nothing"));
            return Err(refused(&format!("it is of {kept}, and this is {of}")));
        }
        for line in lines {
            position.read(line).ok_or_else(|| refused("it is not whole"))?;
        }
        Ok(position)
    }

    fn read(&mut self, line: &str) -> Option<()> {
        let (word, rest) = line.split_once('\t')?;
        if word == "table" {
            let mut parts = rest.splitn(5, '\t');
            let mut number = || parts.next()?.parse::<u64>().ok();
            let (rows, differing, unsettled) = (number()?, number()?, number()?);
            let (table, are) = (parts.next()?.to_owned(), parts.next()?.to_owned());
            let one = Verified {
                table,
                differing_are: are,
                rows,
                differing,
                unsettled,
                ..Verified::default()
            };
            self.verified.push(one);
            return Some(());
        }
        let last = self.verified.last_mut()?;
        match word {
            "row" => {
                let (row, how) = rest.split_once('\t')?;
                last.samples.push(DifferingRow { row: row.to_owned(), how: how.to_owned() });
            }
            "note" => last.notes.push(rest.to_owned()),
            "at" => self.place = Some(rest.to_owned()),
            _ => return None,
        }
        Some(())
    }

    /// Makes sure that it is of these, in this order, as far as it is.
    pub(super) fn fits(&self, expected: &[(String, String)]) -> Result<(), Error> {
        let fits = |(one, (table, are)): (&Verified, &(String, String))| {
            one.table == *table && one.differing_are == *are
        };
        let is_whole = self.verified.len() <= expected.len();
        if is_whole && self.verified.iter().zip(expected).all(fits) {
            return Ok(());
        }
        let tables: Vec<&str> = self.verified.iter().map(|one| one.table.as_str()).collect();
        let why = format!("it is of {}, which is not what is verified now", tables.join(", "));
        Err(refused(why))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn position() -> Position {
        let row = DifferingRow { row: "id = 7".into(), how: String::new() };
        let one = Verified {
            table: "\"public\".\"users\"".into(),
            differing_are: "in which `a` and `b` do not agree".into(),
            rows: 500,
            differing: 1,
            samples: vec![row],
            notes: vec!["a note".into()],
            ..Verified::default()
        };
        Position { of: "history a".into(), verified: vec![one], place: Some("7 64 32".into()) }
    }

    #[test]
    fn a_position_survives_its_text() {
        let position = position();
        assert_eq!(Position::parse(&position.text(), "history a").expect("it is whole"), position);
    }

    #[test]
    fn another_history_or_table_is_refused() {
        let position = position();
        let error = Position::parse(&position.text(), "history b").expect_err("another");
        assert!(error.to_string().contains("it is of history a, and this is history b"), "{error}");
        assert!(position.fits(&[("\"public\".\"orders\"".into(), String::new())]).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_position_or_an_error(text in ".{0,40}|(changeover verify 1\nof\ta\n)(.|\n|\t){0,60}") {
            let _ = Position::parse(&text, "a");
        }
    }
}
