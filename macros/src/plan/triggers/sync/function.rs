//! The function of the triggers, which carries what a client wrote over to the other shape.

use super::{Part, Sync, changed, outside_backfill_within, row};
use crate::plan::triggers::writers_queue::Queue;
use crate::plan::triggers::your_triggers::FIRST;

impl Sync<'_> {
    /// The trigger function: who wrote shows in the row alone, so that it works through any
    /// pooler. `*<>` compares the images of two rows: it takes NULLs and types without `=`.
    pub(super) fn body(&self) -> String {
        let marked =
            self.marker().map_or(String::new(), |marker| format!("\n  new.{marker} := false;"));
        let queue = Queue { table: self.table, keys: &self.unique };
        let image = self.image();
        let (old, new) = (row("new", &self.old), row("new", &self.new));
        format!(
            "#variable_conflict use_column
declare
  new_given boolean := false;
  old_given boolean := false;
  unfilled boolean := true;{}
begin
  -- `*<>` compares images: it takes nulls, and types that have no `=`
  if new.{image} is not null then
    -- both names were equal before your own triggers fired: what is not so any more is theirs
    old_given := {old}::text <> new.{image}[1];
    new_given := {new}::text <> new.{image}[2];
    unfilled := false;
  elsif not {} then
    unfilled := false;
  elsif tg_op = 'INSERT' then
    new_given := {};
    old_given := {};
  else
    new_given := {};
    old_given := {};
    unfilled := {};{}
  end if;
  if new_given and not old_given then{}
  elsif not new_given and (old_given or unfilled) then{}
  end if;{marked}
  if tg_argv[0] = '{FIRST}' then
    new.{image} := array[{old}::text, {new}::text];
    return new;
  end if;
  new.{image} := null;{}
  return new;
end",
            queue.variables(),
            outside_backfill_within(),
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

    /// Returns what a client that writes one new column leaves out is, in a row that was never
    /// filled, not what it saw: it gets its value first.
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
    let (plain, defaulted): (Vec<&Part>, Vec<&Part>) =
        foreseen.into_iter().partition(|part| part.default.is_none());
    let of_new = |part: &Part| format!("new.{}", part.name());
    let plain: Vec<String> = plain.into_iter().map(of_new).collect();
    let null = format!("pg_catalog.num_nonnulls({}) > 0", plain.join(", "));
    // Images of one type: what the server has need not be declared to the letter.
    let defaults = defaulted.iter().filter_map(|part| {
        let (ty, default) = (&part.column.ty, part.default.as_ref()?.sql());
        let (bare, value) = (ty.without_limit(), of_new(part));
        Some((format!("cast({value} as {bare})"), format!("cast({default} as {})", ty.sql)))
    });
    let (values, defaults): (Vec<String>, Vec<String>) = defaults.unzip();
    let image =
        format!("row({})::record *<> row({})::record", values.join(", "), defaults.join(", "));
    match (plain.is_empty(), defaults.is_empty()) {
        (false, true) => null,
        (true, _) => image,
        (false, false) => format!("{null} or {image}"),
    }
}
