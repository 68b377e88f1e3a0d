//! Privileges that the runner's role may not pass on or take back.

use crate::outcome::error::MAY_PASS_ON;
use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::work::refused_rights;

pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::Privilege,
    severity: |_| Severity::Fatal,
    sql: |Scene { touched, .. }: Scene<'_>| refused_rights(&touched.rights, true),
    effect: "the server would warn, and leave the privilege as it is",
    help: MAY_PASS_ON,
};
