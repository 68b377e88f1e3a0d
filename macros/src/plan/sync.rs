//! The sync rule: while an old and a new shape live side by side, a column or several each,
//! triggers keep them equal, whoever writes which (DESIGN, "The sync rule").

use crate::model::names::{self, Position};
use crate::plan::dropped::{Dropped, ObjectKind};
use crate::plan::queue::Queue;
use crate::plan::{Backfill, Mode, Phase, Statement, Step, Work, ddl, sql};
use crate::syntax::column::Column;
use crate::syntax::default::Default;
use crate::syntax::name::{Name, TableName};

/// The backfill writes both sides itself: running the rule would rewrite the old side wherever
/// `down` loses detail.
pub(crate) const OUTSIDE_BACKFILL: &str =
    "current_setting('changeover.backfill', true) is distinct from 'on'";

/// An old and a new shape of the same values, a column or several each.
pub(crate) struct Sync<'a> {
    pub(crate) table: &'a TableName,
    pub(crate) old: Vec<Part<'a>>,
    pub(crate) new: Vec<Part<'a>>,
    /// The unique keys that the new shape shares with the old one.
    pub(crate) unique: Vec<Vec<Name>>,
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

    /// Whether an insert's value of it cannot be told from one that a client gave.
    fn is_unforeseen(&self) -> bool {
        self.column.identity.is_some() || self.default.as_ref().is_some_and(Default::is_volatile)
    }
}

impl Sync<'_> {
    fn name(&self, purpose: &str) -> String {
        let parts = self.old.iter().chain(&self.new);
        let columns: Vec<&str> = parts.map(|part| part.column.name.text.as_str()).collect();
        names::internal(self.table, &columns, purpose)
    }

    fn triggers(&self) -> [String; 2] {
        let function = self.name("sync");
        [names::trigger(self.at, &function, "insert"), names::trigger(self.at, &function, "update")]
    }

    /// Whether a row was filled shows in a column of its own where a NULL may be a value that
    /// `up` gave.
    fn marker(&self) -> Option<String> {
        let converts = self.new.iter().any(|part| part.from.is_some());
        converts.then(|| format!("\"{}\"", self.name("unfilled")))
    }

    /// The statements that give the new columns the defaults that they did not have until now.
    pub(crate) fn late_defaults(&self) -> Vec<Statement> {
        let late = |part: &Part| {
            let set = ddl::set_default(self.table, &part.column.name, &part.late_default()?);
            Some(set.why("until now the old column's, carried over by the trigger"))
        };
        self.new.iter().filter_map(late).collect()
    }

    /// Adds the new columns and the triggers, in one transaction.
    pub(crate) fn install(&self) -> Step {
        let [on_insert, on_update] = &self.triggers();
        let function = self.name("sync");
        let mut statements = vec![
            ddl::create_function(self.table, &function, &self.body())
                .why("carries the side that a client wrote over to the other; who wrote shows in the row alone"),
        ];
        statements.extend(self.add_columns());
        statements.push(
            ddl::create_trigger(self.table, on_insert, "insert", OUTSIDE_BACKFILL, &function)
                .why("named to fire after your own triggers"),
        );
        statements.push(
            ddl::create_trigger(self.table, on_update, "update", &self.update_when(), &function)
                .why("updates of other columns pass it by"),
        );
        statements.push(
            ddl::enable_always(self.table, &[on_insert, on_update])
                .why("for logical replication and restores too"),
        );
        let why = format!(
            "{} from now on, kept equal for builds that write {} and builds that write {}; in one transaction, because no client may meet one without the other",
            if self.is_of_columns() { "both columns" } else { "both shapes" },
            listed(&self.old),
            listed(&self.new)
        );
        let mut undo = self.remove();
        undo.extend(self.new.iter().map(|part| sql::drop_column(self.table, &part.column.name)));
        Step::transaction(Phase::Expand, why, statements).undo(undo)
    }

    /// Whether each shape is one column.
    fn is_of_columns(&self) -> bool {
        self.old.len() == 1 && self.new.len() == 1
    }

    fn add_columns(&self) -> Vec<Statement> {
        let mut statements = Vec::new();
        for part in &self.new {
            let bare = Column { default: None, not_null: false, ..part.column.clone() };
            statements
                .push(sql::add_column(self.table, &bare).why(
                    "without a default: rows that are there must start as NULL, to be filled",
                ));
            statements.extend(ddl::describe(self.table, &bare));
        }
        if let Some(marker) = self.marker() {
            let clause = format!("add column {marker} boolean not null default true");
            statements.push(
                ddl::alter(self.table, &clause, Mode::AccessExclusive)
                    .why("true until the row is filled; a constant default touches no row"),
            );
        }
        for part in &self.new {
            let Some(default) = &part.default else { continue };
            statements.push(
                ddl::set_default(self.table, &part.column.name, &default.sql())
                    .why("for new rows alone"),
            );
        }
        statements
    }

    /// The statements that remove the triggers and what they needed.
    pub(crate) fn remove(&self) -> Vec<Statement> {
        let mut statements: Vec<Statement> = self
            .triggers()
            .iter()
            .map(|trigger| ddl::drop_trigger_if_exists(self.table, trigger))
            .collect();
        statements.push(ddl::drop_function_if_exists(self.table, &self.name("sync")));
        if let Some(marker) = self.marker() {
            let clause = format!("drop column {marker}");
            let drop = ddl::alter(self.table, &clause, Mode::AccessExclusive);
            statements.push(drop.drops(Dropped::part(
                ObjectKind::Column,
                self.table,
                &self.name("unfilled"),
            )));
        }
        statements
    }

    pub(crate) fn backfill(&self) -> Step {
        let mut set: Vec<String> = self
            .new
            .iter()
            .map(|part| format!("{} = {}", part.name(), part.from.unwrap_or(&self.old[0].name())))
            .collect();
        set.extend(self.marker().map(|marker| format!("{marker} = false")));
        Step::new(
            Phase::Migrate,
            format!("fills {} in the rows that no client has written since", listed(&self.new)),
            Work::Backfill(Backfill {
                table: self.table.quoted(),
                set: set.join(", "),
                pending: self.unfilled(""),
            }),
        )
    }

    /// The condition that a row was never filled.
    fn unfilled(&self, row: &str) -> String {
        if let Some(marker) = self.marker() {
            return format!("{row}{marker}");
        }
        let (new, old) = (self.new[0].name(), self.old[0].name());
        format!("{row}{new} is null and {row}{old} is not null")
    }

    fn update_when(&self) -> String {
        let all = || self.old.iter().chain(&self.new);
        format!("{OUTSIDE_BACKFILL}\n    and ({} or ({}))", changed(all()), self.unfilled("new."))
    }

    /// The trigger function: who wrote shows in the row alone, so that it works through any
    /// pooler. `*<>` compares the images of two rows: it takes NULLs and types without `=`.
    fn body(&self) -> String {
        let marked =
            self.marker().map_or(String::new(), |marker| format!("\n  new.{marker} := false;"));
        let queue = Queue { table: self.table, keys: &self.unique };
        format!(
            "#variable_conflict use_column
declare
  new_given boolean;
  old_given boolean;
  unfilled boolean := true;{}
begin
  -- `*<>` compares images: it takes nulls, and types that have no `=`
  if tg_op = 'INSERT' then
    new_given := {};
    old_given := {};
  else
    new_given := {};
    old_given := {};
    unfilled := {};{}
  end if;
  if new_given and not old_given then{}
  elsif not new_given and (old_given or unfilled) then{}
  end if;{marked}{}
  return new;
end",
            queue.variables(),
            inserted(&self.new),
            inserted(&self.old),
            changed(&self.new),
            changed(&self.old),
            self.unfilled("old."),
            self.completed(),
            self.carried_back(),
            self.carried(&self.new, &self.old),
            queue.body(),
        )
    }

    /// What a client that writes one new column leaves out is, in a row that was never filled, not
    /// what it saw: it gets its value first.
    fn completed(&self) -> String {
        if self.new.len() == 1 {
            return String::new();
        }
        let complete = |part: &Part| {
            let (name, from) = (part.name(), self.computed(part.from.unwrap_or_default()));
            format!(
                "\n      if {} then\n        new.{name} := {from};\n      end if;",
                unchanged(part)
            )
        };
        let columns: Vec<String> = self.new.iter().map(complete).collect();
        format!("\n    if unfilled and new_given then{}\n    end if;", columns.concat())
    }

    /// The assignments that make one shape from the other.
    fn carried(&self, to: &[Part], from: &[Part]) -> String {
        let assign = |part| format!("\n    {}", self.assigned(part, from));
        to.iter().map(assign).collect()
    }

    /// Those that make the old shape. A value that it has no room for must fail no write of a new
    /// build.
    fn carried_back(&self) -> String {
        let assign = |part: &Part| {
            let (name, assign) = (part.name(), self.assigned(part, &self.new));
            if part.from.is_none() || part.column.not_null {
                return format!("\n    {assign}");
            }
            format!(
                "
    -- null where the old column has no room for it
    begin
      {assign}
    exception when data_exception or integrity_constraint_violation then
      new.{name} := null;
    end;"
            )
        };
        self.old.iter().map(assign).collect()
    }

    fn assigned(&self, part: &Part, from: &[Part]) -> String {
        let value = match part.from {
            Some(expression) => self.computed(expression),
            None => format!("new.{}", from[0].name()),
        };
        format!("new.{} := {value};", part.name())
    }

    /// A user's expression names columns of the row.
    fn computed(&self, expression: &str) -> String {
        format!("(select {expression} from (select new.*) as {})", self.table.name.quoted())
    }
}

