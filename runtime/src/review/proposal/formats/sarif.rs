//! The concerns as SARIF 2.1.0, which GitHub shows at the lines of a pull request.
//!
//! OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{plain, with_fingerprints};
use crate::review::proposal::data::{Concern, Level, Proposal};
use crate::review::proposal::rules::{self, named};

impl Proposal {
    /// Writes its concerns as SARIF 2.1.0, as code scanning takes it.
    ///
    /// ```
    /// use changeover::review::{self, Grounds};
    /// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
    /// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
    /// # fn main() -> Result<(), review::ProposalError> {
    /// let sarif = review::proposal(&MIGRATIONS, &Grounds::default())?.to_sarif();
    /// assert!(sarif.contains("\"version\": \"2.1.0\""));
    /// # Ok(())
    /// # }
    /// ```
    pub fn to_sarif(&self) -> String {
        let mut ids: Vec<String> = rules::ALL.iter().map(|rule| rule.id.to_owned()).collect();
        for concern in &self.concerns {
            if !ids.contains(&concern.rule) {
                ids.push(concern.rule.clone());
            }
        }
        let results = with_fingerprints(self);
        let results = results.iter().map(|(concern, mark)| result(concern, mark, &ids));
        let value = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "changeover",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": ids.iter().map(|id| rule(id)).collect::<Vec<_>>(),
                } },
                "columnKind": "unicodeCodePoints",
                "results": results.collect::<Vec<_>>(),
            }],
        });
        format!("{value:#}\n")
    }
}

fn rule(id: &str) -> Value {
    let rule = named(id);
    json!({
        "id": id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.title },
        "help": { "text": format!("{}.", rule.help) },
    })
}

fn result(concern: &Concern, fingerprint: &str, ids: &[String]) -> Value {
    let Concern { rule, level, what, help, place, .. } = concern;
    let level = match level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    json!({
        "ruleId": rule,
        "ruleIndex": ids.iter().position(|id| id == rule),
        "level": level,
        "message": { "text": plain(&format!("{what} What to do: {help}")) },
        "partialFingerprints": { "changeover/v1": fingerprint },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.file) },
            "region": { "startLine": place.line },
        } }],
    })
}

/// A path as a relative reference.
///
/// RFC 3986, sections 2.3 and 4.2.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_is_a_reference() {
        assert_eq!(uri("src/a b:é.rs"), "src/a%20b%3A%C3%A9.rs");
    }
}
