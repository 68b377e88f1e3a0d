//! Bounds on the load, and what is said of one that is exceeded.

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

    /// Whether there is a limit of this one's kind.
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
}

impl Limit {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
