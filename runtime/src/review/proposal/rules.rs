//! The rules that concerns are of: their names stay, because scripts and dashboards have them.

/// What a rule looks for, and what to do about what it finds.
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) help: &'static str,
}

pub(super) const DESTRUCTIVE: Rule = Rule {
    id: "destructive",
    title: "Rows or values are taken away for good",
    help: "make sure that nobody reads them any more and that a backup has them: there is no undo \
           once that phase has begun",
};
pub(super) const BLOCKS_CLIENTS: Rule = Rule {
    id: "blocks-clients",
    title: "Clients may wait for longer than a moment",
    help: "take the form without `direct` if there is one, or run it when nobody needs the table",
};
pub(super) const TOO_LARGE: Rule = Rule {
    id: "too-large",
    title: "The table is larger than the one-step form allows",
    help: "leave `direct(…)` out: the run refuses it, and stops there",
};
pub(super) const TAKES_LONG: Rule = Rule {
    id: "takes-long",
    title: "It takes long, though nobody waits for it",
    help: "begin it when it can go on to its end, watch it with `watch`, and have the room that it \
           takes on the disk and in the WAL; `pause` holds it between two batches",
};
pub(super) const RAW_SQL: Rule = Rule {
    id: "raw-sql",
    title: "SQL of the author's, which nobody has judged",
    help: "read it: what it takes away, and whether builds of before and after live with it, is its \
           author's word",
};
pub(super) const EDITED: Rule = Rule {
    id: "edited-migration",
    title: "A migration that may have run is edited or removed",
    help: "leave it as it was, and put the change into a new migration: a database that has run it \
           refuses a history with another plan",
};
pub(super) const UNLISTED: Rule = Rule {
    id: "unlisted-migration",
    title: "A migration's file is in no list",
    help: "put its module into `migrations!`, or call `new`, which does",
};
pub(super) const NO_FILE: Rule = Rule {
    id: "no-file",
    title: "A migration has no file in the folder",
    help: "name the folder with `--migrations`; a migration that is no file of its own is told for new \
           or old by nobody",
};
pub(super) const BEHIND: Rule = Rule {
    id: "branch-behind",
    title: "The other branch has got migrations meanwhile",
    help: "bring the branch up to date, and let the new migration come after them",
};
pub(super) const REVIEW_FILE: Rule = Rule {
    id: "review-file",
    title: "A review file does not show the plan",
    help: "call `review`, and commit what it writes",
};
pub(super) const OLD_STATISTICS: Rule = Rule {
    id: "old-statistics",
    title: "The statistics are more than four weeks old",
    help: "take them anew with `stats`",
};
pub(super) const HAS_RUN: Rule = Rule {
    id: "has-run",
    title: "The database has run it already",
    help: "nothing of it is left to do there; sizes and obstacles were not looked for",
};
pub(super) const MISSING_RIGHT: Rule = Rule {
    id: "missing-right",
    title: "The role lacks a right that a step needs",
    help: "grant it before the migration runs",
};
pub(super) const PREFLIGHT: Rule = Rule {
    id: "preflight",
    title: "A look at the database found what would make a phase fail or hurt",
    help: "do what the finding says before the migration runs",
};

/// All of them; one of the preflight has the name of the check behind it.
pub(super) const ALL: [&Rule; 14] = [
    &DESTRUCTIVE,
    &BLOCKS_CLIENTS,
    &TOO_LARGE,
    &TAKES_LONG,
    &RAW_SQL,
    &EDITED,
    &UNLISTED,
    &NO_FILE,
    &BEHIND,
    &REVIEW_FILE,
    &OLD_STATISTICS,
    &HAS_RUN,
    &MISSING_RIGHT,
    &PREFLIGHT,
];

/// The rule of this name.
pub(super) fn named(id: &str) -> &'static Rule {
    ALL.into_iter().find(|rule| rule.id == id).unwrap_or(&PREFLIGHT)
}
