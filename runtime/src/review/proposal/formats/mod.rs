//! A proposal for programs: all of it (`json`), and its concerns as code scanners tell theirs (`sarif`,
//! `gitlab`).

mod gitlab;
mod json;
mod sarif;

use std::collections::BTreeMap;

use super::data::{Concern, Proposal};

/// The concerns, each with what stays the same of it from run to run, whatever stands above its line.
fn with_fingerprints(proposal: &Proposal) -> Vec<(&Concern, String)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let marked = proposal.concerns.iter().map(|concern| {
        let Concern { rule, key, place, .. } = concern;
        let text = format!("{rule}\n{}\n{key}", place.file);
        let before = seen.entry(text.clone()).or_default();
        *before += 1;
        (concern, format!("{:016x}", hash(&format!("{text}\n{before}"))))
    });
    marked.collect()
}

/// FNV-1a of 64 bits: it is the same in every build, which the standard library's is not.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

/// A sentence as plain text.
fn plain(text: &str) -> String {
    crate::session::shown::on_one_line(text)
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn a_fingerprint_is_the_published_hash() {
        // Of the list of FNV's authors.
        assert_eq!(
            [hash(""), hash("a"), hash("foobar")],
            [0xcbf2_9ce4_8422_2325, 0xaf63_dc4c_8601_ec8c, 0x8594_4171_f739_67e8]
        );
    }
}
