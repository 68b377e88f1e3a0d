//! `alter column … type`: where it touches the catalog alone, and where it may rewrite.

use crate::plan::shared::carry_over::Around;
use crate::plan::sql::ddl;
use crate::plan::swap::column::{self, Part};
use crate::plan::swap::column_sequence::ColumnSequence;
use crate::plan::swap::conversion::Conversion;
use crate::plan::swap::sequence_owner;
use crate::plan::{Mode, NoRows, Phase, Statement, Step};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::table::Table;
use crate::syntax::values::comparison::Comparison;

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
    Statement::locking(sql, &table.name, Mode::ShareUpdateExclusive).reading_rows()
}

/// The one-step form, which writes every row anew under its lock.
pub(crate) fn rewriting(parts: &[Part], convert: &Conversion, around: &Around) -> Step {
    let retype = Retype { parts, using: Some(convert), around };
    let why = "writes every row and builds every index of the column under its lock";
    Step::transaction(Phase::Expand, why, retype.forth()).undo(retype.back())
}

/// Returns what the way back asks of a column that was rewritten: whether each of its values, and
/// the numbers that it took, have a place in the old type.
pub(crate) fn asked_before_undo(part: &Part, convert: &Conversion) -> Vec<NoRows> {
    let value = NoRows {
        table: part.name().quoted(),
        violation: has_no_place(part, convert),
        problem: format!("hold a `{}` that `{}` cannot", part.new.name, part.old.ty),
        help: "change them, or keep the new type".into(),
    };
    [value].into_iter().chain(sequence_owner::asked_before_undo(part)).collect()
}

/// The condition of a row whose value the way back would lose, or fail on.
fn has_no_place(part: &Part, convert: &Conversion) -> String {
    let (old, new) = (&part.old, &part.new);
    let value = convert.down(old);
    let Conversion::Stated { .. } = convert else {
        let again = format!("cast({value} as {})", new.ty.sql);
        let how = Comparison::of(&new.ty).unwrap_or(Comparison::Own);
        return how.distinct(&again, &new.name.quoted());
    };
    let ty = &old.ty.sql;
    let is_cut = ["char", "varchar", "bit", "varbit"].contains(&ty.split('(').next().unwrap_or(ty));
    match (is_cut, old.not_null) {
        // An explicit cast cuts off what an assignment refuses.
        (true, not_null) => {
            let cut = format!("cast(cast(({value}) as {ty}) as text) <> cast(({value}) as text)");
            if not_null { format!("({value}) is null or {cut}") } else { cut }
        }
        (false, true) => format!("cast(({value}) as {ty}) is null"),
        // Reads each value as `down` does, which is what this is for.
        (false, false) => format!("pg_catalog.num_nulls(cast(({value}) as {ty})) < 0"),
    }
}

struct Retype<'a> {
    parts: &'a [Part],
    using: Option<&'a Conversion>,
    around: &'a Around,
}

impl Retype<'_> {
    fn forth(&self) -> Vec<Statement> {
        let changes = self.parts.iter().map(|part| {
            let using = self.using.map(|convert| convert.up(&part.new));
            self.alter(part, &part.old, &part.new, using)
        });
        let sequences = self.parts.iter().flat_map(|part| &part.sequences);
        let grown = sequences.filter_map(ColumnSequence::grow);
        self.around(changes.flatten().chain(grown).collect())
    }

    fn back(&self) -> Vec<Statement> {
        // A foreign key may go from a narrow type to a wide one, and not the other way round.
        let changes = self.parts.iter().rev().map(|part| {
            let using = self.using.map(|convert| convert.down(&part.old));
            self.alter(part, &part.new, &part.old, using)
        });
        let sequences = self.parts.iter().flat_map(|part| &part.sequences);
        let shrunk = sequences.filter_map(ColumnSequence::shrink);
        self.around(changes.flatten().chain(shrunk).collect())
    }

    fn around(&self, changes: Vec<Statement>) -> Vec<Statement> {
        let mut statements =
            column::lock(&self.parts.iter().collect::<Vec<_>>(), Mode::AccessExclusive);
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
        let mut alter = ddl::alter(table, &clause.join(" "), Mode::AccessExclusive)
            .altering(table)
            .changing_part(table, &to.name.text)
            .reading_rows();
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
