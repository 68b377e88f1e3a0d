//! The sync rule: while an old and a new column live side by side, triggers keep them equal,
//! whoever writes which (DESIGN, "The sync rule").

use crate::model::names::{self, Position};
use crate::plan::{Backfill, Mode, Phase, Statement, Step, Work, ddl, sql};
use crate::syntax::column::Column;
use crate::syntax::default::{Default, literal};
use crate::syntax::name::{Name, TableName};

/// The backfill writes both sides itself: running the rule would rewrite the old side wherever
/// `down` loses detail.
pub(crate) const OUTSIDE_BACKFILL: &str =
    "current_setting('changeover.backfill', true) is distinct from 'on'";

/// An old and a new column that hold the same.
pub(crate) struct Sync<'a> {
    pub(crate) table: &'a TableName,
    pub(crate) old: &'a Column,
    pub(crate) new: &'a Column,
    /// How to make one from the other; none where they are equal.
    pub(crate) convert: Option<Convert<'a>>,
    /// The unique keys that the new column shares with the old one.
    pub(crate) unique: Vec<Vec<Name>>,
    pub(crate) at: Position,
}

/// A transaction that writes more rows takes no more locks: the server's lock table is shared.
const LOCKS_OF_A_TRANSACTION: u32 = 16;

const QUEUE_VARIABLES: &str = "
  locks integer := coalesce(nullif(current_setting('changeover.locks', true), ''), '0');
  value bigint;";

pub(crate) struct Convert<'a> {
    /// The new column's value, an expression over the row.
    pub(crate) up: &'a str,
    /// The old column's value, an expression over the row.
    pub(crate) down: &'a str,
    /// What `up` makes of the old column's default, where that is one value.
    pub(crate) default: Option<Default>,
}

