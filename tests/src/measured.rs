//! The numbers of a bench: shown as a table, and kept as they came where somebody wants them.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

/// Names the directory that the raw numbers are written into.
const DIRECTORY: &str = "CHANGEOVER_MEASUREMENTS";

/// The numbers of one bench, as they came.
pub struct Measured {
    bench: &'static str,
    values: Vec<Measurement>,
}

struct Measurement {
    what: String,
    variant: String,
    unit: &'static str,
    run: usize,
    value: f64,
}

impl Measurement {
    fn is_of(&self, other: &Measurement) -> bool {
        (&self.what, &self.variant, self.unit) == (&other.what, &other.variant, other.unit)
    }
}

impl Measured {
    pub fn of(bench: &'static str) -> Self {
        Measured { bench, values: Vec::new() }
    }

    /// One value: what was measured, of which variant, and in which unit. How often the same came
    /// before numbers its run.
    pub fn add(&mut self, what: &str, variant: &str, unit: &'static str, value: f64) {
        let (what, variant) = (what.to_owned(), variant.to_owned());
        let mut one = Measurement { what, variant, unit, run: 1, value };
        one.run += self.values.iter().filter(|earlier| earlier.is_of(&one)).count();
        self.values.push(one);
    }

    /// A Markdown table: a row for each `what` and variant with median, least, greatest, and how often.
    pub fn table(&self) -> String {
        let mut table = String::from(
            "| what | variant | unit | median | least | greatest | runs |\n\
             | --- | --- | --- | ---: | ---: | ---: | ---: |\n",
        );
        for first in self.values.iter().filter(|one| one.run == 1) {
            let mut values: Vec<f64> =
                self.values.iter().filter(|one| one.is_of(first)).map(|one| one.value).collect();
            values.sort_by(f64::total_cmp);
            let numbers = [median(&values), values[0], values[values.len() - 1]].map(shown);
            let Measurement { what, variant, unit, .. } = first;
            let (numbers, runs) = (numbers.join(" | "), values.len());
            let _ = writeln!(table, "| {what} | {variant} | {unit} | {numbers} | {runs} |");
        }
        table
    }

    /// Prints the table and, where `CHANGEOVER_MEASUREMENTS` names a directory, writes `<bench>.csv`
    /// into it.
    pub fn publish(&self) -> io::Result<()> {
        println!("{}", self.table());
        let Some(directory) = env::var_os(DIRECTORY) else { return Ok(()) };
        fs::create_dir_all(&directory)?;
        fs::write(Path::new(&directory).join(format!("{}.csv", self.bench)), self.csv())
    }

    fn csv(&self) -> String {
        let mut text = String::from("what,unit,variant,run,value\n");
        for Measurement { what, variant, unit, run, value } in &self.values {
            let [what, unit, variant] = [what, *unit, variant].map(quoted);
            let _ = writeln!(text, "{what},{unit},{variant},{run},{value}");
        }
        text
    }
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    }
}

/// With three digits that say something.
fn shown(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}

/// A field of a CSV, in quotes where it needs them (RFC 4180).
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured() -> Measured {
        let mut measured = Measured::of("sample");
        for seconds in [2.0, 12.0, 3.0, 0.5] {
            measured.add("fill, uuid key", "ours", "s", seconds);
        }
        measured.add("fill, uuid key", "plain", "s", 128.4);
        measured
    }

    #[test]
    fn a_row_of_the_table_has_median_and_spread() {
        let table = measured().table();
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| fill, uuid key | ours | s | 2.50 | 0.500 | 12.0 | 4 |",
                "| fill, uuid key | plain | s | 128 | 128 | 128 | 1 |",
            ]
        );
    }

    #[test]
    fn the_raw_numbers_keep_their_order_and_their_commas() {
        let csv = measured().csv();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "what,unit,variant,run,value");
        assert_eq!(lines[2], "\"fill, uuid key\",s,ours,2,12");
        assert_eq!(lines[5], "\"fill, uuid key\",s,plain,1,128.4");
    }
}
