//! Who holds a lease.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::ops::RangeInclusive;
use std::time::Duration;
use std::{env, fs, process};

use crate::migration::Migrations;
use crate::outcome::error::{Error, LeaseError};
use crate::session::shown::is_hidden;
use crate::session::sql::quote_literal;
use crate::settings::Settings;

/// As Linux has it.
const LONGEST_HOST: usize = 64;

/// A shorter one is over before it is renewed, a longer one the server refuses.
const LEASE_TIMES: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(24);

/// A process of the service, and the build that it runs.
pub(super) struct Identity {
    pub(super) app: String,
    pub(super) instance: String,
    pub(super) head: &'static str,
    pub(super) place: usize,
    pub(super) lease: Duration,
    /// Nothing lasts on the session.
    pub(super) pooled: bool,
}

impl Identity {
    pub(super) fn new(history: &Migrations, settings: &Settings) -> Result<Identity, Error> {
        let Some(head) = history.head() else { return Err(Error::lease(LeaseError::NoMigrations)) };
        let leases = &settings.leases;
        if !LEASE_TIMES.contains(&leases.time) {
            return Err(Error::lease(LeaseError::Time { time: leases.time }));
        }
        let name = leases.instance.clone().unwrap_or_else(process_name);
        let random = RandomState::new().build_hasher().finish();
        Ok(Identity {
            app: settings.app.clone(),
            instance: format!("{name}#{random:016x}"),
            head: head.id,
            place: history.place(head.id).unwrap_or_default(),
            lease: leases.time,
            pooled: false,
        })
    }

    /// The statement that takes the lease or renews it, and tells what is new since a revision.
    pub(super) fn renew(&self, known: &str) -> String {
        let Identity { place, lease, pooled, .. } = self;
        let [app, instance, head] = [&self.app, &self.instance, self.head].map(quote_literal);
        let (about, session) = (quote_literal(&process_name()), !pooled);
        format!(
            "select head_before, place_before, revision, asked, leases, oldest, newest, id, state \
             from changeover.renew_lease({app}, {instance}, {head}, {place}, {about}, \
             pg_catalog.make_interval(secs => {}), {session}, {known})",
            lease.as_secs_f64()
        )
    }

    /// The first of the switches and contracts that have begun and that this build does not declare.
    pub(super) fn closed(&self) -> String {
        let (app, place) = (quote_literal(&self.app), self.place);
        format!(
            "select migration, phase from changeover.gates_of({app}) \
             where opened and position > {place} order by position limit 1"
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
    let host = host.trim().chars().filter(|one| !is_hidden(*one)).take(LONGEST_HOST);
    format!("{}:{}", host.collect::<String>(), process::id())
}