impl Sync<'_> {
    fn name(&self, purpose: &str) -> String {
        names::internal(self.table, &[&self.old.name.text, &self.new.name.text], purpose)
    }

    fn triggers(&self) -> [String; 2] {
        let function = self.name("sync");
        [names::trigger(self.at, &function, "insert"), names::trigger(self.at, &function, "update")]
    }

    /// Whether a row was filled shows in a column of its own where a NULL may be a value that
    /// `up` gave.
    fn marker(&self) -> Option<String> {
        self.convert.as_ref().map(|_| format!("\"{}\"", self.name("unfilled")))
    }

    /// The new column's default while both live. One that is volatile is the old column's alone:
    /// the trigger carries its value over.
    fn default(&self) -> Option<String> {
        let default = match &self.convert {
            Some(convert) => convert.default.as_ref()?,
            None => self.old.default.as_ref().filter(|default| !default.is_volatile())?,
        };
        Some(default.sql())
    }

    /// The new column's default that only the contract can give it.
    pub(crate) fn late_default(&self) -> Option<String> {
        let last = self.new.default.as_ref().map(Default::sql);
        if last == self.default() { None } else { last }
    }

    /// Adds the new column and the triggers, in one transaction.
    pub(crate) fn install(&self) -> Step {
        let [on_insert, on_update] = &self.triggers();
        let function = self.name("sync");
        let mut statements = vec![
            ddl::create_function(self.table, &function, &self.body())
                .why("carries the side that a client wrote over to the other; who wrote shows in the row alone"),
        ];
        let bare = Column { default: None, not_null: false, ..self.new.clone() };
        statements.push(
            sql::add_column(self.table, &bare)
                .why("without a default: rows that are there must start as NULL, to be filled"),
        );
        statements.extend(ddl::comment(self.table, &bare));
        if let Some(marker) = self.marker() {
            let clause = format!("add column {marker} boolean not null default true");
            statements.push(
                ddl::alter(self.table, &clause, Mode::AccessExclusive)
                    .why("true until the row is filled; a constant default touches no row"),
            );
        }
        if let Some(default) = self.default() {
            statements.push(
                ddl::set_default(self.table, &self.new.name, &default).why("for new rows alone"),
            );
        }
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
            "both columns from now on, kept equal for builds that write `{}` and builds that write `{}`; in one transaction, because no client may meet one without the other",
            self.old.name, self.new.name
        );
        let mut undo = self.remove();
        undo.push(sql::drop_column(self.table, &self.new.name));
        Step::transaction(Phase::Expand, why, statements).undo(undo)
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
            statements.push(ddl::alter(self.table, &clause, Mode::AccessExclusive));
        }
        statements
    }

    pub(crate) fn backfill(&self) -> Step {
        let new = self.new.name.quoted();
        let set = match (&self.convert, self.marker()) {
            (Some(convert), Some(marker)) => format!("{new} = {}, {marker} = false", convert.up),
            _ => format!("{new} = {}", self.old.name.quoted()),
        };
        Step::new(
            Phase::Migrate,
            format!("fills `{}` in the rows that no client has written since", self.new.name),
            Work::Backfill(Backfill {
                table: self.table.quoted(),
                set,
                pending: self.unfilled(""),
            }),
        )
    }

    /// The condition that a row was never filled.
    fn unfilled(&self, row: &str) -> String {
        match self.marker() {
            Some(marker) => format!("{row}{marker}"),
            None => format!(
                "{row}{} is null and {row}{} is not null",
                self.new.name.quoted(),
                self.old.name.quoted()
            ),
        }
    }

    fn update_when(&self) -> String {
        let (old, new) = (self.old.name.quoted(), self.new.name.quoted());
        format!(
            "{OUTSIDE_BACKFILL}\n    and (row(new.{old}, new.{new})::record *<> row(old.{old}, old.{new})::record or ({}))",
            self.unfilled("new.")
        )
    }

    /// The trigger function: who wrote shows in the row alone, so that it works through any
    /// pooler. `*<>` compares the images of two rows: it takes NULLs and types without `=`.
    fn body(&self) -> String {
        let (old, new) = (self.old.name.quoted(), self.new.name.quoted());
        let inserted = |column: &Column, default: Option<String>| {
            let default = default.unwrap_or_else(|| "null".into());
            format!(
                "row(new.{})::record *<> row(cast({default} as {}))::record",
                column.name.quoted(),
                column.ty.sql
            )
        };
        let new_inserted = inserted(self.new, self.default());
        // A value of a volatile default cannot be told from one that a client gave.
        let old_inserted = match &self.old.default {
            _ if self.old.identity.is_some() => "not new_given".to_owned(),
            Some(default) if default.is_volatile() => "not new_given".to_owned(),
            default => inserted(self.old, default.as_ref().map(Default::sql)),
        };
        let marked =
            self.marker().map_or(String::new(), |marker| format!("\n  new.{marker} := false;"));
        let (up, down) = (self.up(), self.down());
        let (held, queue) = self.queue();
        let unfilled = self.unfilled("old.");
        format!(
            "#variable_conflict use_column
declare
  new_given boolean;
  old_given boolean;
  unfilled boolean := true;{held}
begin
  -- `*<>` compares images: it takes nulls, and types that have no `=`
  if tg_op = 'INSERT' then
    new_given := {new_inserted};
    old_given := {old_inserted};
  else
    new_given := row(new.{new})::record *<> row(old.{new})::record;
    old_given := row(new.{old})::record *<> row(old.{old})::record;
    unfilled := {unfilled};
  end if;
  if new_given and not old_given then
    new.{old} := {down};
  elsif not new_given and (old_given or unfilled) then
    new.{new} := {up};
  end if;{marked}{queue}
  return new;
end"
        )
    }

    /// Two unique indexes hold the same values, and `on conflict` consults the one that it names:
    /// of two inserts of one new value at the same moment, the later would find the other index
    /// taken, and fail. So writers of one value queue here until the first is in both. They wait
    /// for some milliseconds at the most: past that `on conflict` sees the other's row by itself,
    /// and no deadlock can come of it.
    fn queue(&self) -> (&str, String) {
        if self.unique.is_empty() {
            return ("", String::new());
        }
        let queues: Vec<String> = self.unique.iter().map(|key| self.queue_of(key)).collect();
        (QUEUE_VARIABLES, queues.concat())
    }

    fn queue_of(&self, key: &[Name]) -> String {
        let of = |row: &str| {
            let columns = key.iter().map(|name| format!("{row}.{}", name.quoted()));
            columns.collect::<Vec<_>>().join(", ")
        };
        let (new, old) = (of("new"), of("old"));
        let salt = literal(&format!("{}{}", self.table.quoted(), of("")));
        format!(
            "
  -- two unique indexes hold this value, and `on conflict` consults one of them
  if locks < {LOCKS_OF_A_TRANSACTION} and num_nulls({new}) = 0
    and (tg_op = 'INSERT' or row({new})::record *<> row({old})::record) then
    locks := locks + 1;
    perform set_config('changeover.locks', locks::text, true);
    value := hashtextextended({salt} || row({new})::text, 0);
    for attempt in 1..10 loop
      exit when pg_try_advisory_xact_lock(value);
      perform pg_sleep(0.001);
    end loop;
  end if;"
        )
    }

    fn up(&self) -> String {
        match &self.convert {
            Some(convert) => self.computed(convert.up),
            None => format!("new.{}", self.old.name.quoted()),
        }
    }

    fn down(&self) -> String {
        match &self.convert {
            Some(convert) => self.computed(convert.down),
            None => format!("new.{}", self.new.name.quoted()),
        }
    }

    /// A user's expression names columns of the row.
    fn computed(&self, expression: &str) -> String {
        format!("(select {expression} from (select new.*) as {})", self.table.name.quoted())
    }
}
