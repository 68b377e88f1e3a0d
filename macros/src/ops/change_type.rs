//! `change_type!(orders.amount: numeric(12, 2))`: catalog D1, D2 and D4. The name stays; what is
//! read under it changes at the switch.

use syn::LitStr;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::direct::Direct;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::ops::{Operation, Plan};
use crate::plan::around::Around;
use crate::plan::convert::{self, Cast};
use crate::plan::retype;
use crate::plan::shadow::{Convert, Shadow};
use crate::plan::swap::Swap;
use crate::syntax::column::{Column, ColumnDef};
use crate::syntax::constraint::{Constraint, Rule};
use crate::syntax::default::literal;
use crate::syntax::index::Index;
use crate::syntax::list::{options, value};
use crate::syntax::name::Name;
use crate::syntax::sql::Sql;
use crate::syntax::table::Table;
use crate::syntax::target::Target;
use crate::syntax::types::Family;

pub(crate) struct ChangeType {
    target: Target,
    def: ColumnDef,
    up: Option<Sql>,
    down: Option<Sql>,
    /// Where the clocks stood that a `timestamp` was read from.
    zone: Option<LitStr>,
}

/// What a client notices whichever way the type changes (catalog U11).
const OTHER_RESULT: &str = "a prepared statement that reads the column fails once (0A000) when its type changes, as does \
    one whose parameter has the old type and cannot be assigned to the new (42804)";

const OTHER_PLACE: &str = "the column is the last of the table afterwards: an `insert` or a `copy` without a column list \
    has to know; name the columns instead";

const TWO_UNIQUE_INDEXES: &str = "until the contract two unique indexes hold the same values; writers of one new value queue \
    for some milliseconds, so that `on conflict` works: for the first 16 rows of a transaction, \
    past which it may, rarely, fail with 23505";

const NARROWER: &str = "the undo leaves the new type, which has room for all that the old one had: to go back, PostgreSQL \
    would rewrite the table";

pub(crate) struct Facts {
    table: Table,
    old: Column,
    new: Column,
    way: Way,
    around: Around,
}

/// How the type is changed.
enum Way {
    /// In the catalog alone.
    InPlace,
    /// By a second column, swapped in.
    Swapped(Convert),
}

impl Operation for ChangeType {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let target = Target::parse(input, errors)?;
        let Some(def) = target.stated.clone() else {
            let message = format!("the new type is missing\nhelp: `{}: bigint`", target.name);
            return Err(syn::Error::new(target.span(), message));
        };
        let (mut up, mut down, mut zone) = (None, None, None);
        options(
            input,
            errors,
            &mut [
                ("up", &mut value(&mut up)),
                ("down", &mut value(&mut down)),
                ("zone", &mut value(&mut zone)),
            ],
        );
        Ok(ChangeType { target, def, up, down, zone })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(
                self.target.span(),
                "outside a migration it is not known what is built on the column",
            )
            .help("`change_type!` inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::column(self.target.table(), self.target.column()).at(self.target.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let (table, old) = schema.column(&self.target.name, errors)?;
        let before = errors.count();
        schema.check_column(&self.def.column, errors);
        schema.check_added_type(&table.name, &self.def.column, self.def.column.ty.span, errors);
        self.check_stated(old, errors);
        for sql in self.up.iter().chain(&self.down) {
            schema.expression(table, sql, errors);
        }
        self.check_column(schema, table, old, errors);
        let way = self.way(table, old, errors);
        let new = self.new_column(table, old);
        if let Some(Way::Swapped(convert)) = &way {
            self.check_built(schema, table, (old, &new), convert, errors);
        }
        let around = Around::of(schema, &self.target.name, errors);
        let facts = Facts { table: table.clone(), old: old.clone(), new, way: way?, around };
        (errors.count() == before).then_some(facts)
    }

