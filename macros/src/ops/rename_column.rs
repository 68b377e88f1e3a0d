//! `rename_column!(users.username => display_name)`: catalog E1. Both names work until the
//! contract.

mod check;

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::not_null;
use crate::plan::sql::ddl;
use crate::plan::sql::sea;
use crate::plan::swap::copies::Copies;
use crate::plan::swap::dependents;
use crate::plan::triggers::sync::{Part, Sync};
use crate::plan::{Mode, Phase, Step};
use crate::syntax::tables::column::{Column, ColumnDef};
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::Default;
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::{ColumnName, Name};
use crate::syntax::words::sql::Sql;
use crate::syntax::words::target::Target;

pub(crate) struct RenameColumn {
    old: ColumnName,
    new: Name,
    /// The new column where it is of another type, or where no history tells the old one's.
    stated: Option<ColumnDef>,
    up: Option<Sql>,
    down: Option<Sql>,
    key: Option<Name>,
}

/// PostgreSQL manual, INSERT, "ON CONFLICT Clause": only the index that is named is consulted.
const TWO_UNIQUE_INDEXES: &str = "until the contract two unique indexes hold the same values; writers \
    of one new value queue for some milliseconds, so that `on conflict` works on either index: for \
    the first 16 rows of a transaction, past which it may, rarely, fail with 23505";

/// The queue of the sync trigger knows columns alone.
const UNIQUE_EXPRESSION: &str = "until the contract two unique indexes on an expression hold the same \
    values: of two `insert … on conflict` of one new value at the same moment, the later may, rarely, \
    fail (23505)";

/// What the schema knows of the column, and what goes over to the new one.
pub(crate) struct Facts {
    old: Column,
    new: Column,
    /// The new column's default while both live.
    default: Option<Default>,
    copies: Copies,
    is_partitioned: bool,
}

impl Operation for RenameColumn {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let old: ColumnName = input.parse()?;
        input.parse::<Token![=>]>()?;
        let new: Name = input.parse()?;
        let stated = Target::parse_stated(&new, input, errors)?;
        let (mut up, mut down, mut key) = (None, None, None);
        options(
            input,
            errors,
            &mut [
                ("up", &mut value(&mut up)),
                ("down", &mut value(&mut down)),
                ("key", &mut value(&mut key)),
            ],
        );
        Ok(RenameColumn { old, new, stated, up, down, key })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        if self.stated.is_none() {
            errors
                .at(self.new.span, "outside a migration the column's type is not known")
                .help(format_args!("{} => {}: text", self.old, self.new));
        }
        if let Some(up) = &self.up {
            errors
                .at(up.span, "outside a migration the old column's type is not known")
                .help("a converting rename inside `migration!`");
        }
        let mut def = self.stated.clone().unwrap_or_else(|| ColumnDef::bare(self.new.clone()));
        def.column.name = self.old.name.clone();
        let key = self.key.clone().map(ColumnDef::bare);
        schema.assume(&self.old.table, [def].into_iter().chain(key));
    }

    fn claims(&self) -> Vec<Claim> {
        let column = |name: &Name| Object::column(&self.old.table, name).at(name.span);
        vec![column(&self.old.name), column(&self.new)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let (table, old) = schema.column(&self.old, errors)?;
        let before = errors.count();
        if table.column(&self.new.text).is_some() {
            errors.at(
                self.new.span,
                format_args!("column `{}.{}` exists already", self.old.table, self.new),
            );
        }
        self.check_conversion(old, errors);
        if let Some(def) = &self.stated {
            schema.check_column(&def.column, errors);
        }
        self.check_stated(table, old, errors);
        if let Some(key) = &self.key {
            schema.column_of(table, key, errors);
        }
        if let Some(up) = &self.up {
            schema.expression(table, up, errors);
        }
        if let Some(down) = &self.down {
            let mut both = table.clone();
            both.columns.push(self.new_column(table, old));
            schema.expression(&both, down, errors);
        }
        self.check_held(schema, table, old, errors);
        schema.check_added_type(&table.name, &self.new_column(table, old), self.new.span, errors);
        let facts = Facts {
            old: old.clone(),
            default: self.shared_default(table, old),
            new: self.new_column(table, old),
            copies: Copies::of(table, &self.old.name, &self.new),
            is_partitioned: table.partition_by.is_some(),
        };
        (errors.count() == before).then_some(facts)
    }

    fn plan(&self, facts: &Facts, at: Position) -> Plan {
        let table = &self.old.table;
        let sync = Sync {
            table,
            old: vec![Part::old(&facts.old, text(self.down.as_ref()))],
            new: vec![Part {
                column: &facts.new,
                from: text(self.up.as_ref()),
                default: facts.default.clone(),
            }],
            unique: facts.copies.unique_keys(),
            is_partitioned: facts.is_partitioned,
            at,
        };
        let mut steps = sync.steps();
        if facts.new.not_null {
            steps.extend(not_null::tighten(table, &facts.new));
        }
        steps.extend(facts.copies.steps(table));
        steps.push(self.contract(&sync, facts));
        let mut notes =
            vec![crate::plan::operation::more_columns(), crate::plan::operation::fewer_columns()];
        if !facts.copies.unique_keys().is_empty() {
            notes.push(TWO_UNIQUE_INDEXES.into());
        }
        if facts.copies.has_unique_expression() {
            notes.push(UNIQUE_EXPRESSION.into());
        }
        Plan::noting(steps, notes)
    }

    fn apply(&self, schema: &mut Schema) {
        let (old, new) = (&self.old.name, &self.new);
        let mut indexes = Vec::new();
        schema.alter(&self.old.table, |table| {
            let Some(column) = table.column(&old.text).map(|column| self.new_column(table, column))
            else {
                return;
            };
            let copies = Copies::of(table, old, new);
            let names = copies.index_names().into_iter();
            indexes.extend(names.map(|(name, _)| Object::index(&table.name, &name)));
            copies.replace(table, old);
            table.columns.retain(|item| item.name != *old && item.name != *new);
            table.columns.push(column);
        });
        schema.relist(&self.old.table, &[old], &[new]);
        for sql in self.up.iter().chain(&self.down) {
            schema.hold_read(&self.old.table, sql);
        }
        // The copies have names of their own until the contract.
        let copied: Vec<Name> = schema.find(&self.old.table).map_or(Vec::new(), |table| {
            let constraints = table.constraints.iter().filter(|item| item.needs(&new.text));
            constraints.filter_map(|item| item.name.clone()).collect()
        });
        for name in &copied {
            schema.hold(Object::constraint(&self.old.table, name), Role::Synced);
        }
        let successor = Some(new.text.clone());
        schema.hold(Object::column(&self.old.table, old), Role::Retiring { successor });
        schema.hold(Object::column(&self.old.table, new), Role::Synced);
        for index in indexes {
            schema.hold(index, Role::Synced);
        }
    }
}

