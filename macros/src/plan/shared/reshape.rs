//! Columns that take the place of others, by the user's expressions in both directions: what a
//! split and a merge have in common.

use proc_macro2::Span;
use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::safe::not_null;
use crate::plan::sql::sea;
use crate::plan::triggers::sync::{Part, Sync};
use crate::plan::{Phase, Step};
use crate::syntax::indexes::index::Index;
use crate::syntax::tables::column::{Column, ColumnDef};
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::Default;
use crate::syntax::words::list::items;
use crate::syntax::words::name::{ColumnName, Name, TableName};
use crate::syntax::words::sql::Sql;
use crate::syntax::words::target::Target;

pub(crate) struct Reshape {
    pub(crate) table: TableName,
    pub(crate) old: Vec<Made>,
    pub(crate) new: Vec<Made>,
}

/// A column, and how it is made from the other shape.
pub(crate) struct Made {
    pub(crate) name: Name,
    pub(crate) stated: Option<ColumnDef>,
    pub(crate) from: Sql,
}

/// What the schema knows of the columns that go.
pub(crate) struct Facts {
    old: Vec<Column>,
    /// The defaults of the new columns while both shapes live.
    defaults: Vec<Option<Default>>,
    /// Indexes that go with the old columns.
    indexes: Vec<Name>,
    is_partitioned: bool,
}

impl Made {
    /// Reads `name: type modifier* = "…", …` to the end of `input`.
    pub(crate) fn parse_all(input: ParseStream, errors: &mut Errors) -> Vec<Made> {
        let mut all = Vec::new();
        items(input, errors, |input, errors| {
            let name: Name = input.parse()?;
            let stated = Target::parse_stated(&name, input, errors)?;
            if !input.peek(Token![=]) {
                let message =
                    format!("nothing says what `{name}` is made from\nhelp: {name} = \"…\"");
                return Err(syn::Error::new(name.span, message));
            }
            input.parse::<Token![=]>()?;
            all.push(Made { name, stated, from: input.parse()? });
            Ok(())
        });
        all
    }
}

