//! Phases and deploys as a diagram of Mermaid's.

use std::fmt::Write as _;

use crate::migration::Phase;
use crate::outcome::forecast::Takes;
use crate::review::deploys::Deploy;
use crate::review::proposal::data::{Proposal, ProposedMigration};

/// More of them are no picture.
const MOST: usize = 30;

/// Draws what comes after what, and what a gate holds; none where that is more than one takes in.
pub(super) fn diagram(proposal: &Proposal) -> Option<String> {
    let phases: usize = proposal.migrations.iter().map(|migration| migration.phases.len()).sum();
    if phases == 0 || phases > MOST {
        return None;
    }
    let mut drawing = Drawing::default();
    proposal.deploys.iter().for_each(|deploy| drawing.needs(deploy));
    for migration in &proposal.migrations {
        drawing.before_deploy(migration);
    }
    let builds = proposal.deploys.iter().find_map(|deploy| match deploy {
        Deploy::Build { head } => Some(*head),
        _ => None,
    });
    if let Some(head) = builds {
        let label = format!("deploy the builds with {head}");
        drawing.follow(&format!("([\"{}\"])", label_of(&label)), "-->");
    }
    proposal.migrations.iter().for_each(|migration| drawing.background(migration));
    for deploy in &proposal.deploys {
        if let Deploy::Gate { migration, phase, by } = deploy {
            let known = proposal.migrations.iter().find(|one| one.id == *migration);
            if let Some(one) = known {
                drawing.gate(one, *phase, *by);
            }
        }
    }
    Some(drawing.text())
}

#[derive(Default)]
struct Drawing {
    lines: String,
    nodes: usize,
    /// The last of those that come one after the other.
    last: Option<usize>,
    /// The last one before the builds, from which the background goes on.
    migrated: Option<usize>,
    gone: Vec<usize>,
}

impl Drawing {
    fn node(&mut self, shape: &str) -> usize {
        let node = self.nodes;
        self.nodes += 1;
        let _ = writeln!(self.lines, "  n{node}{shape}");
        node
    }

    fn arrow(&mut self, from: Option<usize>, arrow: &str, to: usize) {
        if let Some(from) = from {
            let _ = writeln!(self.lines, "  n{from} {arrow} n{to}");
        }
    }

    /// One more in the row.
    fn follow(&mut self, shape: &str, arrow: &str) {
        let node = self.node(shape);
        self.arrow(self.last, arrow, node);
        self.last = Some(node);
    }

    fn needs(&mut self, deploy: &Deploy) {
        if let Deploy::Needs { contract, .. } = deploy {
            let label = format!("once the contract of {contract} has run");
            self.follow(&format!("{{{{\"{}\"}}}}", label_of(&label)), "-->");
        }
    }

    fn phase(&mut self, migration: &ProposedMigration, phase: Phase) -> Option<String> {
        let (_, takes) = migration.phases.iter().find(|(known, _)| *known == phase)?;
        let takes = match takes {
            Takes::Unknown => "nobody knows how long".to_owned(),
            takes => takes.to_string(),
        };
        let (name, takes) = (label_of(&format!("{}: {phase}", migration.id)), label_of(&takes));
        let lost = migration.changes.iter().flat_map(|change| &change.gone);
        let is_lost = lost.into_iter().any(|gone| gone.has_values && gone.phase == phase);
        if is_lost {
            self.gone.push(self.nodes);
        }
        let lost = if is_lost { "<br/>values go for good" } else { "" };
        Some(format!("[\"{name}<br/>{takes}{lost}\"]"))
    }

    fn before_deploy(&mut self, migration: &ProposedMigration) {
        for phase in [Phase::Expand, Phase::Migrate] {
            if let Some(shape) = self.phase(migration, phase) {
                self.follow(&shape, "-->");
            }
        }
        self.migrated = self.last;
    }

    fn background(&mut self, migration: &ProposedMigration) {
        if let Some(shape) = self.phase(migration, Phase::Background) {
            let node = self.node(&shape);
            self.arrow(self.migrated, "-.->|in the background|", node);
        }
    }

    fn gate(&mut self, migration: &ProposedMigration, phase: Phase, by: Option<&str>) {
        let held = match by {
            Some(by) => format!("no build without {by} lives"),
            None => format!("later: {phase}! of {}", migration.id),
        };
        let from = self.last;
        let gate = self.node(&format!("{{{{\"{}\"}}}}", label_of(&held)));
        self.arrow(from, if by.is_some() { "-->" } else { "-.->" }, gate);
        if let Some(shape) = self.phase(migration, phase) {
            let node = self.node(&shape);
            self.arrow(Some(gate), if by.is_some() { "-->" } else { "-.->" }, node);
        }
    }

    fn text(self) -> String {
        let mut text = format!("flowchart TD\n{}", self.lines);
        for node in self.gone {
            let _ = writeln!(text, "  style n{node} stroke:#b3402f,stroke-width:3px");
        }
        text
    }
}

/// A text within the quotes of a label. What may mean something there is written by its number.
///
/// Mermaid, "Flowcharts – Syntax", "Entity codes to escape characters".
fn label_of(text: &str) -> String {
    let mut label = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '–' | '.' | ',' | ':' | '!') {
            label.push(c);
        } else {
            let _ = write!(label, "#{};", u32::from(c));
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_no_end_within() {
        assert_eq!(label_of("m0001_a: about 2–9 s"), "m0001_a: about 2–9 s");
        assert_eq!(label_of("\"]`<b>#;|"), "#34;#93;#96;#60;b#62;#35;#59;#124;");
    }
}
