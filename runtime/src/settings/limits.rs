//! Bounds on the load, and what is said of one that is exceeded.

use std::time::Duration;

use super::load::{Limit, Load};

/// At most one limit of each kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits(Vec<Limit>);

impl Limits {
    pub(crate) fn set(&mut self, limit: Limit) {
        let kind = std::mem::discriminant(&limit);
        self.0.retain(|known| std::mem::discriminant(known) != kind);
        self.0.push(limit);
    }

    /// Tells whether there is a limit of this one's kind.
    pub(crate) fn has(&self, limit: Limit) -> bool {
        let kind = std::mem::discriminant(&limit);
        self.0.iter().any(|known| std::mem::discriminant(known) == kind)
    }

    /// These, and in place of those of its kind each of the others.
    pub(crate) fn overridden_by(&self, others: &Limits) -> Limits {
        let mut all = self.clone();
        others.0.iter().for_each(|limit| all.set(*limit));
        all
    }

    /// Says of the first limit that the load is above what it is and what was allowed.
    pub(crate) fn exceeded(&self, load: &Load) -> Option<String> {
        self.0.iter().find_map(|limit| limit.exceeded(load))
    }

    /// Returns how much of what is allowed the load is, by the limit that it is nearest to: at 1 it
    /// is there.
    pub(crate) fn share(&self, load: &Load) -> f64 {
        let shares = self.0.iter().filter_map(|limit| limit.share(load));
        shares.fold(0.0, f64::max)
    }
}

impl Limit {
    /// None where there is no way between nothing and all that is allowed.
    fn share(&self, load: &Load) -> Option<f64> {
        let of_time = |found: Option<Duration>, most: Duration| {
            Some((found?.as_secs_f64(), most.as_secs_f64()))
        };
        let of_bytes = |found: Option<u64>, most: u64| Some((to_f64(found?), to_f64(most)));
        let (found, most) = match *self {
            Limit::ActiveSessions(most) => (f64::from(load.active_sessions?), f64::from(most)),
            Limit::ReplicaLag(most) => of_time(load.replica_lag, most)?,
            Limit::OldestTransaction(most) => of_time(load.oldest_transaction, most)?,
            Limit::CommitTime(most) => of_time(load.commit_time, most)?,
            Limit::ReplicaLagBytes(most) => of_bytes(load.replica_lag_bytes, most)?,
            Limit::SlotBytes(most) => of_bytes(load.slot_bytes, most)?,
            Limit::WalRate(most) => of_bytes(load.wal_rate, most)?,
            Limit::UnreservedSlots(_) | Limit::Vacuums(_) => return None,
        };
        (most > 0.0).then(|| found / most)
    }

    fn exceeded(&self, load: &Load) -> Option<String> {
        match *self {
            Limit::ActiveSessions(most) => {
                let active = load.active_sessions.filter(|active| *active > most)?;
                Some(format!("{active} active sessions, {most} allowed"))
            }
            Limit::ReplicaLag(most) => {
                let lag = load.replica_lag.filter(|lag| *lag > most)?;
                Some(format!("a replica is {lag:.1?} behind, {most:?} allowed"))
            }
            Limit::ReplicaLagBytes(most) => {
                let lag = load.replica_lag_bytes.filter(|lag| *lag > most)?;
                Some(format!("a replica is {lag} bytes behind, {most} allowed"))
            }
            Limit::OldestTransaction(most) => {
                let age = load.oldest_transaction.filter(|age| *age > most)?;
                Some(format!("a transaction has been open for {age:.0?}, {most:?} allowed"))
            }
            Limit::SlotBytes(most) => {
                let bytes = load.slot_bytes.filter(|bytes| *bytes > most)?;
                let slot = load.slot.as_deref().unwrap_or_default();
                Some(format!("slot `{slot}` keeps {bytes} bytes of WAL, {most} allowed"))
            }
            Limit::UnreservedSlots(most) => {
                let slots = load.unreserved_slots.filter(|slots| *slots > most)?;
                Some(format!("{slots} slots are about to lose WAL, {most} allowed"))
            }
            Limit::WalRate(most) => {
                let rate = load.wal_rate.filter(|rate| *rate > most)?;
                Some(format!("the server writes {rate} bytes of WAL a second, {most} allowed"))
            }
            Limit::Vacuums(most) => {
                let vacuums = load.vacuums.filter(|vacuums| *vacuums > most)?;
                Some(format!("{vacuums} vacuums are at work on the table, {most} allowed"))
            }
            Limit::CommitTime(most) => {
                let time = load.commit_time.filter(|time| *time > most)?;
                Some(format!("a commit takes {time:.1?}, {most:?} allowed"))
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than its first digits")]
fn to_f64(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_takes_the_place_of_the_one_before_it() {
        let mut limits = Limits::default();
        limits.set(Limit::ReplicaLag(Duration::from_secs(10)));
        let behind = Load { replica_lag: Some(Duration::from_secs(20)), ..Load::default() };
        assert_eq!(
            limits.exceeded(&behind).as_deref(),
            Some("a replica is 20.0s behind, 10s allowed")
        );
        limits.set(Limit::ActiveSessions(3));
        limits.set(Limit::ReplicaLag(Duration::from_secs(30)));
        assert_eq!(limits.exceeded(&behind), None);
        let busy = Load { active_sessions: Some(4), ..behind.clone() };
        assert_eq!(limits.exceeded(&busy).as_deref(), Some("4 active sessions, 3 allowed"));
    }

    #[test]
    fn the_share_is_that_of_the_nearest_limit() {
        let mut limits = Limits::default();
        limits.set(Limit::ReplicaLag(Duration::from_secs(10)));
        limits.set(Limit::SlotBytes(1000));
        limits.set(Limit::Vacuums(0));
        limits.set(Limit::ActiveSessions(0));
        let near = |load: Load| format!("{:.0} %", limits.share(&load) * 100.0);
        assert_eq!(near(Load::default()), "0 %");
        let behind = Load { replica_lag: Some(Duration::from_secs(8)), ..Load::default() };
        assert_eq!(near(behind.clone()), "80 %");
        assert_eq!(near(Load { slot_bytes: Some(900), ..behind }), "90 %");
        let whole = Load { vacuums: Some(0), active_sessions: Some(0), ..Load::default() };
        assert_eq!(near(whole), "0 %", "no way leads from nothing to nothing");
    }

    #[test]
    fn what_cannot_be_seen_is_within_every_bound() {
        let mut limits = Limits::default();
        limits.set(Limit::ReplicaLag(Duration::ZERO));
        limits.set(Limit::ActiveSessions(0));
        limits.set(Limit::ReplicaLagBytes(0));
        limits.set(Limit::OldestTransaction(Duration::ZERO));
        limits.set(Limit::SlotBytes(0));
        limits.set(Limit::UnreservedSlots(0));
        limits.set(Limit::WalRate(0));
        limits.set(Limit::Vacuums(0));
        limits.set(Limit::CommitTime(Duration::ZERO));
        assert_eq!(limits.exceeded(&Load::default()), None);
    }
}
