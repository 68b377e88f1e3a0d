//! Rows as a service's own function reads and writes them.

use std::any::type_name;
use std::fmt::Display;
use std::str::FromStr;

use crate::session::executor::Row;

/// A row, or what a function wants of it, read from PostgreSQL's text of its columns.
///
/// It is there for tuples of up to eight columns and for a single one. For a struct of your own:
///
/// ```
/// use changeover::{FromRow, FromText, Row};
///
/// struct Order {
///     priority: i32,
///     note: Option<String>,
/// }
///
/// impl FromRow for Order {
///     fn from_row(row: Row<'_>) -> Result<Order, String> {
///         let (priority, note) = FromRow::from_row(row)?;
///         Ok(Order { priority, note })
///     }
/// }
/// ```
pub trait FromRow: Sized {
    /// Reads a row; the error says which column is what it must not be, and quotes no value,
    /// because it ends up in logs.
    fn from_row(row: Row<'_>) -> Result<Self, String>;
}

/// A row, or what is to be written of it, as text that PostgreSQL reads.
///
/// It is there for tuples of up to eight columns and for a single one.
///
/// ```
/// use changeover::{IntoRow, IntoText};
///
/// /// What becomes of a name.
/// struct Parts {
///     first: String,
///     last: Option<String>,
/// }
///
/// impl IntoRow for Parts {
///     fn into_row(self) -> Vec<Option<String>> {
///         vec![self.first.into_text(), self.last.into_text()]
///     }
/// }
/// ```
pub trait IntoRow {
    /// The columns in order; none is NULL.
    fn into_row(self) -> Vec<Option<String>>;
}

/// A value as PostgreSQL casts it to text.
///
/// PostgreSQL manual, section "Data Types"; for what only has a [`FromStr`], see [`Parsed`].
///
/// ```
/// use changeover::FromText;
///
/// assert_eq!(i32::from_text(Some("7")), Ok(7));
/// ```
pub trait FromText: Sized {
    /// Reads a value, none for NULL; the error says what it is not, and does not quote it.
    fn from_text(text: Option<&str>) -> Result<Self, String>;
}

/// A value as text that PostgreSQL casts to the column's type.
///
/// ```
/// use changeover::IntoText;
///
/// assert_eq!(7_i32.into_text(), Some("7".to_owned()));
/// ```
pub trait IntoText {
    /// Writes a value; none is NULL.
    fn into_text(self) -> Option<String>;
}

/// A value by its own [`FromStr`] and [`Display`]: `Parsed<Uuid>`, `Parsed<IpAddr>`.
///
/// ```
/// use std::net::IpAddr;
///
/// use changeover::Parsed;
///
/// /// Any type that can be parsed from text and written as such.
/// fn is_local(Parsed(address): &Parsed<IpAddr>) -> bool {
///     address.is_loopback()
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Parsed<T>(pub T);

impl<T: FromStr> FromText for Parsed<T> {
    fn from_text(text: Option<&str>) -> Result<Parsed<T>, String> {
        parse(text).map(Parsed)
    }
}

impl<T: Display> IntoText for Parsed<T> {
    fn into_text(self) -> Option<String> {
        Some(self.0.to_string())
    }
}

fn parse<T: FromStr>(text: Option<&str>) -> Result<T, String> {
    let text = text.ok_or("is null: read it as an `Option`")?;
    text.parse().map_err(|_| format!("is no `{}`", type_name::<T>()))
}

macro_rules! parsed {
    ($($type:ty),*) => { $(
        impl FromText for $type {
            fn from_text(text: Option<&str>) -> Result<$type, String> {
                parse(text)
            }
        }

        impl IntoText for $type {
            fn into_text(self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )* };
}

parsed!(i16, i32, i64, f32, f64, String);

impl FromText for bool {
    fn from_text(text: Option<&str>) -> Result<bool, String> {
        match text {
            Some("t") => Ok(true),
            Some("f") => Ok(false),
            text => parse(text),
        }
    }
}

impl IntoText for bool {
    fn into_text(self) -> Option<String> {
        Some(self.to_string())
    }
}

impl IntoText for &str {
    fn into_text(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl<T: FromText> FromText for Option<T> {
    fn from_text(text: Option<&str>) -> Result<Option<T>, String> {
        text.map(|text| T::from_text(Some(text))).transpose()
    }
}

impl<T: IntoText> IntoText for Option<T> {
    fn into_text(self) -> Option<String> {
        self.and_then(IntoText::into_text)
    }
}

impl<T: FromText> FromRow for T {
    fn from_row(row: Row<'_>) -> Result<T, String> {
        expect_columns(row, 1)?;
        column(row, 0)
    }
}

impl<T: IntoText> IntoRow for T {
    fn into_row(self) -> Vec<Option<String>> {
        vec![self.into_text()]
    }
}

fn expect_columns(row: Row<'_>, wanted: usize) -> Result<(), String> {
    match row.len() {
        given if given == wanted => Ok(()),
        given => Err(format!("it has {given} columns, and {wanted} are read")),
    }
}

fn column<T: FromText>(row: Row<'_>, index: usize) -> Result<T, String> {
    T::from_text(row.get(index)).map_err(|what| format!("column {} {what}", index + 1))
}

macro_rules! tuples {
    ($($name:ident $index:tt),+) => {
        impl<$($name: FromText),+> FromRow for ($($name,)+) {
            fn from_row(row: Row<'_>) -> Result<Self, String> {
                expect_columns(row, [$($index),+].len())?;
                Ok(($(column::<$name>(row, $index)?,)+))
            }
        }

        impl<$($name: IntoText),+> IntoRow for ($($name,)+) {
            fn into_row(self) -> Vec<Option<String>> {
                vec![$(self.$index.into_text()),+]
            }
        }
    };
}

tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rows;

    fn read<T: FromRow>(values: &[Option<&str>]) -> Result<T, String> {
        let row = values.iter().map(|value| value.map(str::to_owned)).collect();
        let rows = Rows::new(vec![row], 1);
        T::from_row(rows.iter().next().expect("there is one"))
    }

    #[test]
    fn a_row_is_read_by_its_types() {
        let row = read(&[Some("-7"), None, Some("true"), Some("::1")]);
        let (number, text, truth, address): (i32, Option<String>, bool, Parsed<std::net::IpAddr>) =
            row.expect("it fits");
        assert_eq!((number, text, truth), (-7, None, true));
        assert!(address.0.is_loopback());
        assert_eq!(read::<String>(&[Some("alone")]), Ok("alone".to_owned()));
    }

    #[test]
    fn what_does_not_fit_is_named_and_not_quoted() {
        let wrong = read::<(String, i32)>(&[Some("a"), Some("secret")]);
        assert_eq!(wrong, Err("column 2 is no `i32`".to_owned()));
        let null = read::<i64>(&[None]);
        assert_eq!(null, Err("column 1 is null: read it as an `Option`".to_owned()));
    }

    #[test]
    fn a_row_of_another_width_is_not_read() {
        let wide = read::<i32>(&[Some("1"), Some("2")]);
        assert_eq!(wide, Err("it has 2 columns, and 1 are read".to_owned()));
        assert!(read::<(i32, i32)>(&[Some("1")]).is_err());
    }

    #[test]
    fn a_row_is_written_in_order() {
        let row = (1_i64, "it's", None::<bool>, Parsed(2.5)).into_row();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(row, [text("1"), text("it's"), None, text("2.5")]);
    }
}
