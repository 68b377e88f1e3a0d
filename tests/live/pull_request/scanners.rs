//! What code scanners are given has the members that they require.

use changeover_tests::{Failure, fail};
use serde_json::Value;

use super::repository::{Repository, expect_all};
use crate::command_line::process::failure;

fn printed(repository: &Repository, format: &str) -> Result<Value, Failure> {
    let arguments = format!("review --format {format} --since main --stats changeover-stats.json");
    serde_json::from_str(&repository.schema(&arguments)?).map_err(failure)
}

/// One with something to say: it takes long, and a review file is not there.
fn repository(name: &str) -> Result<Repository, Failure> {
    let repository = Repository::new(name)?;
    repository.branch()?;
    repository.remove("src/migrations/sql/m0003_drop_username.sql")?;
    Ok(repository)
}

fn text<'v>(value: &'v Value, pointer: &str) -> Result<&'v str, Failure> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Failure::new(format!("{pointer} is no text of {value:#}")))
}

/// OASIS, SARIF 2.1.0, what sections 3.13 to 3.30 and 3.49 require, and what GitHub does beside.
#[test]
fn sarif_has_what_its_schema_requires() -> Result<(), Failure> {
    let repository = repository("sarif")?;
    let sarif = printed(&repository, "sarif")?;
    if text(&sarif, "/version")? != "2.1.0" || !text(&sarif, "/$schema")?.ends_with("2.1.0.json") {
        fail!("{sarif:#}");
    }
    text(&sarif, "/runs/0/tool/driver/name")?;
    let list = |pointer: &str| sarif.pointer(pointer).and_then(Value::as_array).cloned();
    let rules = list("/runs/0/tool/driver/rules").unwrap_or_default();
    let results = list("/runs/0/results").unwrap_or_default();
    if results.len() < 2 {
        fail!("{sarif:#}");
    }
    for rule in &rules {
        for pointer in ["/id", "/shortDescription/text", "/fullDescription/text", "/help/text"] {
            text(rule, pointer)?;
        }
    }
    let mut marks = Vec::new();
    for result in &results {
        text(result, "/message/text")?;
        let index = result["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok());
        let rule = index.and_then(|index| rules.get(index));
        if rule.is_none_or(|rule| rule["id"] != result["ruleId"]) {
            fail!("its rule is another: {result:#}");
        }
        if !["note", "warning", "error"].contains(&text(result, "/level")?) {
            fail!("{result:#}");
        }
        let place = "/locations/0/physicalLocation";
        let file = text(result, &format!("{place}/artifactLocation/uri"))?;
        let line = result.pointer(&format!("{place}/region/startLine")).and_then(Value::as_u64);
        if line.is_none_or(|line| line == 0) || file.starts_with('/') {
            fail!("{result:#}");
        }
        marks.push(text(result, "/partialFingerprints/changeover~1v1")?.to_owned());
    }
    let count = marks.len();
    marks.sort();
    marks.dedup();
    if marks.len() != count {
        fail!("two have the same fingerprint: {sarif:#}");
    }
    let all = sarif.to_string();
    expect_all(
        &all,
        &[
            "\"ruleId\":\"takes-long\"",
            "\"uri\":\"src/migrations/m0002_rename_username.rs\"},\"region\":{\"startLine\":3}",
            "\"ruleId\":\"review-file\"",
        ],
    )?;
    // What stands above it moves no fingerprint.
    let file = "src/migrations/m0002_rename_username.rs";
    let moved = format!("// A line.\n{}", repository.read(file)?);
    repository.write(file, &moved)?;
    let after = printed(&repository, "sarif")?.to_string();
    if marks.iter().any(|mark| !after.contains(mark)) || !after.contains("\"startLine\":4") {
        fail!("{after}");
    }
    Ok(())
}

/// GitLab documentation, "Code Quality report format".
#[test]
fn gitlab_is_given_what_it_requires() -> Result<(), Failure> {
    let issues = printed(&repository("gitlab")?, "gitlab")?;
    let Some(issues) = issues.as_array().filter(|issues| issues.len() > 1) else {
        fail!("{issues:#}")
    };
    for issue in issues {
        for pointer in ["/description", "/check_name", "/fingerprint", "/location/path"] {
            text(issue, pointer)?;
        }
        let severity = text(issue, "/severity")?;
        if !["info", "minor", "major", "critical", "blocker"].contains(&severity)
            || issue.pointer("/location/lines/begin").and_then(Value::as_u64).is_none()
        {
            fail!("{issue:#}");
        }
    }
    Ok(())
}

/// Each field of the JSON is on the page, and each rule.
#[test]
fn the_page_has_each_field_and_each_rule() -> Result<(), Failure> {
    let page = include_str!("../../../docs/pull-requests.md");
    let mut missing = Vec::new();
    let repository = repository("fields")?;
    names(&printed(&repository, "json")?, &mut missing);
    let sarif = printed(&repository, "sarif")?;
    let rules = sarif.pointer("/runs/0/tool/driver/rules").and_then(Value::as_array);
    for rule in rules.into_iter().flatten() {
        match text(rule, "/id")? {
            "preflight" => missing.push("preflight-…".to_owned()),
            id => missing.push(id.to_owned()),
        }
    }
    missing.retain(|name| !page.contains(&format!("`{name}`")));
    missing.dedup();
    if !missing.is_empty() {
        fail!("docs/pull-requests.md lacks {missing:?}");
    }
    Ok(())
}

fn names(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                all.push(name.clone());
                names(value, all);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| names(value, all)),
        _ => {}
    }
}
