//! The service's own queries, asked in a transaction that may only read.

use std::time::Duration;

use crate::lock::RunSession;
use crate::outcome::error::{Detail, Error};
use crate::session::shown::shown;
use crate::session::sql::{PLANS_PATH, Scope, milliseconds, set};
use crate::session::sqlstate::{QUERY_CANCELED, ends_session};
use crate::settings::query::{Answer, ThrottleQuery};

/// A query that takes longer is a load itself.
const LONGEST: Duration = Duration::from_secs(1);

/// Returns why one of them holds the run, if one does; an error where it is no such query.
pub(crate) async fn hold(
    session: &mut RunSession<'_>,
    queries: &[ThrottleQuery],
) -> Result<Option<String>, Error> {
    for query in queries {
        if let Some(why) = ask(session, query).await? {
            return Ok(Some(format!("`{}`: {why}", shown(&query.sql))));
        }
    }
    Ok(None)
}

async fn ask(session: &mut RunSession<'_>, query: &ThrottleQuery) -> Result<Option<String>, Error> {
    let timeout = milliseconds(LONGEST);
    let settings =
        [("transaction_read_only", "on"), ("statement_timeout", timeout.as_str()), PLANS_PATH];
    // One text is one transaction, whose settings end with it, also where it fails.
    let text = format!("{}; {}", set(Scope::Transaction, &settings), query.sql);
    let rows = match session.query_with_rows(&text, &query.sql).await {
        Ok(rows) => rows.without_first(),
        Err(error) if error.code() == Some(QUERY_CANCELED) => {
            return Ok(Some(format!("it takes longer than {LONGEST:?}")));
        }
        // Or the session is gone, which is another matter.
        Err(error) if ends_session(error.code()) => return Err(error),
        Err(error) => return Err(stopped(query, "failed").caused_by(error)),
    };
    match query.judge(rows.value()) {
        Answer::Within => Ok(None),
        Answer::Above(why) => Ok(Some(why)),
        Answer::Nonsense => Err(stopped(query, "gave neither a number nor a truth")),
    }
}

fn stopped(query: &ThrottleQuery, what: &str) -> Error {
    let why = format!("the throttle query `{}` {what}", shown(&query.sql));
    Error::new(Detail::Stopped { why })
}
