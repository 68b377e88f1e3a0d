//! What adds a new shape and the triggers that keep it equal to the old one.

use super::{Part, Sync, listed};
use crate::plan::sql::ddl;
use crate::plan::sql::sea;
use crate::plan::triggers::your_triggers::{self, LAST};
use crate::plan::{Mode, Phase, Statement, Step};
use crate::syntax::tables::column::Column;

impl Sync<'_> {
    /// Adds the new columns and the triggers, in one transaction.
    pub(super) fn install(&self) -> Step {
        let [on_insert, on_update] = &self.triggers();
        let mut statements = vec![self.function()];
        statements.extend(self.add_columns());
        statements.extend(self.defaults());
        statements.extend([
            self.trigger(on_insert),
            self.trigger(on_update),
            ddl::enable_always(self.table, &[on_insert, on_update])
                .why("for logical replication and restores too"),
            your_triggers::sync_first(self.table),
        ]);
        let why = format!(
            "{}; in one transaction, because no client may meet one without the other",
            self.purpose()
        );
        let mut undo = self.remove();
        undo.extend(self.drop_columns());
        Step::transaction(Phase::Expand, why, statements).undo(undo)
    }

    /// Adds the same to a table of many partitions, each part in a transaction of its own: all that keeps
    /// readers out is one `alter table`, and what keeps writers out comes in two parts.
    ///
    /// What is not there yet leaves rows unfilled, as the backfill finds them, which is all that may
    /// come of it: a row that is inserted without its trigger is filled by the trigger of the updates
    /// or later, so that this one comes first; a default comes with the trigger that knows it.
    pub(super) fn install_in_parts(&self) -> Vec<Step> {
        let [on_insert, on_update] = &self.triggers();
        let always = |name: &String| {
            ddl::enable_always(self.table, &[name]).why("for logical replication and restores too")
        };
        let columns = Step::transaction(
            Phase::Expand,
            "the new shape, which nobody writes yet; by itself, because it keeps readers out for as long as it takes on each partition",
            ddl::in_one_alter(self.table, self.add_columns()),
        );
        let mut undo: Vec<Statement> =
            self.hidden().map(|purpose| self.drop_hidden(purpose)).collect();
        undo.extend(self.drop_columns());
        let updates = Step::transaction(
            Phase::Expand,
            "updates first: what they meet unfilled is filled",
            vec![self.function(), self.trigger(on_update), always(on_update)],
        );
        let mut statements = self.defaults();
        statements.extend([
            self.trigger(on_insert),
            always(on_insert),
            your_triggers::sync_first(self.table),
        ]);
        let inserts = Step::transaction(Phase::Expand, self.purpose(), statements);
        vec![
            columns.undo(undo),
            updates.undo(self.remove_trigger(on_update)),
            inserts.undo(self.remove_trigger(on_insert)),
        ]
    }

    fn purpose(&self) -> String {
        format!(
            "{} from now on, kept equal for builds that write {} and builds that write {}",
            if self.is_of_columns() { "both columns" } else { "both shapes" },
            listed(&self.old),
            listed(&self.new)
        )
    }

    fn function(&self) -> Statement {
        ddl::create_function(self.table, &self.name("sync"), &self.body())
            .why("carries the side that a client wrote over to the other; who wrote shows in the row alone")
    }

    fn trigger(&self, name: &str) -> Statement {
        let (function, last) = (self.name("sync"), format!("'{LAST}'"));
        let ([on_insert, _], (insert, update)) = (self.triggers(), self.when());
        let create = |event, when: &str| {
            ddl::create_trigger_with(self.table, name, event, when, (&function, &last))
        };
        if name == on_insert {
            return create("insert", &insert).why("named to fire after your own triggers");
        }
        create("update", &update).why("updates of other columns pass it by")
    }

    fn drop_columns(&self) -> impl Iterator<Item = Statement> {
        let columns = self.new.iter().map(|part| &part.column.name);
        columns.map(|name| sea::drop_column(self.table, name).unlisted())
    }

    fn add_columns(&self) -> Vec<Statement> {
        let mut statements = Vec::new();
        for part in &self.new {
            let bare = Column { default: None, not_null: false, ..part.column.clone() };
            statements
                .push(sea::add_column(self.table, &bare).why(
                    "without a default: rows that are there must start as NULL, to be filled",
                ));
            statements.extend(ddl::describe(self.table, &bare));
        }
        if let Some(marker) = self.marker() {
            let name = self.name("unfilled");
            let clause = format!("add column {marker} boolean not null default true");
            statements.push(
                ddl::alter(self.table, &clause, Mode::AccessExclusive)
                    .adding_column(self.table, &name, true)
                    .why("true until the row is filled; a constant default touches no row"),
            );
        }
        let clause = format!("add column {} text[]", self.image());
        statements.push(
            ddl::alter(self.table, &clause, Mode::AccessExclusive)
                .adding_column(self.table, &self.name("image"), false)
                .why("for the triggers' own use; null in every row that is stored"),
        );
        statements
    }

    fn defaults(&self) -> Vec<Statement> {
        let set = |part: &Part| {
            let set =
                ddl::set_default(self.table, &part.column.name, &part.default.as_ref()?.sql());
            Some(set.why("for new rows alone"))
        };
        self.new.iter().filter_map(set).collect()
    }
}