    fn plan(&self, facts: &Facts, at: Position) -> Plan {
        let Facts { table, old, new, around, way } = facts;
        let Way::Swapped(convert) = way else {
            let mut notes = vec![OTHER_RESULT.to_owned()];
            let narrows = convert::cast(&new.ty, &old.ty) != Cast::InPlace;
            notes.extend(narrows.then(|| NARROWER.to_owned()));
            return Plan::noting(retype::in_place(table, old, new, around), notes);
        };
        let (table, old, new) = (table.clone(), old.clone(), new.clone());
        let shadow = Shadow { table, old, new, convert: convert.clone(), at };
        let mut notes = vec![OTHER_RESULT.to_owned(), OTHER_PLACE.to_owned()];
        if !shadow.copies().unique_keys().is_empty() {
            notes.push(TWO_UNIQUE_INDEXES.into());
        }
        let swap = Swap { shadow: &shadow, around };
        let mut steps: Vec<_> = shadow.require().into_iter().collect();
        steps.extend([shadow.install(), shadow.backfill()]);
        steps.extend(shadow.complete());
        steps.extend(swap.steps());
        steps.push(swap.contract());
        Plan::noting(steps, notes)
    }

    fn direct(&self, facts: &Facts) -> Option<Direct> {
        let Way::Swapped(convert) = &facts.way else { return None };
        let Facts { table, old, new, around, .. } = facts;
        let step = retype::rewriting(table, (old, new), convert, around);
        Some(Direct { table: table.name.clone(), step })
    }

    fn apply(&self, schema: &mut Schema) {
        let is_swapped = schema.find(self.target.table()).is_some_and(|table| {
            table
                .column(&self.target.column().text)
                .is_some_and(|old| !self.is_in_place(table, old))
        });
        schema.alter(self.target.table(), |table| {
            let Some(new) =
                table.column(&self.target.column().text).map(|old| self.new_column(table, old))
            else {
                return;
            };
            if let Some(column) = table.column_mut(&self.target.column().text) {
                *column = new;
            }
        });
        if is_swapped {
            for sql in self.up.iter().chain(&self.down) {
                schema.hold_read(self.target.table(), sql);
            }
            let column = Object::column(self.target.table(), self.target.column());
            schema.hold(column, Role::Replaced);
        }
    }
}

impl ChangeType {
    /// How, or an error that says what is missing.
    fn way(&self, table: &Table, old: &Column, errors: &mut Errors) -> Option<Way> {
        let (name, ty) = (&self.target.name, &self.def.column.ty);
        if let Some(zone) = &self.zone {
            return self.by_zone(old, zone, errors);
        }
        match (&self.up, &self.down) {
            (Some(up), Some(down)) => {
                let (up, down) = (up.text.clone(), down.text.clone());
                return Some(Way::Swapped(Convert::Stated { up, down }));
            }
            (Some(given), None) => {
                errors
                    .at(given.span, "`up` without `down`: the switch could not be taken back")
                    .help(format_args!("down = \"{}::{}\"", name.name, old.ty.sql));
                return None;
            }
            (None, Some(given)) => {
                errors
                    .at(given.span, "`down` without `up`: nothing says what becomes of the values")
                    .help(format_args!("up = \"{}::{}\"", name.name, ty.sql));
                return None;
            }
            (None, None) => {}
        }
        match convert::cast(&old.ty, ty) {
            Cast::InPlace if self.is_in_place(table, old) => Some(Way::InPlace),
            Cast::InPlace | Cast::Lossless { .. } => Some(Way::Swapped(Convert::Cast)),
            Cast::Stated => {
                self.report_stated(old, errors);
                None
            }
        }
    }

    fn report_stated(&self, old: &Column, errors: &mut Errors) {
        let (name, ty) = (&self.target.name, &self.def.column.ty);
        let is_zone = matches!(
            (old.ty.sql.split('(').next(), ty.sql.split('(').next()),
            (Some("timestamp"), Some("timestamptz")) | (Some("timestamptz"), Some("timestamp"))
        );
        if is_zone {
            errors
                .at(ty.span, format_args!("`{}` and `{ty}` are one only in a time zone", old.ty))
                .help("zone = \"UTC\"");
        } else if let Some(check) = convert::limit(&old.ty, ty, &name.name.to_string()) {
            errors
                .at(ty.span, format_args!("`{ty}` has no room for every `{}`", old.ty))
                .help(format_args!("add_check!({}, {check:?});", name.table))
                .note("a check keeps values as short; the type would take a second column, with `up` and `down`");
        } else {
            let (up, down) = (&ty.sql, &old.ty.sql);
            errors
                .at(ty.span, format_args!("`{}` does not become `{ty}` by itself", old.ty))
                .help(format_args!("up = \"{0}::{up}\", down = \"{0}::{down}\"", name.name));
        }
    }

