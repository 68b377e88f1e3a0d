//! The report of a rehearsal, in Markdown: the verdict first, for who decides about the roll-out.

use std::fmt::{self, Write as _};
use std::time::Duration;

use super::outcome::{
    Extrapolated, Latency, Problem, ProblemKind, Rehearsal, RehearsedPhase, RehearsedStep,
};
use super::words::{code, fenced, growth, text, time};
use crate::outcome::forecast::bytes;
use crate::session::shown::on_one_line;

impl fmt::Display for Rehearsal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        self.problems.iter().enumerate().try_for_each(|(at, problem)| problem.fmt(f, at + 1))?;
        for migration in &self.migrations {
            self.of_migration(f, migration)?;
        }
        list(f, "Not rehearsed", &self.left_out)?;
        list(f, "Notes", &self.notes)?;
        if !self.state.is_empty() {
            writeln!(f, "\n{}", text(&self.state))?;
        }
        Ok(())
    }
}

impl Rehearsal {
    fn head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match (self.problems.len(), &self.stopped) {
            (0, None) if self.migrations.is_empty() => "nothing was rehearsed".to_owned(),
            (0, None) => "no problem found".to_owned(),
            (0, Some(_)) => "not ended".to_owned(),
            (1, _) => "1 problem".to_owned(),
            (count, _) => format!("{count} problems"),
        };
        writeln!(f, "# Rehearsal: {verdict}\n")?;
        let migrations: Vec<String> = self.migrations.iter().map(|id| code(id)).collect();
        writeln!(
            f,
            "{} in the database {} of PostgreSQL {}, in {}.",
            if migrations.is_empty() { "Nothing".to_owned() } else { migrations.join(", ") },
            code(&self.database),
            text(&self.server),
            time(self.took)
        )?;
        if let Some(stopped) = &self.stopped {
            writeln!(f, "\nIt ended early: {}", text(stopped))?;
        }
        self.worst(f)
    }

    /// What who decides wants to know first.
    fn worst(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let latencies = |phase: &RehearsedPhase| [phase.old, phase.new];
        let all = || self.phases.iter().flat_map(latencies);
        let requests: u64 = all().map(|latency| latency.requests).sum();
        if requests > 0 {
            let errors: u64 = all().map(|latency| latency.errors).sum();
            let slowest = all().map(|latency| latency.max).max().unwrap_or_default();
            write!(f, "\nClients sent {requests} requests, of which {errors} failed; ")?;
            writeln!(f, "the slowest took {}.", time(slowest))?;
        }
        self.latencies(f)?;
        let longest = self.phases.iter().max_by_key(|phase| phase.longest_lock);
        if let Some(phase) = longest.filter(|phase| !phase.longest_lock.is_zero()) {
            let lock = phase.lock.as_ref().map(|lock| format!(" ({})", text(lock)));
            writeln!(
                f,
                "The longest lock that blocks reads or writes was held for {} in {} of {}{}; the bound \
                 is {}.",
                time(phase.longest_lock),
                phase.name,
                code(&phase.migration),
                lock.unwrap_or_default(),
                time(self.longest_lock)
            )?;
        }
        Ok(())
    }

    /// The worst part for clients against what they have at rest.
    fn latencies(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let old = |phase: &&RehearsedPhase| phase.old.requests > 0;
        let rest = self.phases.iter().filter(|phase| phase.name == "at rest").find(old);
        let runs = self.phases.iter().filter(|phase| phase.name != "at rest");
        let worst = runs.filter(old).max_by_key(|phase| phase.old.p99);
        if let (Some(rest), Some(worst)) = (rest, worst) {
            writeln!(
                f,
                "Of old builds, one request in a hundred took longer than {} at rest, and at worst {} in \
                 {} of {}.",
                time(rest.old.p99),
                time(worst.old.p99),
                worst.name,
                code(&worst.migration)
            )?;
        }
        Ok(())
    }

    fn of_migration(&self, f: &mut fmt::Formatter<'_>, migration: &str) -> fmt::Result {
        let phases: Vec<_> =
            self.phases.iter().filter(|phase| phase.migration == migration).collect();
        if phases.is_empty() {
            return Ok(());
        }
        writeln!(f, "\n## {}\n", code(migration))?;
        f.write_str(
            "| part | time | rows/s | WAL | growth | longest lock | old: requests, errors | p50 / p99 / max \
             | new: requests, errors | p50 / p99 / max |\n\
             | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n",
        )?;
        phases.iter().try_for_each(|phase| phase.row(f))?;
        self.steps_of(f, migration)
    }

    fn steps_of(&self, f: &mut fmt::Formatter<'_>, migration: &str) -> fmt::Result {
        let is_shown = |step: &&RehearsedStep| step.migration == migration;
        let mut steps = self.steps.iter().filter(is_shown).peekable();
        if steps.peek().is_none() {
            return Ok(());
        }
        f.write_str(
            "\n| step | change | foreseen | took | rows foreseen | rows |\n\
             | --- | --- | --- | --: | --: | --: |\n",
        )?;
        steps.try_for_each(|step| step.row(f))
    }
}