/// `` `a`, `b` ``
fn listed(parts: &[Part]) -> String {
    let names: Vec<String> = parts.iter().map(|part| format!("`{}`", part.column.name)).collect();
    names.join(", ")
}

/// The condition that an update changes one of these columns.
fn changed<'a>(parts: impl IntoIterator<Item = &'a Part<'a>>) -> String {
    let names: Vec<String> = parts.into_iter().map(Part::name).collect();
    let of = |row: &str| names.iter().map(|name| format!("{row}.{name}")).collect::<Vec<_>>();
    format!("row({})::record *<> row({})::record", of("new").join(", "), of("old").join(", "))
}

fn unchanged(part: &Part) -> String {
    let name = part.name();
    format!("row(new.{name})::record *= row(old.{name})::record")
}

/// The condition that an insert gives one of these columns: that it is not its default.
fn inserted(parts: &[Part]) -> String {
    let foreseen: Vec<&Part> = parts.iter().filter(|part| !part.is_unforeseen()).collect();
    if foreseen.is_empty() {
        return "not new_given".into();
    }
    let names: Vec<String> = foreseen.iter().map(|part| format!("new.{}", part.name())).collect();
    let default = |part: &&Part| {
        let default = part.default.as_ref().map_or_else(|| "null".into(), Default::sql);
        format!("cast({default} as {})", part.column.ty.sql)
    };
    let defaults: Vec<String> = foreseen.iter().map(default).collect();
    format!("row({})::record *<> row({})::record", names.join(", "), defaults.join(", "))
}
