//! A service's own function, as a plan holds it, and the rows that it takes and gives (`row`).

pub(crate) mod row;

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;

use crate::migration::function::row::{FromRow, IntoRow};
use crate::session::executor::Rows;

/// A function that makes the values of a backfill: rows in, as many rows out, in the same order.
///
/// It may be called more than once for a row, and its values are thrown away where a client has
/// changed meanwhile what it was given; so it should do nothing but compute them, or ask somebody.
#[derive(Clone, Copy)]
pub struct ConvertFn {
    pub(crate) name: &'static str,
    pub(crate) call: fn(&Rows) -> Converting,
}

/// What a [`ConvertFn`] is going to give back.
pub type Converting = Pin<Box<dyn Future<Output = Result<Vec<Values>, ConvertError>> + Send>>;

/// A row as text, `None` for NULL.
pub(crate) type Values = Vec<Option<String>>;

/// Why a [`ConvertFn`] gave nothing back.
///
/// ```
/// use std::error::Error;
///
/// /// What the service's function says is the error's source.
/// fn said(error: &changeover::Error) -> Option<String> {
///     error.source().map(ToString::to_string)
/// }
/// ```
#[derive(Debug)]
pub struct ConvertError {
    /// The row of the batch that it lies in, where that is known.
    pub(crate) row: Option<usize>,
    pub(crate) what: String,
    pub(crate) cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl ConvertFn {
    /// A function and its path, which errors and the review file name:
    /// `ConvertFn::new("crate::labels::label", |rows| converting(rows, crate::labels::label))`.
    pub const fn new(name: &'static str, call: fn(&Rows) -> Converting) -> ConvertFn {
        ConvertFn { name, call }
    }
}

impl fmt::Debug for ConvertFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConvertFn").field(&self.name).finish()
    }
}

/// Calls an asynchronous function with rows of its own types.
pub fn converting<In, Out, E, F, Fut>(rows: &Rows, function: F) -> Converting
where
    In: FromRow,
    Out: IntoRow,
    E: Into<Box<dyn StdError + Send + Sync>>,
    F: FnOnce(Vec<In>) -> Fut,
    Fut: Future<Output = Result<Vec<Out>, E>> + Send + 'static,
{
    let read = |(index, row)| {
        In::from_row(row).map_err(|what| ConvertError { row: Some(index), what, cause: None })
    };
    let typed: Result<Vec<In>, ConvertError> = rows.iter().enumerate().map(read).collect();
    let call = typed.map(|typed| (typed.len(), function(typed)));
    Box::pin(async move {
        let (given, call) = call?;
        let made = call.await.map_err(|error| {
            let cause = error.into();
            ConvertError { row: None, what: cause.to_string(), cause: Some(cause) }
        })?;
        if made.len() != given {
            let what = format!("it gave {} rows back for {given}", made.len());
            return Err(ConvertError { row: None, what, cause: None });
        }
        Ok(made.into_iter().map(IntoRow::into_row).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Rows {
        Rows::new(vec![vec![Some("1".to_owned())], vec![Some("2".to_owned())]], 2)
    }

    #[tokio::test]
    async fn a_function_works_on_its_own_types() {
        let double = async |numbers: Vec<i64>| {
            Ok::<_, String>(numbers.iter().map(|number| (number * 2, "twice")).collect())
        };
        let made = converting(&rows(), double).await.expect("it succeeds");
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(made, [[text("2"), text("twice")], [text("4"), text("twice")]]);
    }

    #[tokio::test]
    async fn a_row_that_does_not_fit_is_known() {
        let never = async |_: Vec<bool>| Err::<Vec<bool>, _>("it was called");
        let error = converting(&rows(), never).await.expect_err("1 is no bool");
        assert_eq!((error.row, error.what.as_str()), (Some(0), "column 1 is no `bool`"));
    }

    #[tokio::test]
    async fn as_many_rows_come_back_as_were_given() {
        let first = async |numbers: Vec<i64>| Ok::<_, String>(vec![numbers[0]]);
        let error = converting(&rows(), first).await.expect_err("one is missing");
        assert_eq!(error.what, "it gave 1 rows back for 2");
    }
}
