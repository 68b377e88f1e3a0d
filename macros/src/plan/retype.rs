//! `alter column … type`: where it touches the catalog alone, and where it may rewrite.

use crate::plan::around::Around;
use crate::plan::part::{self, Part};
use crate::plan::shadow::Convert;
use crate::plan::{Mode, Phase, Statement, Step, ddl};
use crate::syntax::column::Column;
use crate::syntax::table::Table;

/// The steps that change the type in the catalog, which drivers do not notice.
pub(crate) fn in_place(parts: &[Part], around: &Around, is_reversible: bool) -> Vec<Step> {
    let retype = Retype { parts, using: None, around };
    let why = "the catalog alone: no row is read, no index is built";
    let mut step = Step::transaction(Phase::Expand, why, retype.forth());
    if is_reversible {
        step = step.undo(retype.back());
    }
    let analyze = parts.iter().map(|part| analyze(&part.table, &part.new));
    let why = "the change of type has dropped the column's statistics";
    vec![step, Step::transaction(Phase::Migrate, why, analyze.collect())]
}

pub(crate) fn analyze(table: &Table, column: &Column) -> Statement {
    let sql = format!("analyze {} ({})", table.name.quoted(), column.name.quoted());
    Statement::locking(sql, &table.name, Mode::ShareUpdateExclusive)
}

/// The one-step form, which writes every row anew under its lock.
pub(crate) fn rewriting(parts: &[Part], convert: &Convert, around: &Around) -> Step {
    let retype = Retype { parts, using: Some(convert), around };
    let why = "writes every row and builds every index of the column under its lock";
    Step::transaction(Phase::Expand, why, retype.forth()).undo(retype.back())
}

struct Retype<'a> {
    parts: &'a [Part],
    using: Option<&'a Convert>,
    around: &'a Around,
}

impl Retype<'_> {
    fn forth(&self) -> Vec<Statement> {
        let changes = self.parts.iter().map(|part| {
            let using = self.using.map(|convert| convert.up(&part.new));
            self.alter(part, &part.old, &part.new, using)
        });
        self.around(changes.flatten().collect())
    }

    fn back(&self) -> Vec<Statement> {
        let changes = self.parts.iter().map(|part| {
            let using = self.using.map(|convert| convert.down(&part.old));
            self.alter(part, &part.new, &part.old, using)
        });
        self.around(changes.flatten().collect())
    }

    fn around(&self, changes: Vec<Statement>) -> Vec<Statement> {
        let mut statements =
            part::lock(&self.parts.iter().collect::<Vec<_>>(), Mode::AccessExclusive);
        statements.extend(self.around.drop());
        statements.extend(changes);
        statements.extend(self.around.create());
        statements
    }

    fn alter(
        &self,
        part: &Part,
        from: &Column,
        to: &Column,
        using: Option<String>,
    ) -> Vec<Statement> {
        let table = part.name();
        let mut statements = Vec::new();
        if from.default.is_some() {
            statements.push(ddl::drop_default(table, &to.name).why("it is of the old type"));
        }
        let mut clause = vec![format!("alter column {} type {}", to.name.quoted(), to.ty.sql)];
        clause.extend(to.collate.as_ref().map(|name| format!("collate \"{}\"", name.value())));
        clause.extend(using.map(|using| format!("using {using}")));
        let mut alter = ddl::alter(table, &clause.join(" "), Mode::AccessExclusive);
        // A foreign key is made anew with its column, and locks both tables.
        let tables = part.constraints().filter_map(|constraint| constraint.parent());
        for other in tables.chain(self.parts.iter().map(Part::name)).filter(|name| *name != table) {
            alter = alter.and_locks(other, Mode::AccessExclusive);
        }
        statements.push(alter);
        if let Some(default) = &to.default {
            statements.push(ddl::set_default(table, &to.name, &default.sql()));
        }
        statements
    }
}
