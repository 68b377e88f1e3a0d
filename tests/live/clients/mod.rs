//! Clients notice nothing: no error, no long wait, whatever they hold, set or prepared.

mod blocked;
mod compat_view;
mod deadlocks;
mod deferrable;
mod jit;
mod passing;
mod prepared;
mod role_settings;
mod search_path;
mod through_view;
mod upserts;
mod users_names;
mod your_triggers;
