//! What somebody needs by night who carries a migration out: in Markdown, from a forecast.

use std::fmt::{self, Write as _};

use crate::migration::{Migration, Migrations};
use crate::outcome::finding::Findings;
use crate::outcome::forecast::{
    Forecast, MigrationForecast, PhaseForecast, StepForecast, Takes, bytes,
};
use crate::review::deploys::deploys;
use crate::review::sql;

/// What to watch, each with its query.
const QUERIES: [(&str, &str); 5] = [
    (
        "How far it is",
        "select migration, phase, ordinal, state, rows, attempts, error\n\
         from changeover.steps where state not in ('planned', 'done') order by started_at;",
    ),
    (
        "Who waits for whom",
        "select pid, pg_blocking_pids(pid) as waits_for, application_name, now() - query_start as since, left(query, 80) as query\n\
         from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0;",
    ),
    (
        "An index build",
        "select relid::regclass, phase, blocks_done, blocks_total, tuples_done, tuples_total\n\
         from pg_stat_progress_create_index;",
    ),
    (
        "Replicas and slots",
        "select application_name, replay_lag, pg_wal_lsn_diff(sent_lsn, replay_lsn) as bytes from pg_stat_replication;\n\
         select slot_name, active, wal_status, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) as kept\n\
         from pg_replication_slots;",
    ),
    (
        "Old transactions, which a backfill and an index build suffer from",
        "select pid, usename, state, now() - xact_start as age, left(query, 80) as query\n\
         from pg_stat_activity where xact_start < now() - interval '1 minute' order by xact_start;",
    ),
];

/// Writes the runbook of what a [`Forecast`] has before it, or of one migration of it: the order of
/// deploys, each step with its locks and its time, what to watch, when to stop, how to go back, whom
/// it can hurt, and the checklist that on-call teams keep.
///
/// ```no_run
/// use changeover::{Changeover, review};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let forecast = Changeover::builder(&MIGRATIONS).connect(url).await?.forecast().await?;
/// println!("{}", review::runbook(&MIGRATIONS, &forecast));
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
pub fn runbook(history: &Migrations, forecast: &Forecast) -> String {
    let mut page = Page(String::new());
    if forecast.migrations.is_empty() {
        page.line("Nothing is pending.");
    }
    for migration in &forecast.migrations {
        if let Some(known) = history.get(&migration.id) {
            page.migration(history, known, migration, forecast);
        }
    }
    page.0
}

struct Page(String);

impl Page {
    fn line(&mut self, line: impl fmt::Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{line}");
    }

    fn head(&mut self, title: &str) {
        self.line(format_args!("\n## {title}\n"));
    }

    fn migration(
        &mut self,
        history: &Migrations,
        known: &Migration,
        migration: &MigrationForecast,
        forecast: &Forecast,
    ) {
        self.line(format_args!("# Runbook: {}\n", known.id));
        if !known.doc.trim().is_empty() {
            self.line(format_args!("{}\n", known.doc.trim()));
        }
        self.in_short(migration);
        self.order(history, migration);
        self.steps(migration);
        self.watching();
        self.stopping(migration);
        self.way_back(known, migration);
        self.hurt(known, migration, forecast);
        self.checklist(known, migration, forecast);
        self.line("\n<details><summary>The SQL</summary>\n\n```sql");
        self.line(sql::render(known).trim_end());
        self.line("```\n\n</details>\n");
    }

    fn in_short(&mut self, migration: &MigrationForecast) {
        self.line("| phase | takes | rows | disk | WAL | clients wait for | held by |");
        self.line("| --- | --- | --- | --- | --- | --- | --- |");
        for phase in &migration.phases {
            let sum = |of: fn(&StepForecast) -> u64| phase.steps.iter().map(of).sum::<u64>();
            let rows = sum(|step| step.rows.unwrap_or_default());
            let [disk, wal] = [sum(|step| step.growth), sum(|step| step.wal)].map(amount);
            let (takes, blocked) = (phase.takes(), blocked(phase).join(", "));
            let held = phase.waits_for.join("; ");
            let phase = phase.phase;
            self.line(format_args!(
                "| {phase} | {takes} | {rows} | {disk} | {wal} | {blocked} | {held} |"
            ));
        }
    }

    fn order(&mut self, history: &Migrations, migration: &MigrationForecast) {
        self.head("Order of deploys");
        self.line("1. `plan` once more: nothing of what follows may have changed.");
        for (index, deploy) in deploys(history, &[migration]).into_iter().enumerate() {
            self.line(format_args!("{}. {deploy}", index + 2));
        }
    }

