//! Sequences: `create_sequence!`.

use super::options::Options;
use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::relation::Relation;
use crate::catalog::said;
use crate::session::executor::Rows;

pub(in crate::catalog::read) const KIND: Kind = Kind { sql: include_str!("sequences.sql"), say };

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let sequence = Relation::of(row);
        let options = Options::of(row, 3);
        let name = said::qualified(&sequence.name);
        let words: Vec<String> =
            [name].into_iter().chain(options.ty()).chain(options.said()).collect();
        let mut later = Vec::new();
        if row.is_true(10) {
            let text = format!("alter sequence {} set unlogged", sequence.sql());
            let reason = "no macro says that a sequence is unlogged";
            later.push(sequence.unsaid("persistence of the sequence", text, reason));
        }
        let text = format!("create_sequence!({});", words.join(", "));
        found.push(sequence.declared(DeclaredKind::Sequence, text));
        found.append(&mut later);
    }
}
