//! Migrations go over TLS, and over nothing else.

use std::process::Command;

#[test]
fn only_a_trusted_server_is_migrated() {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--example", "tls"])
        .output()
        .expect("cargo");
    let (said, wrong) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{wrong}");
    let after = |what: &str| said.split_once(what).map_or("", |(_, rest)| rest).to_owned();
    assert!(said.contains("m0001_create_users"), "{said}");
    assert!(after("with another authority:").contains("cannot connect"), "{said}");
    assert!(said.contains("by URL: as `sslmode` says"), "{said}");
    assert!(after("without TLS:").contains("pg_hba.conf"), "{said}");
    assert!(!said.contains("correct-horse") && !wrong.contains("correct-horse"), "{said}{wrong}");
}
