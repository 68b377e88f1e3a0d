//! Tables that no macro says: those that inherit, those of a type, partitions that have partitions
//! themselves, and names that no macro takes.

use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::relation::{ByHand, Relation};
use crate::session::executor::Rows;

pub(in crate::catalog::read) const KIND: Kind =
    Kind { sql: concat!(include_str!("../relation.sql"), include_str!("by_hand.sql")), say };

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let reason = "no macro says such a table";
        let statements = ByHand { sql: row.text(3).to_owned(), reason, has_known_locks: false };
        found.push(Relation::of(row).declared(DeclaredKind::Table, statements.said()));
    }
}