    fn steps(&mut self, migration: &MigrationForecast) {
        self.head("Steps");
        self.line(
            "A step that stops is done wholly or not at all, or is gone on with: run the same \
             command again. A lock is asked for in short tries that let clients pass.\n",
        );
        for phase in &migration.phases {
            self.line(format_args!("**{}**\n", phase.phase));
            for step in &phase.steps {
                let why = step.why;
                self.line(format_args!("{}. {why} – {}", step.number, step.takes));
                let blocking = step.locks.iter().filter(|lock| lock.mode.blocks_clients());
                blocking.into_iter().for_each(|lock| self.line(format_args!("   - {lock}")));
            }
            self.line("");
        }
    }

    fn watching(&mut self) {
        self.head("What to watch");
        self.line("`watch` shows the first three of these in one screen.\n");
        for (what, query) in QUERIES {
            self.line(format_args!("{what}:\n\n```sql\n{query}\n```\n"));
        }
    }

    fn stopping(&mut self, migration: &MigrationForecast) {
        self.head("When to stop");
        let steps = || migration.phases.iter().flat_map(|phase| &phase.steps);
        let disk: u64 = steps().map(|step| step.growth).sum();
        let wal: u64 = steps().map(|step| step.wal).sum();
        self.line(
            "`pause --reason …` holds it between two batches, Ctrl-C ends it there. Do so when",
        );
        if disk + wal > 0 {
            self.line(format_args!(
                "- less than {} are free: the tables grow by about {}, and the WAL by about {} if a \
                 slot or an archive keeps it,",
                bytes(2 * (disk + wal)),
                bytes(disk),
                bytes(wal)
            ));
        }
        self.line("- your clients' latency or errors leave what they were before,");
        self.line("- a replica falls behind further than your readers bear,");
        self.line(format_args!(
            "- a phase takes more than twice what is said above ({}).",
            migration.phases.iter().fold(Takes::Moment, |all, phase| all.then(phase.takes()))
        ));
    }

    fn way_back(&mut self, known: &Migration, migration: &MigrationForecast) {
        self.head("How to go back");
        self.line(format_args!("{}.", capital(&migration.undo)));
        self.line(
            "Instances that were compiled with it must have ended first: `gates` names them.",
        );
        if known.has_contract() {
            self.line("Once its contract has begun there is no way back: what it drops is gone.");
        }
    }

    fn hurt(&mut self, known: &Migration, migration: &MigrationForecast, forecast: &Forecast) {
        self.head("Whom it can hurt");
        let all: Vec<String> = migration.phases.iter().flat_map(blocked).collect();
        let mut tables: Vec<&String> = all.iter().collect();
        tables.sort();
        tables.dedup();
        for table in tables {
            self.line(format_args!("- clients of {table}, for moments"));
        }
        let notes = known.changes().iter().flat_map(|change| change.notes);
        notes.for_each(|note| self.line(format_args!("- {note}")));
        forecast
            .missing_rights
            .iter()
            .for_each(|right| self.line(format_args!("- itself: {right}")));
        if let Some(Findings(findings)) = &forecast.findings {
            for finding in findings.iter().filter(|finding| finding.migration == known.id) {
                self.line(format_args!(
                    "- {}: {} – {}; {}",
                    finding.severity, finding.what, finding.effect, finding.help
                ));
            }
        }
    }

    fn checklist(&mut self, known: &Migration, migration: &MigrationForecast, forecast: &Forecast) {
        self.head("Checklist");
        let unknown = migration.phases.iter().any(|phase| phase.takes() == Takes::Unknown);
        let is_fine = forecast.missing_rights.is_empty()
            && forecast.findings.as_ref().is_some_and(|Findings(all)| {
                all.iter().all(|finding| finding.migration != known.id)
            });
        let checked = |done: bool| if done { "x" } else { " " };
        for (done, item) in [
            (true, "old and new builds bear the schema of every phase: the compiler planned it so"),
            (
                true,
                "each step can stop at any instant and be gone on with: tested for each operation",
            ),
            (!unknown, "the sizes of its tables are known"),
            (is_fine, "rights are complete and no obstacle was found when this was written"),
            (false, "it ran on data of production's size, under load: yours"),
            (false, "lock times were measured there: yours"),
            (false, "its undo was tried there: yours"),
            (false, "a backup was restored lately: yours"),
            (false, "monitoring shows latency, errors, replicas, disk: yours"),
            (false, "who is on call knows, and has this page: yours"),
            (false, "the queries that tell afterwards that all is well are written down: yours"),
        ] {
            self.line(format_args!("- [{}] {item}", checked(done)));
        }
    }
}

/// The tables whose clients wait in a phase, each once.
fn blocked(phase: &PhaseForecast) -> Vec<String> {
    let mut tables: Vec<String> = Vec::new();
    for lock in phase.steps.iter().flat_map(|step| &step.locks) {
        let table = lock.table.replace("\".\"", ".").replace('"', "`");
        if lock.mode.blocks_clients() && !tables.contains(&table) {
            tables.push(table);
        }
    }
    tables
}

fn amount(size: u64) -> String {
    if size == 0 { "–".to_owned() } else { bytes(size) }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
