//! A column of another type beside the one whose place it will take: filled and kept up to date
//! under a name that no build knows.
//!
//! No client writes it, so that what keeps it is simple: before the switch it follows the column,
//! after the switch the retired column follows it.

mod agree;
mod lag;

use crate::model::names::{self, Position};
use crate::plan::safe::not_null;
use crate::plan::safe::violation;
use crate::plan::sql::ddl;
use crate::plan::sql::sea;
use crate::plan::swap::column::Part;
use crate::plan::swap::conversion::Conversion;
use crate::plan::swap::copies::Copies;
use crate::plan::swap::retype;
use crate::plan::triggers::sync::OUTSIDE_BACKFILL;
use crate::plan::triggers::writers_queue::Queue;
use crate::plan::{Backfill, NoRows, Phase, Statement, Step, Work};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::words::name::{ColumnName, Name, TableName};
use crate::syntax::words::sql::Sql;

pub(crate) struct Shadow {
    pub(crate) part: Part,
    pub(crate) convert: Conversion,
    /// The columns that change with it, itself included, and the columns that take their places:
    /// a foreign key's copy points at such a one.
    pub(crate) along: Vec<(ColumnName, Name)>,
    pub(crate) at: Position,
}

impl Shadow {
    pub(crate) fn name(&self) -> &TableName {
        self.part.name()
    }

    pub(crate) fn column(&self) -> &Name {
        &self.part.old.name
    }

    pub(crate) fn is_not_null(&self) -> bool {
        self.part.old.not_null
    }

    /// The new column as it is called at the time.
    fn new_as(&self, name: &Name) -> Column {
        Column { name: name.clone(), ..self.part.new.clone() }
    }

    fn internal(&self, purpose: &str) -> String {
        names::internal(self.name(), &[&self.column().text], purpose)
    }

    /// Returns what the new column is called until the switch.
    pub(crate) fn shadow(&self) -> Name {
        Self::shadow_of(self.name(), self.column())
    }

    pub(crate) fn shadow_of(table: &TableName, column: &Name) -> Name {
        Name::new(names::internal(table, &[&column.text], "new"))
    }

    /// Returns what the old column is called from the switch on.
    pub(crate) fn retired(&self) -> Name {
        Name::new(self.internal("old"))
    }

    /// The names, from the switch on, of what goes with the old column.
    pub(crate) fn retired_names(&self) -> Vec<Name> {
        let names = self.copies().index_names().into_iter();
        names.map(|(original, _)| names::retired(self.name(), &original)).collect()
    }

    pub(crate) fn copies(&self) -> Copies {
        let mut copies = Copies::of(&self.part.table, self.column(), &self.shadow());
        for (column, shadow) in &self.along {
            copies.point_at(&column.table, &column.name, shadow);
        }
        copies
    }

    /// The primary key that the column is part of.
    pub(crate) fn primary_key(&self) -> Option<&Constraint> {
        self.part.table.primary_key().filter(|key| key.needs(&self.column().text))
    }

    /// Before anything is there that could fail a client's write.
    pub(crate) fn require(&self) -> Option<Step> {
        let Conversion::Stated { up, .. } = &self.convert else { return None };
        let (violation, problem) = if self.part.new.not_null {
            let test =
                if self.part.new.ty.may_have_fields() { "is not distinct from" } else { "is" };
            (format!("({up}) {test} null"), format!("have no `{}` by `up`", self.column()))
        } else {
            // Reads each value as `up` does, which is what this is for.
            (
                format!("pg_catalog.num_nulls({up}) < 0"),
                format!("have no `{}` by `up`", self.column()),
            )
        };
        let work = Work::NoRows(NoRows {
            table: self.name().quoted(),
            violation,
            problem,
            help: "mend the rows, or let `up` say what becomes of them".into(),
        });
        Some(Step::new(Phase::Expand, "tries `up` on every row, with nothing locked", work))
    }

    /// Tells whether `up` may make one value of two where a key keeps them apart.
    pub(crate) fn may_make_equal(&self) -> bool {
        let is_stated = matches!(self.convert, Conversion::Stated { .. });
        is_stated && !self.copies().unique_keys().is_empty()
    }

    /// Looks for such rows, before a copy of the key fails a client's write.
    pub(crate) fn require_distinct(&self) -> Vec<Step> {
        if !self.may_make_equal() {
            return Vec::new();
        }
        let (shadow, up) = (self.shadow(), self.convert.up(&self.part.new));
        let made = format!("cast({up} as {})", self.part.new.ty.sql);
        let value = |name: &Name| if *name == shadow { made.clone() } else { name.quoted() };
        let keys = self.copies().unique_keys().into_iter();
        let keys = keys.map(|key| key.iter().map(value).collect::<Vec<_>>().join(", "));
        let why = "finds rows that `up` makes equal, with nothing locked";
        let step = |key: String| {
            let problem = format!("share their `{}` with another row, by `up`", self.column());
            let require = violation::required_distinct(self.name(), &key, problem);
            Step::new(Phase::Expand, why, Work::NoRows(require))
        };
        keys.map(step).collect()
    }