impl RenameColumn {
    /// The new column's default while both live, where that is one value.
    fn shared_default(&self, table: &Table, old: &Column) -> Option<Default> {
        match &self.up {
            Some(up) => table.default_through([old], up),
            None => old.default.clone().filter(|default| !default.is_volatile()),
        }
    }

    fn new_column(&self, table: &Table, old: &Column) -> Column {
        let renamed = || Column { name: self.new.clone(), ..old.clone() }.with_own_not_null();
        let Some(up) = &self.up else { return renamed() };
        let mut column = match &self.stated {
            Some(def) => def.column.clone(),
            None => renamed(),
        };
        if self.stated.as_ref().is_none_or(|def| def.column.default.is_none()) {
            column.default = table.default_through([old], up);
        }
        column
    }

    fn contract(&self, sync: &Sync, facts: &Facts) -> Step {
        let table = &self.old.table;
        let parents = facts.copies.parents();
        let mut statements = ddl::lock_parents(table, &parents, Mode::AccessExclusive);
        statements.extend(dependents::identity(table, &facts.copies.key_names()));
        statements.extend(sync.finish());
        if facts.new.not_null && facts.old.not_null {
            statements.push(not_null::take_name(table, &self.new, &self.old.name));
        }
        let mut drop = sea::drop_column(table, &self.old.name);
        for parent in &parents {
            drop = drop.and_locks(parent, Mode::AccessExclusive);
        }
        statements.push(drop.unlisted().why("its values live on in the new column"));
        statements.extend(sync.late_defaults());
        statements.extend(facts.copies.rename(table));
        let why = format!(
            "no build names `{}` any more; in one transaction, because a trigger without its column would fail every write",
            self.old.name
        );
        Step::transaction(Phase::Contract, why, statements)
    }
}

fn text(sql: Option<&Sql>) -> Option<&str> {
    sql.map(|sql| sql.text.as_str())
}
