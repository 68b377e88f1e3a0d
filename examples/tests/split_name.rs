//! The exercise runs through: killed, resumed, undone, made again, contracted, and every row right.

use std::process::Command;

#[test]
fn the_exercise_loses_no_write() {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--example", "split_name", "--", "--rows", "20000"])
        .output()
        .expect("cargo");
    let (said, wrong) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{wrong}");
    assert!(said.contains("hold what was written last, no client met an error"), "{said}");
}
