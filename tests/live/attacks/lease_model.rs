//! The lease protocol under hostile callers: random roles and random calls, against a model.
//!
//! After each call the table of leases is as the model says: so nobody but its role, who may act as
//! it, and time change a lease, and no gate opens, and no undo begins, past one that lives.

mod calls;
mod model;
mod server;

use changeover_tests::{Failure, block_on, fail};
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use self::calls::{Call, Lease, Who};
use self::server::Server;

/// Each has some thirty calls.
const CASES: u32 = 60;

#[test]
fn hostile_callers_change_and_pass_no_lease_of_others() -> Result<(), Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(error.to_string()))?;
    let mut server = runtime.block_on(Server::start("lease_model"))?;
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let server_of_case = std::cell::RefCell::new(&mut server);
    let outcome = TestRunner::new(config).run(&calls::calls(), |calls| {
        let outcome = runtime.block_on(server_of_case.borrow_mut().replay(&calls));
        outcome.map_err(|failure| TestCaseError::fail(failure.0))
    });
    block_on(server.end())?;
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, calls)) => {
            Err(Failure::new(format!("{reason}\nthe shortest history:\n{calls:#?}")))
        }
        Err(error) => Err(Failure::new(error.to_string())),
    }
}

/// A function that is wrong, and calls that show it.
const FAULTS: [(&str, &str); 4] = [
    ("may_change(owner name) returns boolean", "true"),
    ("require_speaker(history text) returns void", "null"),
    ("acts_as(member oid, role name) returns boolean", "true"),
    ("hold_on_session(history text, instance text) returns void", "null"),
];

#[test]
fn the_model_notices_each_function_that_is_wrong() -> Result<(), Failure> {
    let hold = |who, app, head| Call::Hold {
        who,
        app,
        instance: "one",
        lease: Lease { head, place: None, about: "", time: "1 hour", on_session: true },
    };
    let calls = [
        hold(Who::Runner, "alpha", 0),
        hold(Who::Alpha, "alpha", 0),
        hold(Who::Beta, "alpha", 3),
        hold(Who::Twin, "beta", 3),
        hold(Who::Beta, "beta", 1),
        Call::Wait { app: "beta", instance: "one" },
        Call::Open { who: Who::Runner, app: "beta", gate: 2, needs_newer: false },
        hold(Who::Runner, "beta", 1),
    ];
    block_on(async {
        let mut server = Server::start("lease_faults").await?;
        server.replay(&calls).await?;
        for (function, answer) in FAULTS {
            let right = server.replace(function, answer).await?;
            if server.replay(&calls).await.is_ok() {
                fail!("nothing was noticed of {function}");
            }
            server.put_back(&right).await?;
        }
        server.replay(&calls).await?;
        server.end().await
    })
}
