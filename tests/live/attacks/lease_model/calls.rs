//! What callers do.

use proptest::prelude::*;
use proptest::sample::select;

/// Who calls. The runner is a superuser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Who {
    Alpha,
    /// Speaks for the same application.
    Twin,
    Beta,
    /// May only connect.
    Stranger,
    Runner,
}

pub(crate) const CALLERS: [Who; 5] = [Who::Alpha, Who::Twin, Who::Beta, Who::Stranger, Who::Runner];

pub(crate) const APPS: [&str; 3] = ["alpha", "beta", "nobody's"];

pub(crate) const INSTANCES: [&str; 2] = ["one", "two"];

/// In the order of their places; the last is not known to the database.
pub(crate) const HEADS: [&str; 5] = ["m0", "m1", "m2", "m3", "m9"];

#[derive(Debug, Clone)]
pub(crate) enum Call {
    Hold {
        who: Who,
        app: &'static str,
        instance: &'static str,
        lease: Lease,
    },
    Release {
        who: Who,
        app: &'static str,
        instance: &'static str,
    },
    /// A lock of the lease's number, without a lease.
    Lock {
        who: Who,
        app: &'static str,
        instance: &'static str,
    },
    Open {
        who: Who,
        app: &'static str,
        gate: usize,
        needs_newer: bool,
    },
    Undo {
        who: Who,
        app: &'static str,
        place: usize,
    },
    /// The session ends, and another begins.
    Restart {
        who: Who,
    },
    /// The lease's time goes by.
    Wait {
        app: &'static str,
        instance: &'static str,
    },
    Write {
        who: Who,
        table: &'static str,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct Lease {
    pub(crate) head: usize,
    pub(crate) place: Option<i32>,
    pub(crate) about: &'static str,
    pub(crate) time: &'static str,
    pub(crate) on_session: bool,
}

impl Lease {
    pub(crate) fn is_bounded(&self) -> bool {
        !matches!(self.place, Some(place) if !(0..=100_000).contains(&place))
            && self.about.is_empty()
            && self.time == "1 hour"
    }
}

pub(crate) fn calls() -> impl Strategy<Value = Vec<Call>> {
    prop::collection::vec(call(), 1..48)
}

fn call() -> impl Strategy<Value = Call> {
    let (who, app, instance) = (|| select(&CALLERS[..]), app, || select(&INSTANCES[..]));
    prop_oneof![
        8 => (who(), app(), instance(), lease())
            .prop_map(|(who, app, instance, lease)| Call::Hold { who, app, instance, lease }),
        2 => (who(), app(), instance())
            .prop_map(|(who, app, instance)| Call::Release { who, app, instance }),
        1 => (who(), app(), instance())
            .prop_map(|(who, app, instance)| Call::Lock { who, app, instance }),
        3 => (who(), app(), 1..4_usize, any::<bool>())
            .prop_map(|(who, app, gate, needs_newer)| Call::Open { who, app, gate, needs_newer }),
        1 => (who(), app(), 1..4_usize).prop_map(|(who, app, place)| Call::Undo { who, app, place }),
        1 => who().prop_map(|who| Call::Restart { who }),
        2 => (app(), instance()).prop_map(|(app, instance)| Call::Wait { app, instance }),
        1 => (who(), select(&["instances", "gates", "speakers"][..]))
            .prop_map(|(who, table)| Call::Write { who, table }),
    ]
}

/// Most of all one, so that the roles meet.
fn app() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(APPS[0]), 2 => Just(APPS[1]), 1 => Just(APPS[2])]
}

fn lease() -> impl Strategy<Value = Lease> {
    let place = prop_oneof![
        4 => (0..6).prop_map(Some),
        2 => Just(None),
        1 => select(&[-1, 1_000, 100_001, i32::MAX, i32::MIN][..]).prop_map(Some),
    ];
    let about = prop_oneof![
        9 => Just(""),
        1 => select(&["repeat('x', 256)", "e'a\\nb'", "e'\\u202e'", "null"][..]),
    ];
    let time = prop_oneof![
        9 => Just("1 hour"),
        1 => select(&["293000 years", "-1 hour", "0", "25 hours"][..]),
    ];
    (0..HEADS.len(), place, about, time, any::<bool>()).prop_map(
        |(head, place, about, time, on_session)| Lease { head, place, about, time, on_session },
    )
}
