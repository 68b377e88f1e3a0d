//! What would hurt before it hurts, whether a migration is pending or not: queries over the whole
//! database, with a row for each thing found.

mod leftovers;
mod look;
mod room;
mod server;
mod tables;

use self::look::Look;
use crate::outcome::diagnosis::{Diagnosis, Symptom};
use crate::outcome::error::Error;
use crate::session::executor::Executor;
use crate::session::shown::on_one_line;
use crate::session::sql::quote_literal;

const ROOMS: [&[Look]; 4] = [tables::LOOKS, leftovers::LOOKS, room::LOOKS, server::LOOKS];

/// Looks for all of it, in the transaction that the session is in.
pub(crate) async fn look(executor: &mut dyn Executor) -> Result<Diagnosis, Error> {
    let mut diagnosis = Diagnosis::default();
    for look in ROOMS.into_iter().flatten() {
        if let Some(table) = look.reads
            && !exists(executor, table).await?
        {
            continue;
        }
        diagnosis.looked += 1;
        ask(executor, "savepoint look").await?;
        let rows = match executor.query(look.sql).await {
            Ok(rows) => rows,
            // What an older server or a role of few rights does not show.
            Err(error) if error.code().is_some() => {
                ask(executor, "rollback to savepoint look").await?;
                diagnosis.unseen.push(on_one_line(&format!("{}: {error}", look.name)));
                continue;
            }
            Err(error) => return Err(Error::sql(look.sql, &error)),
        };
        diagnosis.symptoms.extend(rows.iter().map(|row| Symptom {
            look: look.name,
            what: on_one_line(row.text(0)),
            effect: look.effect,
            help: look.help,
        }));
    }
    Ok(diagnosis)
}

/// Tells whether a table of ours is there, whoever may read it.
async fn exists(executor: &mut dyn Executor, table: &str) -> Result<bool, Error> {
    let sql = format!(
        "select exists (select from pg_catalog.pg_class c \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where n.nspname = 'changeover' and c.relname = {})",
        quote_literal(table)
    );
    let rows = executor.query(&sql).await;
    Ok(rows.map_err(|error| Error::sql(&sql, &error))?.is_true())
}

async fn ask(executor: &mut dyn Executor, sql: &str) -> Result<(), Error> {
    executor.query(sql).await.map(drop).map_err(|error| Error::sql(sql, &error))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_look_has_a_name_of_its_own() {
        let names: Vec<&str> = ROOMS.into_iter().flatten().map(|look| look.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }
}
