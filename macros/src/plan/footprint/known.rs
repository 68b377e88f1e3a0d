//! A column as the history knows it, for the runtime to compare with the catalogs.

use crate::syntax::tables::column::Column;
use crate::syntax::values::default::Default;
use crate::syntax::words::name::TableName;

pub(crate) struct Known {
    pub(crate) table: String,
    pub(crate) name: String,
    pub(crate) ty: String,
    pub(crate) not_null: bool,
    pub(crate) default: Option<String>,
    /// As the catalogs have it: `s`, `v`, or nothing.
    pub(crate) generated: &'static str,
    /// As the catalogs have it: `a`, `d`, or nothing.
    pub(crate) identity: &'static str,
    pub(crate) collate: String,
}

impl Known {
    pub(crate) fn of(table: &TableName, column: &Column) -> Self {
        let generated = match (&column.generated, column.is_virtual) {
            (None, _) => "",
            (Some(_), true) => "v",
            (Some(_), false) => "s",
        };
        let identity = match &column.identity {
            None => "",
            Some(identity) if identity.always => "a",
            Some(_) => "d",
        };
        Known {
            table: table.quoted(),
            name: column.name.text.clone(),
            ty: column.ty.sql.clone(),
            not_null: column.not_null,
            default: column.default.as_ref().map(Default::sql),
            generated,
            identity,
            collate: column.collate.as_ref().map(syn::LitStr::value).unwrap_or_default(),
        }
    }
}
