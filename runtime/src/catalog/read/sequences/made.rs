//! Sequences: `create_sequence!`.

use super::options::Options;
use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::relation::{ByHand, Relation};
use crate::catalog::said;
use crate::session::executor::Rows;

pub(in crate::catalog::read) const KIND: Kind =
    Kind { sql: concat!(include_str!("../relation.sql"), include_str!("sequences.sql")), say };

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let sequence = Relation::of(row);
        let options = Options::of(row, 3);
        let name = said::qualified(&sequence.name);
        let words: Vec<String> =
            [name].into_iter().chain(options.ty()).chain(options.said()).collect();
        let mut later = Vec::new();
        if row.is_true(10) {
            let sql = format!("alter sequence {} set unlogged", sequence.sql());
            let reason = "no macro says that a sequence is unlogged";
            let statement = ByHand { sql, reason, has_known_locks: false };
            later.push(sequence.by_hand("persistence of the sequence", &statement));
        }
        let names = [&sequence.name.schema, &sequence.name.name];
        // What is said of it later by hand cannot be said of one that the history knows.
        let is_known = !row.is_true(10) && !row.is_true(11);
        let text = if is_known && names.into_iter().all(|name| said::fits(name)) {
            format!("create_sequence!({});", words.join(", "))
        } else {
            let sql = format!("create sequence {}{}", sequence.sql(), options.sql());
            let reason = "no macro says such a sequence";
            ByHand { sql, reason, has_known_locks: false }.said()
        };
        found.push(sequence.declared(DeclaredKind::Sequence, text));
        found.append(&mut later);
    }
}
