//! `alter column … type`: where it touches the catalog alone, and where it may rewrite.

use crate::plan::around::Around;
use crate::plan::convert::{self, Cast};
use crate::plan::shadow::Convert;
use crate::plan::{Mode, Phase, Statement, Step, ddl};
use crate::syntax::column::Column;
use crate::syntax::name::TableName;
use crate::syntax::table::Table;

/// The steps that change the type in the catalog, which drivers do not notice.
pub(crate) fn in_place(table: &Table, old: &Column, new: &Column, around: &Around) -> Vec<Step> {
    let change = Change { table, using: None, around };
    let why = "the catalog alone: no row is read, no index is built";
    let mut step = Step::transaction(Phase::Expand, why, change.statements(old, new));
    if convert::cast(&new.ty, &old.ty) == Cast::InPlace {
        step = step.undo(change.statements(new, old));
    }
    let sql = format!("analyze {} ({})", table.name.quoted(), new.name.quoted());
    let why = "the change of type has dropped the column's statistics";
    let analyze = Statement::locking(sql, &table.name, Mode::ShareUpdateExclusive);
    vec![step, Step::transaction(Phase::Migrate, why, vec![analyze])]
}

/// The one-step form, which writes every row anew under its lock.
pub(crate) fn rewriting(
    table: &Table,
    (old, new): (&Column, &Column),
    convert: &Convert,
    around: &Around,
) -> Step {
    let (up, down) = match convert {
        Convert::Cast => {
            let cast = |ty: &str| format!("cast({} as {ty})", new.name.quoted());
            (cast(&new.ty.sql), cast(&old.ty.sql))
        }
        Convert::Stated { up, down } => (up.clone(), down.clone()),
    };
    let forth = Change { table, using: Some(up), around };
    let back = Change { table, using: Some(down), around };
    let why = "writes every row and builds every index of the column under its lock";
    Step::transaction(Phase::Expand, why, forth.statements(old, new))
        .undo(back.statements(new, old))
}

struct Change<'a> {
    table: &'a Table,
    using: Option<String>,
    around: &'a Around,
}

impl Change<'_> {
    fn statements(&self, from: &Column, to: &Column) -> Vec<Statement> {
        let table = &self.table.name;
        let column = to.name.quoted();
        let parents: Vec<TableName> = self
            .table
            .constraints
            .iter()
            .filter(|constraint| constraint.needs(&to.name.text))
            .filter_map(|constraint| constraint.parent().cloned())
            .collect();
        let mut statements = ddl::lock_parents(table, &parents, Mode::AccessExclusive);
        statements.extend(self.around.drop.iter().cloned());
        let same_name = |sql: &str| sql.split('(').next().map(str::to_owned);
        let other_name = same_name(&from.ty.sql) != same_name(&to.ty.sql);
        let drops_default = from.default.is_some() && (other_name || self.using.is_some());
        if drops_default {
            statements.push(ddl::drop_default(table, &to.name).why("it is of the old type"));
        }
        let mut clause = format!("alter column {column} type {}", to.ty.sql);
        if let Some(collate) = &to.collate {
            clause += &format!(" collate \"{}\"", collate.value());
        }
        if let Some(using) = &self.using {
            clause += &format!(" using {using}");
        }
        let mut alter = ddl::alter(table, &clause, Mode::AccessExclusive);
        for parent in &parents {
            alter = alter.and_locks(parent, Mode::AccessExclusive);
        }
        statements.push(alter);
        if let Some(default) =
            to.default.as_ref().filter(|_| drops_default || from.default.is_none())
        {
            statements.push(ddl::set_default(table, &to.name, &default.sql()));
        }
        statements.extend(self.around.create.iter().cloned());
        statements
    }
}
