//! Columns that change their type, and the keys and numbers on them.

mod convert;
mod converted;
mod declared;
mod numbers;
mod retyped;
mod retyped_keys;
mod retyped_tables;
mod serial_keys;
mod wider_keys;
