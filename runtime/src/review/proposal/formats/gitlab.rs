//! The concerns as GitLab's report of code quality.
//!
//! GitLab documentation, "Code Quality", "Code Quality report format".

use serde_json::{Value, json};

use super::{plain, with_fingerprints};
use crate::review::proposal::data::{Concern, Level, Proposal};

impl Proposal {
    /// Writes its concerns as GitLab's artifact `codequality` has them.
    ///
    /// ```
    /// use changeover::review::{self, Grounds};
    /// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
    /// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
    /// # fn main() -> Result<(), review::ProposalError> {
    /// assert_eq!(review::proposal(&MIGRATIONS, &Grounds::default())?.to_gitlab(), "[]\n");
    /// # Ok(())
    /// # }
    /// ```
    pub fn to_gitlab(&self) -> String {
        let all = with_fingerprints(self);
        let all: Vec<Value> = all.iter().map(|(concern, mark)| issue(concern, mark)).collect();
        format!("{:#}\n", Value::from(all))
    }
}

fn issue(concern: &Concern, fingerprint: &str) -> Value {
    let Concern { rule, level, what, help, place, .. } = concern;
    let severity = match level {
        Level::Note => "info",
        Level::Warning => "major",
        Level::Error => "blocker",
    };
    json!({
        "description": plain(&format!("{what} What to do: {help}")),
        "check_name": rule,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": { "path": place.file, "lines": { "begin": place.line } },
    })
}
