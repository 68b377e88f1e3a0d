//! The sync rule: while an old and a new shape live side by side, a column or several each,
//! triggers keep them equal, whoever writes which.

mod function;
mod install;

use crate::model::names::{self, Position};
use crate::plan::agreement::{Agreement, Equality};
use crate::plan::sql::ddl;
use crate::plan::triggers::your_triggers::{self, Place};
use crate::plan::{Backfill, Mode, Phase, Statement, Step, Work};
use crate::syntax::tables::column::Column;
use crate::syntax::values::default::Default;
use crate::syntax::words::name::{Name, TableName};

/// The backfill writes both sides itself: running the rule would rewrite the old side wherever
/// `down` loses detail. It says which transaction it is, so that no setting which a client made or
/// a pooler left on the session takes another one for it. What a trigger of the user's writes while
/// it fires for the backfill is a client's write (manual, `pg_trigger_depth`).
pub(crate) const OUTSIDE_BACKFILL: &str =
    "((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)";

/// The same within a trigger's function, which is one deeper.
fn outside_backfill_within() -> String {
    OUTSIDE_BACKFILL.replace("pg_trigger_depth() > 0", "pg_trigger_depth() > 1")
}

/// An old and a new shape of the same values, a column or several each.
pub(crate) struct Sync<'a> {
    pub(crate) table: &'a TableName,
    pub(crate) old: Vec<Part<'a>>,
    pub(crate) new: Vec<Part<'a>>,
    /// The unique keys that the new shape shares with the old one.
    pub(crate) unique: Vec<Vec<Name>>,
    /// Whether what is done to the table is done to each of its partitions as well, of which there may be
    /// thousands.
    pub(crate) is_partitioned: bool,
    pub(crate) at: Position,
}

/// A column of one shape.
pub(crate) struct Part<'a> {
    pub(crate) column: &'a Column,
    /// How it is made from the other shape, an expression over the row; none where each shape is
    /// one column, and they are equal.
    pub(crate) from: Option<&'a str>,
    /// Its default while both live. A new column has none that is volatile: the old column's value
    /// is carried over by the trigger.
    pub(crate) default: Option<Default>,
}

impl<'a> Part<'a> {
    pub(crate) fn old(column: &'a Column, from: Option<&'a str>) -> Self {
        Part { column, from, default: column.default.clone() }
    }

    fn name(&self) -> String {
        self.column.name.quoted()
    }

    /// The default that only the contract can give it.
    fn late_default(&self) -> Option<String> {
        let last = self.column.default.as_ref().map(Default::sql);
        if last == self.default.as_ref().map(Default::sql) { None } else { last }
    }

    /// Tells whether an insert's value of it cannot be told from one that a client gave.
    fn is_unforeseen(&self) -> bool {
        self.column.identity.is_some() || self.default.as_ref().is_some_and(Default::is_volatile)
    }
}

impl<'a> Sync<'a> {
    fn name(&self, purpose: &str) -> String {
        let parts = self.old.iter().chain(&self.new);
        let columns: Vec<&str> = parts.map(|part| part.column.name.text.as_str()).collect();
        names::internal(self.table, &columns, purpose)
    }

    fn triggers(&self) -> [String; 2] {
        let function = self.name("sync");
        [names::trigger(self.at, &function, "insert"), names::trigger(self.at, &function, "update")]
    }

    /// Tells whether a row was filled shows in a column of its own where a NULL may be a value that
    /// `up` gave.
    fn marker(&self) -> Option<String> {
        let converts = self.new.iter().any(|part| part.from.is_some());
        converts.then(|| format!("\"{}\"", self.name("unfilled")))
    }

    /// The trigger that fires before the user's own leaves here what it made of the row, and the one
    /// that fires after them takes it away: what differs from it then is theirs.
    fn image(&self) -> String {
        format!("\"{}\"", self.name("image"))
    }

    fn names(parts: &[Part<'a>]) -> Vec<&'a Name> {
        parts.iter().map(|part| &part.column.name).collect()
    }

    /// The statements that give the new columns the defaults that they did not have until now.
    pub(crate) fn late_defaults(&self) -> Vec<Statement> {
        let late = |part: &Part| {
            let set = ddl::set_default(self.table, &part.column.name, &part.late_default()?);
            Some(set.why("until now the old column's, carried over by the trigger"))
        };
        self.new.iter().filter_map(late).collect()
    }

    /// Tells whether each shape is one column.
    fn is_of_columns(&self) -> bool {
        self.old.len() == 1 && self.new.len() == 1
    }

    /// The statements that remove the triggers and what they needed.
    fn remove(&self) -> Vec<Statement> {
        let [on_insert, on_update] = self.triggers();
        let triggers = [your_triggers::first(&on_insert), on_insert, on_update];
        let mut statements: Vec<Statement> =
            triggers.iter().map(|name| ddl::drop_trigger_if_exists(self.table, name)).collect();
        statements.push(ddl::drop_function_if_exists(self.table, &self.name("sync")));
        statements.extend(self.hidden().map(|purpose| self.drop_hidden(purpose)));
        statements
    }

    /// The statements that remove one of the triggers, and with the one of the updates the function.
    fn remove_trigger(&self, name: &str) -> Vec<Statement> {
        let [on_insert, _] = self.triggers();
        let drop = |name: &str| ddl::drop_trigger_if_exists(self.table, name);
        if name == on_insert {
            return vec![drop(&your_triggers::first(name)), drop(name)];
        }
        vec![drop(name), ddl::drop_function_if_exists(self.table, &self.name("sync"))]
    }

    /// What the hidden columns are for.
    fn hidden(&self) -> impl Iterator<Item = &'static str> {
        ["image"].into_iter().chain(self.marker().map(|_| "unfilled"))
    }

    /// Whatever depends on a hidden column depends on the columns beside it.
    fn drop_hidden(&self, purpose: &str) -> Statement {
        let name = self.name(purpose);
        let clause = format!("drop column \"{name}\"");
        let drop = ddl::alter(self.table, &clause, Mode::AccessExclusive).altering(self.table);
        drop.changing_part(self.table, name)
    }

    /// The statements of the contract that remove the triggers, before the old columns go.
    pub(crate) fn finish(&self) -> Vec<Statement> {
        let mut statements = self.remove();
        statements.push(your_triggers::narrow(self.table, &Self::names(&self.old)));
        statements
    }

    /// From Expand until both shapes are equal.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps =
            if self.is_partitioned { self.install_in_parts() } else { vec![self.install()] };
        steps.extend([self.backfill(), self.widen()]);
        steps
    }