    /// `timestamp` and `timestamptz`: the same clock, read in a zone.
    fn by_zone(&self, old: &Column, zone: &LitStr, errors: &mut Errors) -> Option<Way> {
        let base = |sql: &str| sql.split('(').next().unwrap_or_default().to_owned();
        let pair = (base(&old.ty.sql), base(&self.def.column.ty.sql));
        let is_pair = matches!(
            (pair.0.as_str(), pair.1.as_str()),
            ("timestamp", "timestamptz") | ("timestamptz", "timestamp")
        );
        if !is_pair || self.up.is_some() || self.down.is_some() {
            errors.at(
                zone.span(),
                "`zone` is for `timestamp` and `timestamptz`, without `up` and `down`",
            );
            return None;
        }
        let at =
            format!("{} at time zone {}", self.target.column().quoted(), literal(&zone.value()));
        Some(Way::Swapped(Convert::Stated { up: at.clone(), down: at }))
    }

    /// Whether the catalog is all that changes: nothing that is built on the column is built or
    /// proved again (catalog 2.D, "Rules that follow").
    fn is_in_place(&self, table: &Table, old: &Column) -> bool {
        let column = &old.name.text;
        let new = self.new_column(table, old);
        let collation = |column: &Column| column.collate.as_ref().map(LitStr::value);
        let same_collation = collation(old) == collation(&new);
        let mut indexes = table.indexes.iter().filter(|item| item.needs(column));
        let mut constraints = table.constraints.iter().filter(|item| item.needs(column));
        self.up.is_none()
            && self.zone.is_none()
            && convert::cast(&old.ty, &new.ty) == Cast::InPlace
            && indexes.all(|index| same_collation && index.expressions().next().is_none())
            && constraints.all(|constraint| match constraint.rule {
                Rule::Check(_) => false,
                _ => same_collation,
            })
    }

    fn new_column(&self, table: &Table, old: &Column) -> Column {
        let stated = &self.def.column;
        let is_text = |family: Family| matches!(family, Family::Text { .. });
        let keeps_collation = is_text(old.ty.family) && is_text(stated.ty.family);
        let kept = || old.collate.clone().filter(|_| keeps_collation);
        let same_literals = std::mem::discriminant(&old.ty.family)
            == std::mem::discriminant(&stated.ty.family)
            && old.ty.family != Family::Quoted;
        let default = match (&stated.default, &self.up) {
            (Some(default), _) => Some(default.clone()),
            (None, Some(up)) => table.default_through([old], up),
            (None, None) if same_literals || self.is_of_quoted(old) => old.default.clone(),
            (None, None) => {
                let text = format!("{}::{}", old.name.quoted(), stated.ty.sql);
                table.default_through([old], &Sql { text, span: stated.ty.span })
            }
        };
        Column {
            ty: stated.ty.clone(),
            collate: stated.collate.clone().or_else(kept),
            default,
            ..old.clone()
        }
    }

    /// Whether a default reads the same on either type: `now()`, `'10.0.0.1'`.
    fn is_of_quoted(&self, old: &Column) -> bool {
        let base = |sql: &str| sql.split('(').next().unwrap_or_default().to_owned();
        base(&old.ty.sql) == base(&self.def.column.ty.sql)
    }

    /// What is stated beside the type, and would be passed over.
    fn check_stated(&self, old: &Column, errors: &mut Errors) {
        let stated = &self.def.column;
        let other = (stated.not_null && !old.not_null)
            || stated.identity.is_some()
            || stated.generated.is_some()
            || stated.comment.is_some()
            || !self.def.inline.is_empty();
        if other {
            errors
                .at(
                    self.target.span(),
                    "a change of type takes `default` and `collate` alone beside it",
                )
                .help("a change of its own, after the contract of this one");
        }
        let collation = |column: &Column| column.collate.as_ref().map(LitStr::value);
        let same = stated.ty == old.ty
            && (stated.collate.is_none() || collation(stated) == collation(old));
        if same && self.up.is_none() {
            errors.at(
                stated.ty.span,
                format_args!("column `{}` is `{}` already", self.target.name, old.ty),
            );
        }
    }

