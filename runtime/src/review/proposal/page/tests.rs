//! A comment is what it is taken for, whatever names a service has.

use crate::migration::{LockMode, Phase};
use crate::outcome::forecast::{TableForecast, Takes};
use crate::review::deploys::Deploy;
use crate::review::proposal::data::{
    Concern, Gone, Level, Place, Proposal, ProposedChange, ProposedMigration, SizesFrom, Undo,
    Waits,
};

const SUBJECT: &str = "\"a|b`c\".<img src=x> => @team\n| x";

fn change() -> ProposedChange {
    ProposedChange {
        operation: "rename_column",
        subject: SUBJECT,
        place: None,
        locks: vec![TableForecast { table: "\"a|b\".\"`<b>`\"", mode: LockMode::AccessExclusive }],
        waits: Waits { reads: true, writes: true, takes: Takes::Unknown },
        takes: Takes::Unknown,
        rows: None,
        growth: 0,
        wal: 0,
        gone: vec![Gone {
            what: "column `a|b`".to_owned(),
            phase: Phase::Contract,
            has_values: true,
            is_later: false,
        }],
        undo: Undo::Loses(vec!["table `<i>`".to_owned()]),
        notes: vec!["a note of <b>`a|b`</b> and an odd one"],
        max_rows: None,
        has_contract: true,
        is_merged: false,
        is_raw: false,
    }
}

fn proposal() -> Proposal {
    let migration = ProposedMigration {
        id: "m0002_é",
        doc: "says <script>\n| x | @team",
        declared_by: None,
        lets_run: Vec::new(),
        phases: vec![(Phase::Expand, Takes::Moment), (Phase::Contract, Takes::Unknown)],
        changes: vec![change()],
        undo: "`undo m0002_é`, until later".to_owned(),
        review_file: "sql/m0002_é.sql".to_owned(),
        sql: "-- `````\n-- <b>\n".to_owned(),
    };
    let concern = Concern {
        rule: "preflight-blocker".to_owned(),
        level: Level::Error,
        what: "a session of `<b>` holds | <u>".to_owned(),
        help: "ask [it](x)".to_owned(),
        place: Place { file: "src/a|b.rs".to_owned(), line: 1 },
        key: String::new(),
    };
    Proposal {
        verdict: "**Clients wait**".to_owned(),
        sizes: SizesFrom::Nowhere,
        concerns: vec![concern],
        migrations: vec![migration],
        deploys: vec![
            Deploy::Up { head: "m0002_é" },
            Deploy::Build { head: "m0002_é" },
            Deploy::Gate { migration: "m0002_é", phase: Phase::Contract, by: None },
        ],
    }
}

/// The text without code, in which nothing is markup.
fn without_code(text: &str) -> String {
    let (mut bare, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('`') {
        let fence: String = rest[at..].chars().take_while(|c| *c == '`').collect();
        bare.push_str(&rest[..at]);
        let behind = &rest[at + fence.len()..];
        let mut from = 0;
        let end = loop {
            let Some(end) = behind[from..].find(&fence).map(|end| from + end) else { return bare };
            let run = behind[end..].chars().take_while(|c| *c == '`').count();
            if run == fence.len() {
                break end;
            }
            from = end + run;
        };
        rest = &behind[end + fence.len()..];
    }
    bare + rest
}

#[test]
fn nothing_of_the_users_is_markup() {
    let text = proposal().to_markdown();
    let bare = without_code(&text);
    for markup in ["<img", "<script", "<b>", "<u>", "<i>", "@team", "[it](x)"] {
        assert!(!bare.contains(markup), "{markup}: {bare}");
    }
    assert!(bare.contains("<details>"), "{bare}");
}

#[test]
fn a_row_has_as_many_cells_as_its_head() {
    let text = proposal().to_markdown();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).collect();
    assert_eq!(rows.len(), 3, "{text}");
    for row in rows {
        let bars = row.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 10, "{row}");
    }
}

#[test]
fn long_waits_and_losses_stand_out() {
    let text = proposal().to_markdown();
    for part in [
        "<!-- changeover -->\n### Schema change: `m0002_é`\n\n**Clients wait**\n",
        "🛑 **stop**: a session of `<b>` holds \\| &lt;u&gt;",
        "**reads and writes wait until it is done, and nobody knows how long that is**",
        "**yes**: column `a\\|b` with what is in it (contract)",
        "until its contract; loses what is in table `<i>` by then",
        "? (size not known)",
        "  n1([\"deploy the builds with m0002_é\"])",
        "later: contract! of m0002_é",
        "values go for good",
        "``````sql\n-- `````\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
