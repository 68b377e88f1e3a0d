//! The examples for forges do what they say, as far as they can without one: their steps run with bash in
//! a repository, and what they would send is seen.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use changeover_tests::{Failure, fail};
use yaml_rust2::{Yaml, YamlLoader};

use super::repository::{Repository, SCHEMA, expect_all};
use crate::command_line::process::failure;

/// Each argument in a line, and what it names with `@`.
const STUB: &str = r#"#!/bin/bash
{
  printf '%s' "${0##*/}"
  for argument in "$@"; do
    printf ' [%s]' "$argument"
    case "$argument" in
      *@/dev/fd/* | @/dev/fd/* | @/proc/*) printf '{%s}' "$(cat "${argument#*@}")" ;;
      *body@* | *body=@*) cp "${argument#*@}" "$SENT/body.md" ;;
    esac
  done
  printf '\n'
} >> "$SENT/calls"
"#;

/// A repository as a runner has it, with programs that note what they are given.
struct Forge {
    repository: Repository,
    sent: PathBuf,
}

impl Forge {
    fn new(name: &str) -> Result<Forge, Failure> {
        let repository = Repository::new(name)?;
        repository.branch()?;
        repository.commit("all of it")?;
        let folder = repository.folder.clone();
        for below in ["target/debug", "target/bin", "target/sent"] {
            fs::create_dir_all(folder.join(below)).map_err(failure)?;
        }
        symlink(SCHEMA, folder.join("target/debug/schema")).map_err(failure)?;
        let path = folder.display().to_string();
        repository.git(&format!("clone --quiet --bare {path} target/origin.git"))?;
        repository.git("remote add origin target/origin.git")?;
        repository.git("fetch --quiet origin")?;
        let forge = Forge { sent: folder.join("target/sent"), repository };
        for program in ["cargo", "apt-get"] {
            forge.stub(program, "")?;
        }
        Ok(forge)
    }

    /// Puts a program on the path that notes how it is called, and then does this.
    fn stub(&self, program: &str, then: &str) -> Result<(), Failure> {
        let file = self.repository.folder.join("target/bin").join(program);
        fs::write(&file, format!("{STUB}{then}\n")).map_err(failure)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).map_err(failure)
    }

    /// Runs a step as the forge would.
    fn run(&self, script: &str, variables: &[(&str, &str)]) -> Result<(), Failure> {
        let path = std::env::var("PATH").unwrap_or_default();
        let bin = self.repository.folder.join("target/bin");
        let mut command = self.repository.command("bash");
        command.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]);
        command.env("PATH", format!("{}:{path}", bin.display())).env("SENT", &self.sent);
        command.envs(variables.iter().copied());
        let output = command.output().map_err(failure)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            fail!("{}: {said}\n{script}", output.status);
        }
        Ok(())
    }

    fn sent(&self, file: &str) -> Result<String, Failure> {
        fs::read_to_string(self.sent.join(file)).map_err(failure)
    }

    fn forget(&self) -> Result<(), Failure> {
        fs::remove_file(self.sent.join("calls")).map_err(failure)?;
        fs::remove_file(self.sent.join("body.md")).map_err(failure)
    }
}

fn example(file: &str) -> Result<Yaml, Failure> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/ci").join(file);
    let text = fs::read_to_string(file).map_err(failure)?;
    let mut all = YamlLoader::load_from_str(&text).map_err(failure)?;
    all.pop().ok_or_else(|| Failure::new("it is empty"))
}

fn texts(list: &Yaml) -> Vec<&str> {
    list.as_vec().into_iter().flatten().filter_map(Yaml::as_str).collect()
}

/// The comment that is to come.
fn expect_comment(body: &str) -> Result<(), Failure> {
    let first = "<!-- changeover -->\n### Schema changes: 2 migrations";
    if !body.starts_with(first) {
        fail!("{body}");
    }
    expect_all(body, &["rename_column!(users.username => display_name)", "80,000,000", "<details>"])
}

#[test]
fn the_workflow_of_github_comments_and_updates_its_comment() -> Result<(), Failure> {
    let workflow = example("github.yml")?;
    let forge = Forge::new("github")?;
    let job = &workflow["jobs"]["review"];
    // A name of the base branch is never part of a script.
    let steps: Vec<&str> =
        job["steps"].as_vec().into_iter().flatten().filter_map(|one| one["run"].as_str()).collect();
    if steps.len() != 4 || steps.iter().any(|script| script.contains("${{")) {
        fail!("{steps:?}");
    }
    let permissions = workflow["permissions"].as_hash();
    let writes = permissions.into_iter().flatten().filter(|(_, may)| may.as_str() == Some("write"));
    let writes: Vec<Option<&str>> = writes.map(|(what, _)| what.as_str()).collect();
    if writes != [Some("pull-requests"), Some("security-events")] {
        fail!("{writes:?}");
    }
    let summary = forge.sent.join("summary.md").display().to_string();
    let variables = [
        ("SINCE", "origin/main"),
        ("GITHUB_STEP_SUMMARY", summary.as_str()),
        ("REPOSITORY", "acme/accounts"),
        ("NUMBER", "7"),
    ];
    for (known, call) in [
        ("", "[--method] [POST] [repos/acme/accounts/issues/7/comments]"),
        ("echo 42", "[--method] [PATCH] [repos/acme/accounts/issues/comments/42]"),
    ] {
        forge.stub(
            "gh",
            &format!(
                "case \"$*\" in *--jq*) {known} ;; esac",
                known = if known.is_empty() { ":" } else { known }
            ),
        )?;
        steps.iter().try_for_each(|script| forge.run(script, &variables))?;
        expect_all(&forge.sent("calls")?, &[call, "[--field] [body=@comment.md]"])?;
        expect_comment(&forge.sent("body.md")?)?;
        forge.forget()?;
    }
    expect_comment(&forge.sent("summary.md")?)?;
    let sarif = job["steps"].as_vec().into_iter().flatten();
    let sarif = sarif.filter_map(|one| one["with"]["sarif_file"].as_str()).collect::<Vec<_>>();
    expect_all(&forge.repository.read(sarif.concat().as_str())?, &["\"2.1.0\"", "takes-long"])
}

#[test]
fn the_check_of_the_workflow_fails_where_a_file_is_out_of_date() -> Result<(), Failure> {
    let workflow = example("github.yml")?;
    let forge = Forge::new("github_check")?;
    let steps = workflow["jobs"]["review"]["steps"].as_vec();
    let Some(check) = steps.and_then(|steps| steps.last()?["run"].as_str()) else { fail!("none") };
    forge.run(check, &[("SINCE", "origin/main")])?;
    forge.repository.write("src/migrations/sql/m0002_rename_username.sql", "")?;
    if forge.run(check, &[("SINCE", "origin/main")]).is_ok() {
        fail!("it does not fail");
    }
    Ok(())
}

#[test]
fn the_job_of_gitlab_writes_a_note_and_updates_it() -> Result<(), Failure> {
    let example = example("gitlab.yml")?;
    let job = &example["schema changes"];
    let forge = Forge::new("gitlab_job")?;
    let script = [texts(&job["before_script"]), texts(&job["script"])].concat();
    if script.len() != 6 {
        fail!("{script:?}");
    }
    let notes = "[https://gitlab.example.org/api/v4/projects/3/merge_requests/7/notes";
    let mut variables = vec![
        ("SINCE", "origin/main"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_API_V4_URL", "https://gitlab.example.org/api/v4"),
        ("CI_PROJECT_ID", "3"),
        ("CI_MERGE_REQUEST_IID", "7"),
    ];
    // A job is one script.
    let script = script.join("\n");
    forge.run(&script, &variables)?;
    if forge.sent("calls")?.contains("curl") {
        fail!("it writes without a token");
    }
    variables.push(("CHANGEOVER_TOKEN", "not-a-secret"));
    // Another's note with the marker is not touched.
    let strange = r#"{"id": 5, "author": {"id": 8}, "body": "<!-- changeover -->\nmine"}"#;
    let own = r#"{"id": 6, "author": {"id": 9}, "body": "<!-- changeover -->\nold"}"#;
    for (known, call) in [
        (format!("[{strange}]"), format!("[--request] [POST] {notes}]")),
        (format!("[{strange}, {own}]"), format!("[--request] [PUT] {notes}/6]")),
    ] {
        let answer = format!(
            "case \"$*\" in */user) echo '{{\"id\": 9}}' ;; *per_page*) echo '{}' ;; esac",
            known.replace('\n', "\\n")
        );
        forge.stub("curl", &answer)?;
        forge.run(&script, &variables)?;
        let calls = forge.sent("calls")?;
        expect_all(&calls, &[&call, "{PRIVATE-TOKEN: not-a-secret}"])?;
        expect_comment(&forge.sent("body.md")?)?;
        if calls.replace("{PRIVATE-TOKEN: not-a-secret}", "").contains("not-a-secret") {
            fail!("the token is among the arguments: {calls}");
        }
        forge.forget()?;
    }
    let Some(report) = job["artifacts"]["reports"]["codequality"].as_str() else { fail!("none") };
    expect_all(&forge.repository.read(report)?, &["\"check_name\": \"takes-long\""])
}
