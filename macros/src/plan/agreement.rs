//! What rows agree on while two shapes of the same values are kept in step: what can be asked of
//! each row, at any time between the fill and what takes the old shape away.

use crate::syntax::values::types::Type;
use crate::syntax::words::name::Name;
use crate::syntax::words::phase::Phase;
use crate::syntax::words::sql::Sql;

/// What every row of a table agrees on.
#[derive(Clone)]
pub(crate) struct Agreement {
    pub(crate) table: String,
    /// Which rows do not, as in `rows in which …`.
    pub(crate) differing: String,
    /// The phase from whose end on; none where that is the one that fills the rows.
    pub(crate) since: Option<Phase>,
    /// The phase until whose beginning.
    pub(crate) until: Phase,
    /// A row agrees where all equalities of one of these hold.
    pub(crate) ways: Vec<Vec<Equality>>,
    /// Why it cannot be asked.
    pub(crate) unverified: Option<String>,
}

/// A condition over a row.
#[derive(Clone)]
pub(crate) struct Equality {
    pub(crate) holds: String,
    /// What stands for it where it cannot be computed.
    pub(crate) failing: Option<String>,
}

impl Equality {
    pub(crate) fn of(holds: impl Into<String>) -> Self {
        Equality { holds: holds.into(), failing: None }
    }

    /// That a column has what an expression gives.
    pub(crate) fn value(column: &Name, ty: &Type, expression: &str) -> Self {
        let (column, ty) = (column.quoted(), &ty.sql);
        Equality::of(format!("row({column})::record *= row(cast({expression} as {ty}))::record"))
    }

    /// The same of a column that is null where its type has no room for the value.
    pub(crate) fn value_or_null(column: &Name, ty: &Type, expression: &str) -> Self {
        let Equality { mut holds, .. } = Self::value(column, ty, expression);
        let null =
            format!("row({})::record *= row(cast(null as {}))::record", column.quoted(), ty.sql);
        if has_length(ty) {
            // A cast cuts off what an assignment refuses.
            let (ty, bare) = (&ty.sql, ty.without_limit());
            holds = format!(
                "({holds} or {null} and row(cast(cast({expression} as {ty}) as {bare}))::record \
                 *<> row(cast({expression} as {bare}))::record)"
            );
        }
        Equality { holds, failing: Some(null) }
    }
}

fn has_length(ty: &Type) -> bool {
    let words = ["char", "varchar", "bpchar", "bit"];
    ty.sql.contains('(') && words.iter().any(|word| ty.sql.starts_with(word))
}

impl Agreement {
    /// Of two shapes from the fill until the contract, by these ways.
    pub(crate) fn new(table: String, differing: String, ways: Vec<Vec<Equality>>) -> Self {
        Agreement { table, differing, since: None, until: Phase::Contract, ways, unverified: None }
    }

    pub(crate) fn until(self, until: Phase) -> Self {
        Agreement { until, ..self }
    }

    pub(crate) fn since(self, since: Phase) -> Self {
        Agreement { since: Some(since), ..self }
    }

    /// Leaves it out where one of these gives another value by the time that it is asked.
    pub(crate) fn made_by<'a>(self, expressions: impl IntoIterator<Item = &'a str>) -> Self {
        let unverified = expressions.into_iter().find_map(passing);
        Agreement { unverified, ..self }
    }
}

/// Why an expression may give another value later on, if it may.
fn passing(expression: &str) -> Option<String> {
    let sql = Sql { text: expression.to_owned(), span: proc_macro2::Span::call_site() };
    let why = if sql.has_query() {
        "reads other rows, which may have changed since"
    } else if sql.is_surely_volatile() || tells_the_time(&sql.text) {
        "gives another value each time"
    } else {
        return None;
    };
    Some(format!("`{expression}` {why}"))
}

/// Within a transaction it is one value, so that it does not count as volatile.
fn tells_the_time(text: &str) -> bool {
    const WORDS: [&str; 9] = [
        "now",
        "current_timestamp",
        "current_date",
        "current_time",
        "localtime",
        "localtimestamp",
        "transaction_timestamp",
        "statement_timestamp",
        "clock_timestamp",
    ];
    let text = text.to_lowercase();
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.any(|word| WORDS.contains(&word))
}
