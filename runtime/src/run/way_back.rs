//! What a way back would refuse or lose, asked of every step before the first is undone.

use super::Run;
use super::undo::{behind_a_swap, refuses};
use crate::migration::{Dropped, Migration, ObjectKind, Phase, Rights, Step, Work};
use crate::outcome::error::{Detail, Error, MAY_PASS_ON, Place};
use crate::outcome::finding::{Check, Finding, Severity};
use crate::preflight::dependents;
use crate::session::shown::on_one_line;
use crate::session::sqlstate::{INVALID_SCHEMA_NAME, UNDEFINED_COLUMN, UNDEFINED_TABLE};
use crate::work::guards::no_rows;
use crate::work::refused_rights;

/// Nobody needs to know exactly how many rows there are above this.
const COUNTED: u32 = 1000;

/// A step that has something to take back.
struct Back {
    migration: &'static Migration,
    phase: Phase,
    ordinal: usize,
    step: &'static Step,
}

impl Run<'_, '_> {
    /// Asks for the migrations that an undo takes back, the newest first.
    pub(super) async fn look_ahead(
        &mut self,
        migrations: &[&'static Migration],
    ) -> Result<(), Error> {
        let back = self.way_back(migrations);
        for step in &back {
            self.no_rows_in_the_way(step).await?;
        }
        let Some(oldest) = back.last().map(|step| step.migration) else { return Ok(()) };
        let drops: Vec<&Dropped> = back.iter().flat_map(|one| one.step.undo_drops()).collect();
        let needed = dependents::in_the_way(self.session, &drops).await?;
        if !needed.is_empty() {
            let why = format!("{}\nhelp: drop what no migration has made first", needed.join("; "));
            return Err(refused(oldest, why));
        }
        self.rights_are_ours(oldest, &back).await?;
        if let Some(newest) = migrations.first() {
            self.names_are_free(newest).await?;
        }
        self.no_rows_lost(&back).await?;
        for step in &back {
            self.tell_of_values(step).await?;
        }
        Ok(())
    }

    /// Asks whether the role may take back what was given.
    async fn rights_are_ours(
        &mut self,
        oldest: &'static Migration,
        back: &[Back],
    ) -> Result<(), Error> {
        let statements = back.iter().filter_map(|one| match one.step.undo {
            Some(Work::Transaction(statements)) => Some(statements),
            _ => None,
        });
        let rights: Vec<&Rights> =
            statements.flatten().filter_map(|statement| statement.rights).collect();
        let Some(sql) = refused_rights(&rights, false) else { return Ok(()) };
        let rows = self.session.query(&sql).await?;
        let what: Vec<String> = rows.iter().map(|row| on_one_line(row.text(0))).collect();
        if what.is_empty() {
            return Ok(());
        }
        Err(refused(oldest, format!("{}\nhelp: {MAY_PASS_ON}", what.join("; "))))
    }

    /// Asks whether what comes back finds its name free. A newer migration may still have to give it
    /// back, so that this is asked of each when those are undone.
    pub(super) async fn names_are_free(
        &mut self,
        migration: &'static Migration,
    ) -> Result<(), Error> {
        let back = self.way_back(&[migration]);
        let drops: Vec<&Dropped> = back.iter().flat_map(|one| one.step.undo_drops()).collect();
        let makes: Vec<&Dropped> = back.iter().flat_map(|one| one.step.undo_makes()).collect();
        let taken = dependents::names_taken(self.session, &makes, &drops).await?;
        if taken.is_empty() {
            return Ok(());
        }
        let why =
            format!("{}\nhelp: rename or drop what no migration has made first", taken.join("; "));
        Err(refused(migration, why))
    }

    fn way_back(&self, migrations: &[&'static Migration]) -> Vec<Back> {
        let mut back = Vec::new();
        for migration in migrations {
            for part in [self.chosen(migration.switches), vec![*migration]].concat() {
                for phase in Phase::ALL {
                    let steps = self.steps(part, phase);
                    let needed = behind_a_swap(part, phase, &steps);
                    let steps = steps.into_iter().filter(|(_, recorded)| {
                        recorded.state.has_effect() || needed.contains(&recorded.ordinal)
                    });
                    back.extend(steps.map(|(step, recorded)| Back {
                        migration: part,
                        phase,
                        ordinal: recorded.ordinal,
                        step,
                    }));
                }
            }
        }
        back
    }

    /// Looks for the rows that the old shape has no room for. A name that a newer migration has
    /// still to give back cannot be asked for yet, and is when its step comes.
    async fn no_rows_in_the_way(&mut self, back: &Back) -> Result<(), Error> {
        let Some(Work::NoRows(require)) = back.step.undo else { return Ok(()) };
        match no_rows::check(self.session, &require).await {
            Err(error) if refuses(&error) && !is_missing(&error) => Err(error.at(back.place())),
            _ => Ok(()),
        }
    }

    /// Tables are dropped with their rows only by who says so.
    async fn no_rows_lost(&mut self, back: &[Back]) -> Result<(), Error> {
        let (mut holding, mut owner) = (Vec::new(), None);
        for step in back {
            let tables =
                step.step.undo_drops().into_iter().filter(|one| one.kind == ObjectKind::Table);
            for table in tables {
                if let Some(rows) = self.rows(table.name).await? {
                    let what = format!("table {} has {rows}", table.name);
                    tracing::warn!(table = table.name, rows, "an undo drops a table with its rows");
                    if self.with_rows {
                        self.report.findings.push(loss(step, what));
                    } else {
                        owner.get_or_insert(step.migration);
                        holding.push(what);
                    }
                }
            }
        }
        let Some(migration) = owner else { return Ok(()) };
        let why = format!(
            "{}\nhelp: delete the rows, or `undo_with_rows(\"{}\")`, which drops them too",
            holding.join("; "),
            migration.id
        );
        Err(refused(migration, why))
    }

    /// Says which columns go that have no older shape to keep their values.
    async fn tell_of_values(&mut self, back: &Back) -> Result<(), Error> {
        let added = back.migration.changes().iter().filter(|one| one.operation == "add_column");
        let is_word = |subject: &str, name| {
            subject.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
        };
        let columns =
            back.step.undo_drops().into_iter().filter(|one| one.kind == ObjectKind::Column);
        let columns = columns.filter(|one| added.clone().any(|to| is_word(to.subject, one.part)));
        for column in columns {
            if self.rows(column.name).await?.is_some() {
                let Dropped { name, part, .. } = column;
                let what = format!("column {name}.\"{part}\" goes, with what builds wrote there");
                tracing::warn!("{what}");
                self.report.findings.push(loss(back, what));
            }
        }
        Ok(())
    }

    /// Returns how many rows a table has; none where it has none, or is not there.
    async fn rows(&mut self, table: &str) -> Result<Option<String>, Error> {
        let sql = format!(
            "select pg_catalog.count(*) from (select from {table} limit {}) as counted",
            COUNTED + 1
        );
        let count = match self.session.query(&sql).await {
            Ok(rows) => rows.value().and_then(|count| count.parse::<u32>().ok()).unwrap_or(1),
            Err(error) if is_missing(&error) => 0,
            Err(error) => return Err(error),
        };
        Ok(match count {
            0 => None,
            1 => Some("a row".to_owned()),
            more if more > COUNTED => Some(format!("more than {COUNTED} rows")),
            more => Some(format!("{more} rows")),
        })
    }
}

impl Back {
    fn place(&self) -> Place {
        let Back { migration, phase, ordinal, .. } = *self;
        let steps = migration.steps(phase).count();
        Place { migration: migration.id.to_owned(), phase, undone: true, step: ordinal, steps }
    }
}

/// Tells whether a statement failed over a name that is not there.
fn is_missing(error: &Error) -> bool {
    const MISSING: [&str; 3] = [UNDEFINED_TABLE, UNDEFINED_COLUMN, INVALID_SCHEMA_NAME];
    error.code().is_some_and(|code| MISSING.contains(&code))
}

fn refused(migration: &Migration, why: String) -> Error {
    Error::new(Detail::UndoRefused { migration: migration.id.to_owned(), why })
}

fn loss(back: &Back, what: String) -> Finding {
    Finding {
        check: Check::Loss,
        severity: Severity::Warn,
        migration: back.migration.id.to_owned(),
        phase: back.phase,
        what,
        effect: "no older shape keeps these values, and another `migrate` begins without them",
        help: "copy what is still needed before the undo",
    }
}