    /// What no second column can take over.
    fn check_column(&self, schema: &Schema, table: &Table, old: &Column, errors: &mut Errors) {
        let (span, name) = (self.target.span(), &self.target.name);
        if old.generated.is_some() {
            errors
                .at(span, format_args!("column `{name}` is generated"))
                .note("PostgreSQL computes it, and rewrites the table to change what it computes");
        }
        for other in &table.columns {
            if other.generated.as_ref().is_some_and(|sql| sql.mentions(&name.name.text)) {
                errors
                    .at(
                        span,
                        format_args!("generated column `{}` needs column `{name}`", other.name),
                    )
                    .note("PostgreSQL changes no type under a generated column");
            }
        }
        if self.is_in_place(table, old) {
            return;
        }
        if old.identity.is_some() {
            errors.at(span, format_args!("column `{name}` is an identity"));
        }
        if table.primary_key().is_some_and(|key| key.needs(&name.name.text)) {
            errors.at(span, format_args!("column `{name}` is part of the primary key"));
        }
        for other in schema.tables_that_mention(&table.name.name.text) {
            if other.points_at(&table.name, Some(&name.name)) {
                errors.at(
                    span,
                    format_args!("a foreign key of `{}` points at column `{name}`", other.name),
                );
            }
        }
    }

    /// What is built on the column, and would not mean the same on the new type.
    fn check_built(
        &self,
        schema: &Schema,
        table: &Table,
        (old, new): (&Column, &Column),
        convert: &Convert,
        errors: &mut Errors,
    ) {
        let column = &old.name.text;
        let is_stated = matches!(convert, Convert::Stated { .. });
        let same_meaning = !is_stated
            && matches!(
                convert::cast(&old.ty, &new.ty),
                Cast::InPlace | Cast::Lossless { same_meaning: true }
            );
        for item in table.constraints.iter().filter(|item| item.needs(column)) {
            match &item.rule {
                Rule::Check(_) if !same_meaning => self.refuse(item.name.as_ref(), errors),
                Rule::Exclude(_) => self.refuse(item.name.as_ref(), errors),
                Rule::Unique(_) if is_stated => self.refuse(item.name.as_ref(), errors),
                Rule::ForeignKey { .. } => self.check_parent(schema, item, new, errors),
                Rule::Check(_) | Rule::Unique(_) | Rule::PrimaryKey(_) => {}
            }
        }
        for item in table.indexes.iter().filter(|item| item.needs(column)) {
            let needs_meaning = !same_meaning && names_in_expression(item, column);
            if needs_meaning || (is_stated && item.unique) {
                self.refuse(item.name.as_ref(), errors);
            }
        }
    }

    fn refuse(&self, name: Option<&Name>, errors: &mut Errors) {
        let Some(name) = name else { return };
        let ty = &self.def.column.ty;
        errors
            .at(ty.span, format_args!("`{name}` needs the column, and may not hold on `{ty}`"))
            .help(format_args!("drop `{name}` first and add it again after the contract"));
    }

    /// A foreign key goes between columns that PostgreSQL can compare by the parent's index.
    fn check_parent(&self, schema: &Schema, key: &Constraint, new: &Column, errors: &mut Errors) {
        let Rule::ForeignKey { columns, target } = &key.rule else { return };
        let at = columns.iter().position(|name| *name == new.name);
        let parent = schema.find(&target.table);
        let to = at.and_then(|at| parent?.column(&target.columns.get(at)?.text));
        let is_integer = |column: &Column| matches!(column.ty.family, Family::Integer { .. });
        if let Some(to) = to.filter(|to| to.ty != new.ty && !(is_integer(to) && is_integer(new))) {
            let (ty, parent) = (&self.def.column.ty, &target.table);
            errors.at(
                ty.span,
                format_args!(
                    "a foreign key points at `{parent}.{}`, which is `{}`",
                    to.name, to.ty
                ),
            );
        }
    }
}

fn names_in_expression(index: &Index, column: &str) -> bool {
    index.expressions().any(|sql| sql.mentions(column))
}
