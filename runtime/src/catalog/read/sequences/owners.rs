//! The columns that sequences belong to: `change_sequence!(numbers, owned_by = orders.number)`.

use crate::catalog::declaration::DeclaredKind;
use crate::catalog::declaration::{Declaration, QualifiedName};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::relation::{ByHand, Relation, qualified_sql, quoted};
use crate::catalog::said;
use crate::session::executor::Rows;

pub(in crate::catalog::read) const KIND: Kind =
    Kind { sql: concat!(include_str!("../relation.sql"), include_str!("owners.sql")), say };

const WHAT: &str = "owner of the sequence";

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let sequence = Relation::of(row);
        let table = QualifiedName { schema: row.text(3).into(), name: row.text(4).into() };
        let is_it = |one: &Declaration| {
            one.name == sequence.name && one.text.starts_with("create_sequence!")
        };
        if row.is_true(6) && found.iter().any(is_it) {
            let (own, column) = (said::qualified(&sequence.name), said::name(row.text(5)));
            let owner = format!("{}.{column}", said::qualified(&table));
            let text = format!("change_sequence!({own}, owned_by = {owner});");
            found.push(sequence.part(DeclaredKind::Other, WHAT, text));
        } else {
            let (own, column) = (qualified_sql(&table.schema, &table.name), quoted(row.text(5)));
            let sql = format!("alter sequence {} owned by {own}.{column}", sequence.sql());
            let reason = "no macro says the sequence, or the table of its column";
            let statement = ByHand { sql, reason, has_known_locks: false };
            found.push(sequence.by_hand(WHAT, &statement));
        }
    }
}
