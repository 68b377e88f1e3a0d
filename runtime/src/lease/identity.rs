//! Who holds a lease.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;
use std::{env, fs, process};

use crate::error::{Error, LeaseError};
use crate::migration::Migrations;
use crate::settings::Settings;
use crate::sql::quote_literal;

/// A process of the service, and the build that it runs.
pub(super) struct Identity {
    pub(super) app: String,
    pub(super) instance: String,
    head: &'static str,
    pub(super) place: usize,
    pub(super) lease: Duration,
    /// Nothing lasts on the session.
    pub(super) pooled: bool,
}

impl Identity {
    pub(super) fn new(history: &Migrations, settings: &Settings) -> Result<Identity, Error> {
        let Some(head) = history.head() else { return Err(Error::lease(LeaseError::NoMigrations)) };
        let leases = &settings.leases;
        let name = leases.instance.clone().unwrap_or_else(process_name);
        let random = RandomState::new().build_hasher().finish();
        Ok(Identity {
            app: settings.app.clone(),
            instance: format!("{name}#{random:016x}"),
            head: head.id,
            place: history.migrations.len().saturating_sub(1),
            lease: leases.time,
            pooled: false,
        })
    }

    /// The statement that takes the lease or renews it.
    pub(super) fn hold(&self) -> String {
        let Identity { place, lease, pooled, .. } = self;
        let [app, instance, head] = [&self.app, &self.instance, self.head].map(quote_literal);
        let (about, session) = (quote_literal(&process_name()), !pooled);
        format!(
            "select changeover.hold_lease({app}, {instance}, {head}, {place}, {about}, \
             pg_catalog.make_interval(secs => {}), {session})",
            lease.as_secs_f64()
        )
    }

    pub(super) fn release(&self) -> String {
        let [app, instance] = [&self.app, &self.instance].map(|text| quote_literal(text));
        format!("select changeover.release_lease({app}, {instance})")
    }
}

fn process_name() -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host = host.or_else(|| env::var("HOSTNAME").ok()).unwrap_or_default();
    format!("{}:{}", host.trim(), process::id())
}
