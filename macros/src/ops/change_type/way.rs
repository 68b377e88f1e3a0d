//! How a type is changed, and what the column is afterwards.

use syn::LitStr;

use super::{ChangeType, Way};
use crate::diag::Errors;
use crate::model::Schema;
use crate::plan::swap::casts::{self, Cast};
use crate::plan::swap::column::Part;
use crate::plan::swap::conversion::Conversion;
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::Rule;
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::{Default, literal};
use crate::syntax::values::types::Family;
use crate::syntax::words::sql::Sql;

impl ChangeType {
    /// How, or an error that says what is missing.
    pub(super) fn way(&self, schema: &Schema, old: &Column, errors: &mut Errors) -> Option<Way> {
        let ty = &self.def.column.ty;
        if let Some(zone) = &self.zone {
            return self.by_zone(old, zone, errors);
        }
        match (&self.up, &self.down) {
            (Some(up), Some(down)) => {
                let (up, down) = (up.text.clone(), down.text.clone());
                return Some(Way::Swapped(Conversion::Stated { up, down }));
            }
            (Some(given), None) => {
                errors
                    .at(given.span, "`up` without `down`: the switch could not be taken back")
                    .help(format_args!("down = {:?}", old.ty.cast(&old.name)));
                return None;
            }
            (None, Some(given)) => {
                errors
                    .at(given.span, "`down` without `up`: nothing says what becomes of the values")
                    .help(format_args!("up = {:?}", ty.cast(&old.name)));
                return None;
            }
            (None, None) => {}
        }
        match casts::cast(&old.ty, ty) {
            Cast::InPlace if self.is_in_place(schema) => Some(Way::InPlace),
            Cast::InPlace | Cast::Lossless { .. } => Some(Way::Swapped(Conversion::Cast)),
            Cast::Stated => {
                self.report_stated(old, errors);
                None
            }
        }
    }

    fn report_stated(&self, old: &Column, errors: &mut Errors) {
        let (name, ty) = (&self.target.name, &self.def.column.ty);
        if is_clock(old, &self.def.column) {
            errors
                .at(ty.span, format_args!("`{}` and `{ty}` are one only in a time zone", old.ty))
                .help("zone = \"UTC\"");
        } else if let Some(check) = casts::limit(&old.ty, ty, &name.name.to_string()) {
            errors
                .at(ty.span, format_args!("`{ty}` has no room for every `{}`", old.ty))
                .help(format_args!("add_check!({}, {check:?});", name.table))
                .note("a check keeps values as short without a second column; the type itself takes `up` and `down`");
        } else {
            let (up, down) = (ty.cast(&old.name), old.ty.cast(&old.name));
            errors
                .at(ty.span, format_args!("`{}` does not become `{ty}` by itself", old.ty))
                .help(format_args!("up = {up:?}, down = {down:?}"));
        }
    }

    /// `timestamp` and `timestamptz`: the same clock, read in a zone.
    fn by_zone(&self, old: &Column, zone: &LitStr, errors: &mut Errors) -> Option<Way> {
        if !is_clock(old, &self.def.column) || self.up.is_some() || self.down.is_some() {
            errors.at(
                zone.span(),
                "`zone` is for `timestamp` and `timestamptz`, without `up` and `down`",
            );
            return None;
        }
        let at =
            format!("{} at time zone {}", self.target.column().quoted(), literal(&zone.value()));
        Some(Way::Swapped(Conversion::Stated { up: at.clone(), down: at }))
    }

    /// Tells whether the catalog is all that changes: nothing that is built on a column is built or
    /// proved again (catalog 2.D, "Rules that follow").
    pub(super) fn is_in_place(&self, schema: &Schema) -> bool {
        self.up.is_none() && self.zone.is_none() && self.parts(schema).iter().all(is_in_place)
    }

    pub(super) fn new_column(&self, table: &Table, old: &Column) -> Column {
        let stated = &self.def.column;
        let is_text = |family: Family| matches!(family, Family::Text { .. });
        let keeps_collation = is_text(old.ty.family) && is_text(stated.ty.family);
        let kept = || old.collate.clone().filter(|_| keeps_collation);
        let same_literals = std::mem::discriminant(&old.ty.family)
            == std::mem::discriminant(&stated.ty.family)
            && old.ty.family != Family::Quoted;
        let default = match (&stated.default, &self.up) {
            (Some(default), _) => Some(default.clone()),
            (None, Some(up)) => {
                table.default_through([old], up).or_else(|| self.volatile_through(table, old))
            }
            (None, None) if same_literals || self.is_of_quoted(old) => old.default.clone(),
            (None, None) if old.default.as_ref().is_some_and(Default::is_volatile) => {
                let default = old.default.as_ref().map(Default::sql).unwrap_or_default();
                let text = format!("cast({default} as {})", stated.ty.sql);
                Some(Default::expression(Sql { text, span: stated.ty.span }))
            }
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

    /// Returns what `up` makes of a default that gives each row a value of its own: it is computed
    /// for the new column alone, so it must be read once.
    fn volatile_through(&self, table: &Table, old: &Column) -> Option<Default> {
        let (up, default) = (self.up.as_ref()?, old.default.as_ref()?);
        let others = table.columns.iter().filter(|other| other.name != old.name);
        let reads_others = others.into_iter().any(|other| up.mentions(&other.name.text));
        if reads_others || up.has_query() || up.times_named(&old.name.text) != 1 {
            return None;
        }
        let value = format!("cast({} as {})", default.sql(), old.ty.sql);
        let made = up.with(&old.name.text, &value);
        (made.times_named(&old.name.text) == 0).then(|| Default::expression(made))
    }

    /// Tells whether a default reads the same on either type: `now()`, `'10.0.0.1'`.
    fn is_of_quoted(&self, old: &Column) -> bool {
        base(&old.ty.sql) == base(&self.def.column.ty.sql)
    }
}

fn is_in_place(part: &Part) -> bool {
    let Part { table, old, new, .. } = part;
    let collation = |column: &Column| column.collate.as_ref().map(LitStr::value);
    let same_collation = collation(old) == collation(new);
    let mut indexes = table.indexes.iter().filter(|item| item.needs(&old.name.text));
    casts::cast(&old.ty, &new.ty) == Cast::InPlace
        && indexes.all(|index| same_collation && index.expressions().next().is_none())
        && part.constraints().all(|constraint| match constraint.rule {
            Rule::Check(_) | Rule::Exclude(_) => false,
            // The key's operators are those of the type's name.
            Rule::ForeignKey { .. } => same_collation && base(&old.ty.sql) == base(&new.ty.sql),
            Rule::PrimaryKey(_) | Rule::Unique(_) => same_collation,
        })
}

/// Tells whether both are `timestamp`, with a zone and without.
fn is_clock(old: &Column, new: &Column) -> bool {
    matches!(
        (base(&old.ty.sql), base(&new.ty.sql)),
        ("timestamp", "timestamptz") | ("timestamptz", "timestamp")
    )
}

/// A type without its numbers.
fn base(sql: &str) -> &str {
    sql.split('(').next().unwrap_or(sql)
}
