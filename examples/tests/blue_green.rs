//! The move goes there, back and there again, and loses no write that was acknowledged.

use std::process::Command;

#[test]
fn the_move_loses_no_write() {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--example", "blue_green"])
        .env_remove("BLUE_URL")
        .env_remove("GREEN_URL")
        .output()
        .expect("cargo");
    let (said, wrong) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{wrong}");
    assert_eq!(said.matches("writes were held for").count(), 3, "{said}");
    assert!(said.contains("public.visits cannot be replicated as it is"), "{said}");
    assert!(said.contains("acknowledged writes are on green"), "{said}");
}