    /// After the backfill, which would fire such triggers for each row.
    fn widen(&self) -> Step {
        let (old, new) = (Self::names(&self.old), Self::names(&self.new));
        let why = format!(
            "lets triggers of your own that list {} in `update of` fire for {} too",
            listed(&self.old),
            listed(&self.new)
        );
        let widen = your_triggers::widen(self.table, &old, Place::After, &new);
        let widen = your_triggers::where_listed(widen, self.table, &old);
        let narrow = your_triggers::narrow(self.table, &new);
        let narrow = your_triggers::where_listed(narrow, self.table, &new);
        Step::transaction(Phase::Migrate, why, vec![widen]).undo(vec![narrow])
    }

    fn backfill(&self) -> Step {
        let old = self.old[0].name();
        let filled = |part: &Part| (part.column.name.clone(), part.from.unwrap_or(&old).to_owned());
        let mut set: Vec<(Name, String)> = self.new.iter().map(filled).collect();
        let marker = self.marker().map(|_| Name::new(self.name("unfilled")));
        set.extend(marker.map(|marker| (marker, "false".to_owned())));
        Step::new(
            Phase::Migrate,
            format!("fills {} in the rows that no client has written since", listed(&self.new)),
            Work::Backfill(Backfill {
                table: self.table.quoted(),
                set,
                pending: self.unfilled(""),
                agrees: vec![self.agreement()],
            }),
        )
    }

    /// That one shape is what the rule makes of the other.
    fn agreement(&self) -> Agreement {
        let names = |parts: &[Part]| listed(parts);
        let differing =
            format!("in which {} and {} do not agree", names(&self.old), names(&self.new));
        let converts = self.old.iter().chain(&self.new).any(|part| part.from.is_some());
        let ways = if converts {
            let forward = self.new.iter().map(|part| {
                let old = self.old[0].name();
                Equality::value(&part.column.name, &part.column.ty, part.from.unwrap_or(&old))
            });
            let backward = self.old.iter().map(|part| {
                let (name, ty, new) = (&part.column.name, &part.column.ty, self.new[0].name());
                let from = part.from.unwrap_or(&new);
                if part.from.is_none() || part.column.not_null {
                    Equality::value(name, ty, from)
                } else {
                    Equality::value_or_null(name, ty, from)
                }
            });
            vec![forward.collect(), backward.collect()]
        } else {
            let (old, new) = (self.old[0].name(), self.new[0].name());
            vec![vec![Equality::of(format!("row({old})::record *= row({new})::record"))]]
        };
        let made_by = self.old.iter().chain(&self.new).filter_map(|part| part.from);
        Agreement::new(self.table.quoted(), differing, ways).made_by(made_by)
    }

    /// The condition that a row was never filled.
    fn unfilled(&self, row: &str) -> String {
        if let Some(marker) = self.marker() {
            return format!("{row}{marker}");
        }
        let (new, old) = (self.new[0].column, self.old[0].column);
        format!("{} and {}", new.is_null(row), old.is_not_null(row))
    }

    /// The conditions that the last triggers fire on, on an insert and on an update.
    fn when(&self) -> (String, String) {
        let handed = format!("new.{} is not null", self.image());
        let written = changed(self.old.iter().chain(&self.new));
        let update = format!(
            "{handed}\n    or {OUTSIDE_BACKFILL}\n    and ({written} or ({}))",
            self.unfilled("new.")
        );
        (format!("{handed} or {OUTSIDE_BACKFILL}"), update)
    }
}

/// `` `a`, `b` ``
fn listed(parts: &[Part]) -> String {
    let names: Vec<String> = parts.iter().map(|part| format!("`{}`", part.column.name)).collect();
    names.join(", ")
}

/// The condition that an update changes one of these columns.
fn changed<'a>(parts: impl IntoIterator<Item = &'a Part<'a>>) -> String {
    let parts: Vec<&Part> = parts.into_iter().collect();
    format!(
        "{}::record *<> {}::record",
        row("new", parts.iter().copied()),
        row("old", parts.iter().copied())
    )
}

/// `row(new.a, new.b)`
fn row<'a>(of: &str, parts: impl IntoIterator<Item = &'a Part<'a>>) -> String {
    let columns: Vec<String> =
        parts.into_iter().map(|part| format!("{of}.{}", part.name())).collect();
    format!("row({})", columns.join(", "))
}
