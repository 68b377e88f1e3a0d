//! What the catalogs hold, as sorted text that does not depend on the order of creation.

use similar::{ChangeTag, TextDiff};
use tokio_postgres::Client;

use crate::database::HARNESS_SCHEMA;
use crate::{Failure, fail};

/// A line an object, of everything that a user or a plan may have made.
pub async fn dump(db: &Client) -> Result<String, Failure> {
    // Names are qualified in what the server deparses only where the search path lacks them.
    // Where there is a publication, a server with its own settings compiles the query for ten seconds.
    db.batch_execute("set search_path = pg_catalog; set jit = off").await?;
    let rows = db.query(include_str!("catalog.sql"), &[&HARNESS_SCHEMA]).await;
    db.batch_execute("reset search_path; reset jit").await?;
    let mut lines: Vec<String> = rows?.iter().map(|row| row.get(0)).collect();
    lines.sort();
    Ok(lines.join("\n"))
}

/// Fails with a diff where two dumps differ.
pub fn expect_equal(left: (&str, &str), right: (&str, &str)) -> Result<(), Failure> {
    if left.1 == right.1 {
        return Ok(());
    }
    let mut lines = Vec::new();
    for change in TextDiff::from_lines(left.1, right.1).iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => continue,
        };
        lines.push(format!("  {sign} {}", change.value().trim_end()));
    }
    fail!("the catalogs differ: - {}, + {}\n{}", left.0, right.0, lines.join("\n"));
}

/// The files that hold the rows of each user table, by the table's identity, which a rename keeps.
pub async fn files(db: &Client) -> Result<Vec<(u32, String, u32)>, Failure> {
    let rows = db
        .query(
            "select c.oid, c.oid::regclass::text, pg_relation_filenode(c.oid)
             from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema$|changeover)'",
            &[],
        )
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

/// Fails where a table that is still there has moved to another file: it was rewritten.
pub async fn expect_same_files(db: &Client, before: &[(u32, String, u32)]) -> Result<(), Failure> {
    let after = files(db).await?;
    for (table, name, file) in before {
        if after.iter().any(|(same, _, now)| same == table && now != file) {
            fail!("table {name} was rewritten");
        }
    }
    Ok(())
}