impl RehearsedPhase {
    fn row(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs_f64();
        let rows = match self.rows {
            0 => String::new(),
            rows => format!("{:.0}", rows_a_second(rows, seconds)),
        };
        let lock =
            if self.longest_lock.is_zero() { String::new() } else { time(self.longest_lock) };
        let [old, new] = [self.old, self.new].map(|latency| cells(&latency));
        writeln!(
            f,
            "| {} | {} | {rows} | {} | {} | {lock} | {old} | {new} |",
            self.name,
            time(self.took),
            bytes(self.wal),
            growth(self.growth)
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "it is shown without decimals")]
fn rows_a_second(rows: u64, seconds: f64) -> f64 {
    rows as f64 / seconds.max(0.001)
}

fn cells(latency: &Latency) -> String {
    let Latency { requests, errors, p50, p99, max } = latency;
    if *requests == 0 {
        return " | ".to_owned();
    }
    format!("{requests}, {errors} | {} / {} / {}", time(*p50), time(*p99), time(*max))
}

impl RehearsedStep {
    fn row(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let took = match (&self.extrapolated, self.took) {
            (Some(sample), _) => sample.to_string(),
            (None, Some(took)) => match self.foreseen_most {
                Some(most) if took > most.max(A_SECOND) => format!("**{}**", time(took)),
                _ => time(took),
            },
            (None, None) => "not done".to_owned(),
        };
        let [foreseen_rows, rows] = [self.foreseen_rows, Some(self.rows).filter(|rows| *rows > 0)]
            .map(|rows| rows.map(|rows| rows.to_string()).unwrap_or_default());
        writeln!(
            f,
            "| {} {}: {} | {} | {} | {took} | {foreseen_rows} | {rows} |",
            self.phase,
            self.number,
            text(self.why),
            code(&self.change),
            text(&self.foreseen)
        )
    }
}

impl fmt::Display for Extrapolated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Extrapolated { ran, part, whole, wal, .. } = self;
        let percent = f64::from(*part) / 10.0;
        let (ran, whole, wal) = (time(*ran), time(*whole), bytes(*wal));
        write!(f, "about {whole} and {wal} of WAL: {percent:.1} % of the table in {ran}")
    }
}

impl Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>, number: usize) -> fmt::Result {
        let kind = match self.kind {
            ProblemKind::Run => "a run fails",
            ProblemKind::Client => "clients fail",
            ProblemKind::Lock => "a lock",
            ProblemKind::Invariant => "wrong rows",
            ProblemKind::Shapes => "two shapes",
            ProblemKind::Undo => "the undo",
            ProblemKind::Drift => "the schema",
        };
        let Problem { migration, phase, what, statement, help, .. } = self;
        writeln!(f, "\n## {number}. {kind}: {}, {phase}\n", code(migration))?;
        let mut lines = what.lines();
        let first = lines.next().unwrap_or_default();
        writeln!(f, "{}", text(first))?;
        let rest: String = lines.fold(String::new(), |mut rest, line| {
            let _ = writeln!(rest, "{}", on_one_line(line));
            rest
        });
        if !rest.is_empty() {
            fenced(f, "text", &rest)?;
        }
        if let Some(statement) = statement {
            fenced(f, "sql", &format!("{statement}\n"))?;
        }
        writeln!(f, "\nWhat to do: {}.", text(help))
    }
}

/// What is foreseen is not said more exactly.
const A_SECOND: Duration = Duration::from_secs(1);

fn list(f: &mut fmt::Formatter<'_>, title: &str, all: &[String]) -> fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n## {title}\n")?;
    all.iter().try_for_each(|one| writeln!(f, "- {}", text(one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_no_markdown() {
        let what = "a | b <script>\n```\nc".to_owned();
        let problem = Problem {
            kind: ProblemKind::Client,
            migration: "m`1".to_owned(),
            phase: "migrate",
            what,
            statement: Some("select '```'".to_owned()),
            code: Some("42703".to_owned()),
            help: "mend it".to_owned(),
        };
        let found = Rehearsal { problems: vec![problem], ..Rehearsal::default() };
        let page = found.to_string();
        for part in [
            "# Rehearsal: 1 problem",
            "`` m`1 ``",
            "a \\| b &lt;script>",
            "````sql\nselect '```'\n````",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
    }

    #[test]
    fn a_sample_says_the_whole() {
        let sample = Extrapolated {
            ran: Duration::from_mins(1),
            part: 125,
            whole: Duration::from_mins(8),
            rows: 800,
            wal: 3 << 30,
        };
        let said = "about 8 min 0 s and 3.0 GiB of WAL: 12.5 % of the table in 60.0 s";
        assert_eq!(sample.to_string(), said);
    }
}
