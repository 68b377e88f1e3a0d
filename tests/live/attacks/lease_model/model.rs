//! What each call does, by the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::calls::{Call, HEADS, Lease, Who};

pub(crate) type Key = (&'static str, &'static str);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) owner: Who,
    pub(crate) place: i32,
    is_over: bool,
}

/// The leases, the sessions that keep some, and the gates that are open, each with the place of what
/// declares it.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) leases: BTreeMap<Key, Held>,
    locks: BTreeSet<(Who, Key)>,
    gates: BTreeSet<(&'static str, usize)>,
}

/// What a caller gets: rows, or this SQLSTATE.
pub(crate) type Answer = Result<usize, &'static str>;

const DENIED: Answer = Err("42501");

impl Who {
    fn speaks_for(self, app: &str) -> bool {
        match self {
            Who::Alpha | Who::Twin => app == "alpha",
            Who::Beta => app == "beta",
            Who::Stranger => false,
            Who::Runner => true,
        }
    }

    fn acts_as(self, owner: Who) -> bool {
        self == owner || self == Who::Runner
    }
}

impl Model {
    pub(crate) fn call(&mut self, call: &Call) -> Answer {
        match call {
            Call::Hold { who, app, instance, lease } => self.hold(*who, (app, instance), lease),
            Call::Release { who, app, instance } => self.release(*who, (app, instance)),
            Call::Lock { who, app, instance } => {
                self.locks.insert((*who, (app, instance)));
                Ok(1)
            }
            Call::Open { who, app, gate, needs_newer } if *who == Who::Runner => {
                Ok(self.open(app, *gate, *needs_newer))
            }
            Call::Undo { who, app, place } if *who == Who::Runner => Ok(self.undo(app, *place)),
            Call::Restart { who } => {
                self.locks.retain(|(holder, _)| holder != who);
                Ok(0)
            }
            Call::Wait { app, instance } => {
                let Some(lease) = self.leases.get_mut(&(*app, *instance)) else { return Ok(0) };
                lease.is_over = true;
                Ok(1)
            }
            // The runner's hands are not tied, and not part of this.
            Call::Write { who, .. } if *who == Who::Runner => Ok(0),
            Call::Open { .. } | Call::Undo { .. } | Call::Write { .. } => DENIED,
        }
    }

    fn hold(&mut self, who: Who, key: Key, lease: &Lease) -> Answer {
        if !who.speaks_for(key.0) {
            return DENIED;
        }
        if !lease.is_bounded() {
            return Err("22023");
        }
        if key.0 == "nobody's" {
            return Err("CO003");
        }
        let known = (lease.head < HEADS.len() - 1).then(|| i32::try_from(lease.head));
        let place = known.and_then(Result::ok).or(lease.place);
        let Some(place) = place else { return Err("22023") };
        if self.gates.iter().any(|(app, gate)| *app == key.0 && is_below(place, *gate)) {
            return Err("CO001");
        }
        if self.leases.get(&key).is_some_and(|held| !who.acts_as(held.owner)) {
            return Err("CO002");
        }
        self.leases.insert(key, Held { owner: who, place, is_over: false });
        if lease.on_session {
            self.locks.insert((who, key));
        }
        Ok(1)
    }

    fn release(&mut self, who: Who, key: Key) -> Answer {
        if !who.speaks_for(key.0) {
            return DENIED;
        }
        if self.leases.get(&key).is_some_and(|held| !who.acts_as(held.owner)) {
            return Err("CO002");
        }
        self.leases.remove(&key);
        Ok(1)
    }

    /// How many things hold it back.
    fn open(&mut self, app: &'static str, gate: usize, needs_newer: bool) -> usize {
        if self.gates.contains(&(app, gate)) {
            return 0;
        }
        let older = self.live(app).filter(|place| is_below(*place, gate)).count();
        let lacks = needs_newer && !self.live(app).any(|place| !is_below(place, gate));
        let holders = older + usize::from(lacks);
        if holders == 0 {
            self.gates.insert((app, gate));
        }
        holders
    }

    fn undo(&mut self, app: &'static str, place: usize) -> usize {
        let holders = self.live(app).filter(|held| !is_below(*held, place)).count();
        // What no migration of the history has is not a gate of it.
        if holders == 0 && app != "nobody's" {
            self.gates.retain(|(of, gate)| *of != app || *gate < place);
        }
        holders
    }

    /// The places of the leases that are not over, or whose session is open.
    fn live(&self, app: &'static str) -> impl Iterator<Item = i32> {
        let of_app = self.leases.iter().filter(move |((of, _), _)| *of == app);
        let is_kept = |key: &Key, held: &Held| {
            self.locks.iter().any(|(who, of)| of == key && who.acts_as(held.owner))
        };
        of_app
            .filter(move |(key, held)| !held.is_over || is_kept(key, held))
            .map(|(_, held)| held.place)
    }
}

fn is_below(place: i32, gate: usize) -> bool {
    i64::from(place) < i64::try_from(gate).unwrap_or(i64::MAX)
}
