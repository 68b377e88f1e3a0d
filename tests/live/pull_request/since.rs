//! What a branch adds, edits and removes, on a repository of its own.

use changeover_tests::{Failure, fail};

use super::repository::{Repository, expect_all};

const MARKDOWN: &str = "review --format markdown --since main --stats changeover-stats.json";

#[test]
fn what_a_branch_adds_is_told_committed_or_not_and_in_the_same_words_each_time()
-> Result<(), Failure> {
    let repository = Repository::new("adds")?;
    repository.branch()?;
    let told = repository.schema(MARKDOWN)?;
    expect_all(
        &told,
        &[
            "<!-- changeover -->\n### Schema changes: 2 migrations, `m0002_rename_username` to `m0003_drop_username`\n",
            "Clients of `users` wait for moments at most",
            "| `rename_column!(users.username => display_name)` | `ACCESS EXCLUSIVE` of `users` | reads and writes wait for moments | about ",
            "| 80,000,000 |",
            "The contract of `m0002_rename_username` runs with `m0003_drop_username`",
            "```mermaid\nflowchart TD\n",
            "(`src/migrations/m0002_rename_username.rs:3`)",
            "<details><summary>The SQL of <code>m0003_drop_username</code></summary>",
        ],
    )?;
    if told.contains("m0001") && told.matches("m0001_create_users").count() != 1 {
        fail!("what `main` has is told: {told}");
    }
    if repository.schema(MARKDOWN)? != told {
        fail!("it is told otherwise the second time");
    }
    repository.commit("all of it")?;
    if repository.schema(MARKDOWN)? != told {
        fail!("it is told otherwise once it is committed");
    }
    Ok(())
}

#[test]
fn a_branch_that_lets_a_contract_run_is_told_with_what_goes() -> Result<(), Failure> {
    let repository = Repository::new("contract")?;
    repository.add("m0002_rename_username.rs")?;
    repository.schema("review")?;
    repository.commit("a name")?;
    repository.git("branch --force main")?;
    repository.add("m0003_drop_username.rs")?;
    let told = repository.schema(MARKDOWN)?;
    expect_all(
        &told,
        &[
            "### Schema change: `m0003_drop_username`\n",
            "what its contract takes away has no way back",
            "| *of `m0002_rename_username`, which `m0003_drop_username` lets run:* |",
            "| column `users.username`, no value is lost (contract) | **no** |",
        ],
    )
}

#[test]
fn a_migration_that_may_have_run_is_not_edited_or_removed_unseen() -> Result<(), Failure> {
    let repository = Repository::new("edits")?;
    repository.branch()?;
    repository.commit("all of it")?;
    repository.git("branch --force main")?;
    let file = "src/migrations/m0001_create_users.rs";
    let text = repository.read(file)?;
    repository.write(file, &format!("// Says no more.\n{text}"))?;
    let told = repository.schema(MARKDOWN)?;
    expect_all(&told, &["### Schema changes: none\n", "its plan is what it was in `main`"])?;
    let check = format!("{MARKDOWN} --check");
    let (code, _) = repository.code(&check)?;
    if code != Some(0) {
        fail!("a comment is an edit: {told}");
    }
    // Another plan than the one that was reviewed in `main`.
    let plan = "src/migrations/sql/m0001_create_users.sql";
    repository.write(plan, "create table users ();\n")?;
    repository.git("stash push --quiet --include-untracked")?;
    repository.git("checkout --quiet main")?;
    repository.write(plan, "create table users ();\n")?;
    repository.commit("as it was reviewed")?;
    repository.git("checkout --quiet -b edits main")?;
    repository.write(file, &format!("// Says no more.\n{text}"))?;
    repository.remove("src/migrations/m0002_rename_username.rs")?;
    let (code, told) = repository.code(&check)?;
    if code != Some(4) {
        fail!("it ended with {code:?}: {told}");
    }
    expect_all(
        &told,
        &[
            "🛑 **stop**: `m0001_create_users` is edited, which `main` has",
            "🛑 **stop**: `m0002_rename_username` is removed, which `main` has",
            "`src/migrations/sql/m0001_create_users.sql` differs from the plan.",
        ],
    )
}

#[test]
fn what_the_binary_does_not_know_or_git_does_not_is_said() -> Result<(), Failure> {
    let repository = Repository::new("unknown")?;
    repository.branch()?;
    let lost = repository.read("src/migrations/m0003_drop_username.rs")?;
    repository.write("src/migrations/m0004_lost.rs", &lost)?;
    repository.write("src/migrations/helper.rs", "// migration! { }\n")?;
    let told = repository.schema(MARKDOWN)?;
    expect_all(&told, &["🛑 **stop**: `m0004_lost` has a file"])?;
    if told.contains("helper") {
        fail!("what is no migration is told: {told}");
    }
    for (arguments, says) in [
        ("--since nobody/knows", "help: fetch it first"),
        ("--since --output=x", "help: fetch it first"),
        ("--since main --migrations src/nowhere", "help: `--migrations` names the folder"),
        ("--stats src/migrations/mod.rs", "help: take them anew with `stats`"),
    ] {
        let (code, said) = repository.code(&format!("review --format json {arguments}"))?;
        if code != Some(3) || !said.contains(says) {
            fail!("`{arguments}` ended with {code:?}: {said}");
        }
    }
    let (code, said) = repository.code(&format!("{MARKDOWN} --check --dir src/migrations/none"))?;
    if code != Some(4) {
        fail!("there are no review files, and it ended with {code:?}: {said}");
    }
    repository.git("checkout --quiet --orphan alone")?;
    repository.git("commit --quiet --allow-empty --message alone")?;
    let (code, said) = repository.code("review --format json --since main")?;
    if code != Some(3) || !said.contains("fetch-depth: 0") {
        fail!("it ended with {code:?}: {said}");
    }
    Ok(())
}
