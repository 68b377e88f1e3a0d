//! Whether a row that is written points at one that is there, asked with the rights of the table's
//! owner, as a foreign key asks: whoever may write the one table need not be able to read the other.

use crate::model::names::{self, Position};
use crate::plan::Statement;
use crate::plan::sql::ddl;
use crate::plan::triggers::definer::Definer;
use crate::plan::triggers::sync::OUTSIDE_BACKFILL;
use crate::syntax::words::name::{Name, TableName};

/// A trigger that looks, and tells the one that fires next. It does nothing else, because what it
/// does it does with rights that its caller may not have.
pub(crate) struct Look<'a> {
    pub(crate) table: &'a TableName,
    /// Where it looks.
    pub(crate) parent: &'a TableName,
    /// The constraint that it looks for.
    pub(crate) constraint: &'a Name,
    /// The condition of a row that points at none.
    pub(crate) missing: String,
    pub(crate) at: Position,
}

/// The condition that it found none.
pub(crate) const FOUND_NONE: &str =
    "pg_catalog.current_setting('changeover.found_none', true) = 'on'";

impl Look<'_> {
    fn function(&self) -> String {
        names::internal(self.table, &[&self.constraint.text], "look")
    }

    fn trigger(&self) -> String {
        names::first_trigger(self.at, &self.function(), "write")
    }

    pub(crate) fn install(&self) -> Vec<Statement> {
        let (function, trigger) = (self.function(), self.trigger());
        let mut statements =
            vec![Statement::free(format!("select from {} limit 0", self.parent.quoted())).why(
                "fails where policies hide rows from the owner, who would take them for missing",
            )];
        statements.extend(self.create());
        statements.extend([
            ddl::create_trigger(
                self.table,
                &trigger,
                "insert or update",
                OUTSIDE_BACKFILL,
                &function,
            )
            .why("looks for what the row points at"),
            ddl::enable_always(self.table, &[&trigger])
                .why("for logical replication and restores too"),
        ]);
        statements
    }

    fn create(&self) -> Vec<Statement> {
        let body = format!(
            "  perform set_config('changeover.found_none',\n    \
             case when {} then 'on' else 'off' end, true);\n",
            self.missing
        );
        let definer = Definer {
            table: self.table,
            name: self.function(),
            declare: &[],
            body: &body,
            why: "has its owner's rights: whoever may write a row need not be able to read what it \
                  points at",
        };
        definer.create()
    }

    pub(crate) fn remove(&self) -> Vec<Statement> {
        vec![
            ddl::drop_trigger_if_exists(self.table, &self.trigger()),
            ddl::drop_function_if_exists(self.table, &self.function()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_fires_before_what_it_tells() {
        for letters in 1..=63 {
            let name = |letter: &str| Name::new(letter.repeat(letters));
            let table = TableName { schema: None, name: name("T") };
            let (constraint, parent) = (name("9"), TableName { schema: None, name: name("p") });
            let at = Position { migration: 1, change: 1 };
            let look = Look {
                table: &table,
                parent: &parent,
                constraint: &constraint,
                missing: "true".into(),
                at,
            };
            let told = names::internal(&table, &[&constraint.text], "fill");
            assert!(look.trigger() < names::trigger(at, &told, "write"), "{}", look.trigger());
        }
    }
}