impl Reshape {
    pub(crate) fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        for old in self.old.iter().filter(|old| old.stated.is_none()) {
            errors
                .at(old.name.span, "outside a migration the column's type is not known")
                .help(format_args!("{}: text", old.name));
        }
        schema.assume(&self.table, self.old.iter().filter_map(|old| old.stated.clone()));
    }

    pub(crate) fn claims(&self) -> Vec<Claim> {
        let both = self.old.iter().chain(&self.new);
        both.map(|made| Object::column(&self.table, &made.name).at(made.name.span)).collect()
    }

    pub(crate) fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let before = errors.count();
        let table = schema.table(&self.table, errors)?;
        let old: Vec<Column> = self
            .old
            .iter()
            .filter_map(|made| schema.column_of(table, &made.name, errors))
            .cloned()
            .collect();
        for column in &old {
            self.check_old(schema, table, column, errors);
        }
        for made in &self.new {
            self.check_new(schema, table, made, errors);
        }
        self.check_names(errors);
        let mut both = table.clone();
        both.columns.extend(self.new.iter().map(|made| made.column(None)));
        self.check_sources(schema, &both, errors);
        let defaults = self.new.iter().map(|made| self.default(table, made)).collect();
        let indexes = table.indexes.iter().filter(|index| self.takes_along(index));
        let indexes = indexes.filter_map(|index| index.name.clone()).collect();
        let is_partitioned = table.partition_by.is_some();
        (errors.count() == before).then_some(Facts { old, defaults, indexes, is_partitioned })
    }

    pub(crate) fn steps(&self, facts: &Facts, at: Position) -> Vec<Step> {
        let columns: Vec<Column> = self
            .new
            .iter()
            .zip(&facts.defaults)
            .map(|(made, default)| made.column(default.as_ref()))
            .collect();
        let old = facts.old.iter().zip(&self.old);
        let new = columns.iter().zip(&self.new);
        let sync = Sync {
            table: &self.table,
            old: old.map(|(column, made)| Part::old(column, Some(&made.from.text))).collect(),
            new: new
                .map(|(column, made)| Part {
                    column,
                    from: Some(&made.from.text),
                    default: column.default.clone(),
                })
                .collect(),
            unique: Vec::new(),
            is_partitioned: facts.is_partitioned,
            at,
        };
        let mut steps = sync.steps();
        for column in columns.iter().filter(|column| column.not_null) {
            let help = format!("give `{}` a value for them, as in `coalesce(…, '')`", column.name);
            steps.push(not_null::require(&self.table, column, &help));
            steps.extend(not_null::tighten(&self.table, column));
        }
        let mut contract = sync.finish();
        contract.extend(facts.old.iter().map(|column| {
            let drop = sea::drop_column(&self.table, &column.name);
            drop.unlisted().why("its values live on in what took its place")
        }));
        let why = "no build names what goes any more; in one transaction, because a trigger without its columns would fail every write";
        steps.push(Step::transaction(Phase::Contract, why, contract));
        steps
    }

    /// Says what clients will notice.
    pub(crate) fn notes(&self, facts: &Facts) -> Vec<String> {
        let (old, new) = (names(&self.old), names(&self.new));
        let mut notes = vec![format!(
            "until the contract, what old builds write to {old} decides {new}, and the other way round: \
             a value that the expressions cannot carry over and back is lost when the other side is written, \
             and one that {old} cannot hold at all is null there, where null is allowed"
        )];
        for made in self.new.iter().filter(|made| made.is_not_null()) {
            notes.push(format!(
                "from migrate on, a write of an old build for which `{}` gives null fails (`{}` is not null)",
                made.from.text, made.name
            ));
        }
        for (made, _) in self.old.iter().zip(&facts.old).filter(|(_, column)| column.not_null) {
            notes.push(format!(
                "until the contract, a write of a new build for which `{}` gives null, or fails, fails too (`{}` is not null)",
                made.from.text, made.name
            ));
        }
        for index in &facts.indexes {
            notes.push(format!(
                "index `{index}` goes with {old}: add one on {new} before the contract if queries need it"
            ));
        }
        notes
    }

    pub(crate) fn apply(&self, schema: &mut Schema) {
        schema.alter(&self.table, |table| {
            let added: Vec<Column> = self
                .new
                .iter()
                .map(|made| made.column(self.default(table, made).as_ref()))
                .collect();
            table.indexes.retain(|index| !self.takes_along(index));
            let both = || self.old.iter().chain(&self.new);
            table.columns.retain(|column| both().all(|made| made.name != column.name));
            table.columns.extend(added);
        });
        let [old, new] = [&self.old, &self.new].map(|side| side.iter().map(|made| &made.name));
        schema.relist(&self.table, &old.collect::<Vec<_>>(), &new.collect::<Vec<_>>());
        for made in self.old.iter().chain(&self.new) {
            schema.hold_read(&self.table, &made.from);
        }
        let successor: Vec<&str> = self.new.iter().map(|made| made.name.text.as_str()).collect();
        let successor = successor.join(", ");
        for made in &self.old {
            let role = Role::Retiring { successor: Some(successor.clone()) };
            schema.hold(Object::column(&self.table, &made.name), role);
        }
        for made in &self.new {
            schema.hold(Object::column(&self.table, &made.name), Role::Synced);
        }
    }

    /// A new column's default: its own, or what its expression makes of the old columns' defaults.
    fn default(&self, table: &Table, made: &Made) -> Option<Default> {
        let own = made.stated.as_ref().and_then(|def| def.column.default.clone());
        own.or_else(|| {
            let old = self.old.iter().filter_map(|made| table.column(&made.name.text));
            table.default_through(old, &made.from)
        })
    }

    fn check_old(&self, schema: &Schema, table: &Table, column: &Column, errors: &mut Errors) {
        let Some(made) = self.old.iter().find(|made| made.name == column.name) else { return };
        let span = made.name.span;
        let shown = ColumnName { table: self.table.clone(), name: made.name.clone() };
        if let Some(stated) = made.stated.as_ref().filter(|def| def.column.ty != column.ty) {
            errors
                .at(stated.column.ty.span, format_args!("column `{shown}` is `{}`", column.ty))
                .help("leave the type out: the history knows it");
        }
        if column.identity.is_some() || column.generated.is_some() {
            errors
                .at(span, format_args!("column `{shown}` gets its value from PostgreSQL"))
                .note("a trigger cannot keep an identity or generated column equal to another");
        }
        for constraint in table.constraints.iter().filter(|item| item.needs(&column.name.text)) {
            refuse_needed(span, &shown, "constraint", constraint.name.as_ref(), errors);
        }
        let indexes = table.indexes.iter().filter(|index| index.needs(&column.name.text));
        for index in indexes.filter(|index| !self.takes_along(index)) {
            refuse_needed(span, &shown, "index", index.name.as_ref(), errors);
        }
        schema.needed_elsewhere(table, &shown, errors);
        schema.keeps_identity_of(table, &made.name, span, errors);
        schema.has_no_privileges(&shown, errors);
    }

    /// Tells whether an index serves nothing but reads of the columns that go.
    fn takes_along(&self, index: &Index) -> bool {
        let goes = |name: &Name| self.old.iter().any(|made| made.name == *name);
        let only_old = index.expressions().next().is_none() && index.columns().all(goes);
        only_old && !index.unique
    }

    fn check_new(&self, schema: &Schema, table: &Table, made: &Made, errors: &mut Errors) {
        let (name, span) = (&made.name, made.name.span);
        if table.column(&name.text).is_some() {
            errors.at(span, format_args!("column `{}.{name}` exists already", self.table));
        }
        let Some(def) = &made.stated else {
            errors
                .at(span, format_args!("column `{name}` has no type"))
                .help(format_args!("{name}: text = {}", made.from));
            return;
        };
        schema.check_column(&def.column, errors);
        schema.check_added_type(&table.name, &def.column, def.column.ty.span, errors);
        if !def.inline.is_empty() {
            errors
                .at(span, "a constraint is not added with a column that takes another's place")
                .help("a change of its own, after the contract of this one");
        }
        if def.column.identity.is_some() || def.column.generated.is_some() {
            errors.at(
                span,
                "a column gets its value from PostgreSQL or from its expression, not both",
            );
        }
        if let Some(default) = def.column.default.as_ref().filter(|default| default.is_volatile()) {
            errors
                .at(default.span, "a default that differs from row to row cannot be told from a value that a client wrote")
                .help(format_args!("set_default!({}.{name}, …); after the contract", self.table));
        }
    }

    /// An expression reads the other shape: its own has no values yet, or is being replaced.
    fn check_sources(&self, schema: &Schema, both: &Table, errors: &mut Errors) {
        for (side, other) in [(&self.old, &self.new), (&self.new, &self.old)] {
            for made in side {
                let mut own = side.iter().filter(|own| made.from.mentions(&own.name.text));
                let Some(own) = own.next() else {
                    schema.expression(both, &made.from, errors);
                    continue;
                };
                errors
                    .at(
                        made.from.span,
                        format_args!(
                            "`{}` is made from `{}`, which is made itself",
                            made.name, own.name
                        ),
                    )
                    .help(format_args!("an expression over {}", names(other)));
            }
        }
    }

    fn check_names(&self, errors: &mut Errors) {
        for side in [&self.old, &self.new] {
            for (at, made) in side.iter().enumerate() {
                if let Some(first) = side[..at].iter().find(|first| first.name == made.name) {
                    let message = format!("column `{}` is given twice", made.name);
                    errors.at(first.name.span, &message);
                    errors.at(made.name.span, &message);
                }
            }
        }
    }
}

impl Made {
    fn column(&self, default: Option<&Default>) -> Column {
        let def = self.stated.clone().unwrap_or_else(|| ColumnDef::bare(self.name.clone()));
        Column { default: default.cloned(), ..def.column }
    }

    fn is_not_null(&self) -> bool {
        self.stated.as_ref().is_some_and(|def| def.column.not_null)
    }
}

fn refuse_needed(
    span: Span,
    column: &ColumnName,
    kind: &str,
    name: Option<&Name>,
    errors: &mut Errors,
) {
    let Some(name) = name else { return };
    errors
        .at(span, format_args!("{kind} `{name}` needs column `{column}`"))
        .help(format_args!(
            "drop `{name}` first, and add its like on what takes the column's place"
        ))
        .note("it is about one column, and both shapes stay in use until the contract");
}

/// `` `a`, `b` ``
fn names(side: &[Made]) -> String {
    side.iter().map(|made| format!("`{}`", made.name)).collect::<Vec<_>>().join(", ")
}
