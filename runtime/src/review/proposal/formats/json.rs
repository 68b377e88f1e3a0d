//! All of a proposal, by names that scripts read: one may be added, and none changed.

use serde_json::{Value, json};

use super::with_fingerprints;
use crate::migration::Phase;
use crate::outcome::forecast::Takes;
use crate::review::deploys::Deploy;
use crate::review::proposal::data::{
    Concern, Gone, Level, Place, Proposal, ProposedChange, ProposedMigration, SizesFrom, Undo,
};

impl Proposal {
    /// Writes it as one JSON object; `docs/pull-requests.md` has its fields.
    ///
    /// ```
    /// use changeover::review::{self, Grounds};
    /// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
    /// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
    /// # fn main() -> Result<(), review::ProposalError> {
    /// let json = review::proposal(&MIGRATIONS, &Grounds::default())?.to_json();
    /// assert!(json.contains("\"verdict\""));
    /// # Ok(())
    /// # }
    /// ```
    pub fn to_json(&self) -> String {
        let Proposal { verdict, sizes, migrations, deploys, .. } = self;
        let concerns = with_fingerprints(self);
        let value = json!({
            "verdict": verdict,
            "sizes": sizes_from(sizes),
            "concerns": concerns.iter().map(|(one, mark)| concern(one, mark)).collect::<Vec<_>>(),
            "migrations": migrations.iter().map(migration).collect::<Vec<_>>(),
            "deploys": deploys.iter().map(deploy).collect::<Vec<_>>(),
        });
        format!("{value:#}\n")
    }
}

fn sizes_from(sizes: &SizesFrom) -> Value {
    match sizes {
        SizesFrom::Nowhere => json!({ "from": "nowhere" }),
        SizesFrom::Database => json!({ "from": "database" }),
        SizesFrom::File { taken_at, server_version, is_old } => json!({
            "from": "file",
            "taken_at": taken_at,
            "server_version": server_version,
            "is_old": is_old,
        }),
    }
}

fn concern(concern: &Concern, fingerprint: &str) -> Value {
    let Concern { rule, level, what, help, place, .. } = concern;
    let level = match level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    json!({
        "rule": rule,
        "level": level,
        "what": what,
        "help": help,
        "place": place_of(place),
        "fingerprint": fingerprint,
    })
}

fn place_of(Place { file, line }: &Place) -> Value {
    json!({ "file": file, "line": line })
}

fn migration(migration: &ProposedMigration) -> Value {
    let ProposedMigration {
        id,
        doc,
        declared_by,
        lets_run,
        phases,
        changes,
        undo,
        review_file,
        sql,
    } = migration;
    let gate = |(phase, id): &(Phase, &str)| json!({ "phase": phase.to_string(), "migration": id });
    let phases = phases
        .iter()
        .map(|(phase, takes)| json!({ "phase": phase.to_string(), "takes": takes_of(*takes) }));
    json!({
        "id": id,
        "doc": doc,
        "declared_by": declared_by,
        "lets_run": lets_run.iter().map(gate).collect::<Vec<_>>(),
        "phases": phases.collect::<Vec<_>>(),
        "changes": changes.iter().map(change).collect::<Vec<_>>(),
        "undo": undo,
        "review_file": review_file,
        "sql": sql,
    })
}

fn change(change: &ProposedChange) -> Value {
    let locks = change.locks.iter();
    let locks = locks.map(|lock| json!({ "table": lock.table, "mode": lock.mode.to_string() }));
    let (undo, loses) = match &change.undo {
        Undo::Leaves => ("leaves", &[][..]),
        Undo::Whole => ("whole", &[][..]),
        Undo::Loses(lost) => ("loses", lost.as_slice()),
        Undo::Never => ("never", &[][..]),
    };
    json!({
        "operation": change.operation,
        "subject": change.subject,
        "place": change.place.as_ref().map(place_of),
        "locks": locks.collect::<Vec<_>>(),
        "waits": {
            "reads": change.waits.reads,
            "writes": change.waits.writes,
            "takes": takes_of(change.waits.takes),
            "is_long": change.waits.is_long(),
        },
        "takes": takes_of(change.takes),
        "rows": change.rows,
        "growth": change.growth,
        "wal": change.wal,
        "gone": change.gone.iter().map(gone).collect::<Vec<_>>(),
        "undo": undo,
        "loses": loses,
        "notes": change.notes,
        "max_rows": change.max_rows,
        "has_contract": change.has_contract,
        "is_merged": change.is_merged,
        "is_raw": change.is_raw,
    })
}

fn gone(gone: &Gone) -> Value {
    let Gone { what, phase, has_values, is_later } = gone;
    json!({ "what": what, "phase": phase.to_string(), "has_values": has_values, "is_later": is_later })
}

/// Seconds; null where nobody knows.
fn takes_of(takes: Takes) -> Value {
    match takes {
        Takes::Moment => json!({ "least": 0.0, "most": 0.0 }),
        Takes::About { least, most, .. } => {
            json!({ "least": least.as_secs_f64(), "most": most.as_secs_f64() })
        }
        Takes::Unknown => Value::Null,
    }
}

fn deploy(deploy: &Deploy) -> Value {
    let (does, migration) = match deploy {
        Deploy::Needs { migration, .. } => ("wait", Some(*migration)),
        Deploy::Up { head } => ("up", Some(*head)),
        Deploy::Build { head } => ("deploy", Some(*head)),
        Deploy::Background { .. } => ("background", None),
        Deploy::Gate { migration, .. } => ("gate", Some(*migration)),
    };
    json!({ "does": does, "migration": migration, "text": deploy.to_string() })
}
