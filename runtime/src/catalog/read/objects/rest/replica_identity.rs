//! By what replication knows a row: `set_replica_identity!`.

use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::objects::words::raw;
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(super) const KIND: Kind = Kind { sql: include_str!("replica_identity.sql"), say };

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    found.extend(rows.iter().map(|row| {
        let name = raw::name(&row);
        let text = text(&row).unwrap_or_else(|| {
            raw::sql(row.text(7), "a replica identity that `set_replica_identity!` cannot say")
        });
        Declaration {
            kind: DeclaredKind::ReplicaIdentity,
            id: raw::id(&row),
            on: Some(name.clone()),
            name,
            text,
            unsaid: None,
        }
    }));
}

fn text(row: &Row) -> Option<String> {
    let (name, index) = (raw::name(row), row.get(5));
    let fits = [Some(name.schema.as_str()), Some(&name.name), index];
    if !row.is_true(6) || !fits.into_iter().flatten().all(said::fits) {
        return None;
    }
    let identity = match (row.text(4), index) {
        ("f", _) => "full".to_owned(),
        // An index that was dropped leaves none.
        ("n", _) | ("i", None) => "nothing".to_owned(),
        (_, Some(index)) => format!("index = {}", said::name(index)),
        (_, None) => return None,
    };
    Some(format!("set_replica_identity!({}, {identity});", said::qualified(&name)))
}
