//! What a builder is told of gates and leases.

use std::time::Duration;

use super::Builder;
use crate::settings::Gate;

impl Builder {
    /// Sets when switches and contracts may run; by default as soon as leases show that no instance
    /// lives whose build does not declare them.
    #[must_use]
    pub fn gate(mut self, gate: Gate) -> Builder {
        self.settings.leases.gate = gate;
        self
    }

    /// Whether every row is looked at before a switch or a contract takes a shape away: one whose old
    /// and new shape do not agree makes the run fail with
    /// [`ErrorKind::ShapesDiffer`](crate::ErrorKind::ShapesDiffer), before anything is changed. By
    /// default none is.
    ///
    /// It looks when nothing else holds the gate, by heap ranges as
    /// [`verify`](crate::Changeover::verify) does, with no lock on the table but a reader's; the gate
    /// is asked again after it. A forced contract is refused, too.
    ///
    /// ```
    /// use changeover::Changeover;
    /// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
    /// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
    /// # fn main() {
    /// let builder = Changeover::builder(&MIGRATIONS).verify_before_contract(true);
    /// # drop(builder);
    /// # }
    /// ```
    #[must_use]
    pub fn verify_before_contract(mut self, verifies: bool) -> Builder {
        self.settings.leases.verifies = verifies;
        self
    }

    /// The name of this process among those of the service, a pod's for example, by default the
    /// host's and the process id. Each lease has a random ending besides, so that two processes
    /// of one name have two leases.
    #[must_use]
    pub fn instance(mut self, name: impl Into<String>) -> Builder {
        self.settings.leases.instance = Some(name.into());
        self
    }

    /// Sets how long a lease is good for after the process was last heard of, by default 30 s; it
    /// is renewed about three times as often, and six times behind a pooler. A process that is killed holds gates back for so long, and
    /// one that is cut off from the database for longer may find, when it comes back, that it is
    /// [too old](crate::Error::is_too_old).
    ///
    /// Behind a pooler in transaction mode, which is noticed, it lives by its renewal alone, not by
    /// its connection, and [`phase_of`](crate::Lease::phase_of) learns of changes then.
    #[must_use]
    pub fn lease_time(mut self, time: Duration) -> Builder {
        self.settings.leases.time = time;
        self
    }

    /// Tells whether partitions come and go by the rules of [`keep_partitions!`](crate::keep_partitions),
    /// at the end of each run and, where a lease [finishes](Builder::finishes) what is open, every five
    /// minutes. By default they do; the role has to own the tables.
    ///
    /// ```
    /// use changeover::Changeover;
    /// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
    /// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
    /// # fn main() {
    /// let of_the_service = Changeover::builder(&MIGRATIONS).keeps_partitions(false);
    /// # drop(of_the_service);
    /// # }
    /// ```
    #[must_use]
    pub fn keeps_partitions(mut self, keeps: bool) -> Builder {
        self.settings.leases.keeps_partitions = keeps;
        self
    }

    /// Tells whether a lease finishes what is open in the background: migrations that a run has
    /// begun, and switches and contracts whose gate opens. By default it does; its role needs the
    /// rights for that.
    #[must_use]
    pub fn finishes(mut self, finishes: bool) -> Builder {
        self.settings.leases.finishes = finishes;
        self
    }
}