    pub(crate) fn install(&self) -> Step {
        let (table, shadow) = (self.name(), self.shadow());
        let bare = Column {
            name: shadow.clone(),
            default: None,
            not_null: false,
            identity: None,
            comment: None,
            ..self.part.new.clone()
        };
        let mut statements = vec![
            sea::add_column(table, &bare)
                .why("without a default: rows that are there must start as NULL, to be filled"),
        ];
        statements.extend(self.follow());
        let mut undo = self.follow_no_more();
        undo.push(sea::drop_column(table, &shadow));
        let why = format!(
            "the column that will be `{}`, under a name that no build knows, kept up to date by a trigger",
            self.column()
        );
        Step::transaction(Phase::Expand, why, statements).undo(undo)
    }

    pub(crate) fn backfill(&self) -> Step {
        let shadow = self.shadow().quoted();
        let up = self.convert.up(&self.part.new);
        let pending = match self.convert {
            Conversion::Cast => {
                let (shadow, old) = (self.new_as(&self.shadow()), &self.part.old);
                format!("{} and {}", shadow.is_null(""), old.is_not_null(""))
            }
            // A NULL may be what `up` gives.
            Conversion::Stated { .. } => {
                let value = format!("cast({up} as {})", self.part.new.ty.sql);
                format!("row({shadow})::record *<> row({value})::record")
            }
        };
        Step::new(
            Phase::Migrate,
            format!(
                "fills the new `{}` in the rows that no client has written since",
                self.column()
            ),
            Work::Backfill(Backfill {
                table: self.name().quoted(),
                set: vec![(self.shadow(), up)],
                pending,
                agrees: self.agreements(),
            }),
        )
    }

    /// Returns what the new column has to have before it can take the old one's place.
    pub(crate) fn complete(&self) -> Vec<Step> {
        let (table, shadow) = (self.name(), self.shadow());
        let mut steps = Vec::new();
        if self.part.new.not_null {
            steps.extend(not_null::tighten(table, &self.new_as(&shadow)));
        }
        steps.extend(self.copies().steps(table));
        steps.push(Step::transaction(
            Phase::Migrate,
            "a column without statistics would give bad plans from the switch on",
            vec![retype::analyze(&self.part.table, &self.new_as(&shadow))],
        ));
        steps
    }

    /// Keeps the new column up to date, before the switch.
    pub(crate) fn follow(&self) -> Vec<Statement> {
        let (column, shadow) = (self.column().quoted(), self.shadow().quoted());
        let value = match &self.convert {
            Conversion::Cast => format!("cast(new.{column} as {})", self.part.new.ty.sql),
            Conversion::Stated { up, .. } => self.computed(up),
        };
        let keys = self.copies().unique_keys();
        let queue = Queue { table: self.name(), keys: &keys };
        let declare = match queue.variables() {
            "" => String::new(),
            variables => format!("declare{variables}\n"),
        };
        let body = format!(
            "#variable_conflict use_column\n{declare}begin\n  new.{shadow} := {value};{}\n  return new;\nend",
            queue.body()
        );
        self.trigger("up", &body, "no client writes the new column, so the old one tells")
    }

    pub(crate) fn follow_no_more(&self) -> Vec<Statement> {
        self.no_trigger("up")
    }

    fn trigger(&self, purpose: &str, body: &str, why: &str) -> Vec<Statement> {
        let (table, function) = (self.name(), self.internal(purpose));
        let [insert, update] = self.triggers(purpose);
        // A trigger of the user's may change the column in a row that a backfill writes.
        let column = self.column().quoted();
        let changed = format!(
            "{OUTSIDE_BACKFILL}\n    or row(new.{column})::record *<> row(old.{column})::record"
        );
        vec![
            ddl::create_function(table, &function, body).why(why),
            ddl::create_trigger(table, &insert, "insert", OUTSIDE_BACKFILL, &function)
                .why("named to fire after your own triggers"),
            ddl::create_trigger(table, &update, "update", &changed, &function)
                .why("named to fire after your own triggers"),
            ddl::enable_always(table, &[&insert, &update])
                .why("for logical replication and restores too"),
        ]
    }

    fn triggers(&self, purpose: &str) -> [String; 2] {
        let function = self.internal(purpose);
        ["insert", "update"].map(|event| names::trigger(self.at, &function, event))
    }

    fn no_trigger(&self, purpose: &str) -> Vec<Statement> {
        let table = self.name();
        let triggers = self.triggers(purpose).into_iter();
        let mut statements: Vec<Statement> =
            triggers.map(|name| ddl::drop_trigger_if_exists(table, &name)).collect();
        statements.push(ddl::drop_function_if_exists(table, &self.internal(purpose)));
        statements
    }

    /// A user's expression names columns of the row.
    fn computed(&self, expression: &str) -> String {
        format!("(select {expression} from (select new.*) as {})", self.name().name.quoted())
    }

    /// The condition of a row that the old type has no room for, after the switch.
    pub(crate) fn unrepresentable(&self) -> String {
        let (column, retired) = (self.column().quoted(), self.retired().quoted());
        let retired_column = Column { name: self.retired(), ..self.part.old.clone() };
        let new = self.new_as(self.column());
        let lost = format!("{} and {}", retired_column.is_null(""), new.is_not_null(""));
        match &self.convert {
            Conversion::Cast => lost,
            // `up` may make a value of a NULL.
            Conversion::Stated { up, .. } => {
                let up = Sql { text: up.clone(), span: self.part.old.name.span }
                    .with(&self.column().text, &retired);
                format!(
                    "{lost}\n  and row({column})::record *<> row(cast({} as {}))::record",
                    up.text, self.part.new.ty.sql
                )
            }
        }
    }
}
