//! Leases are connections: an instance says so before there is none left for the job that migrates.

use changeover::testing::Server;
use changeover_tests::fixture::Fixture;
use changeover_tests::logins::Logins;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, connect, fail};
use tokio_postgres::NoTls;

use crate::record::secrets::{Log, logged};

const WARNING: &str = "the server is short of connections";

/// Of 20 connections 3 are for superusers, and 10 for a run and those who look after it: the first
/// lease finds fewer.
const OTHERS: usize = 9;

/// A lease of a role that is shown no session but its own.
async fn lease(logins: &Logins) -> Result<(), Failure> {
    let builder = Fixture::leasing(&RENAME_HISTORY);
    let lease = builder.connect_with(logins.config("app")?, NoTls).await?.hold_lease().await?;
    lease.release().await;
    Ok(())
}

#[test]
fn a_lease_warns_before_the_server_has_no_connection_left() -> Result<(), Failure> {
    let log = Log::default();
    let test = async {
        let mut server = Server::start_own().await?;
        let mut fixture = Fixture::on(&server, "lease_room").await?;
        fixture.db.batch_execute("alter system set max_connections = 20").await?;
        server.crash().await?;
        server.restart().await?;
        fixture.follow(&server).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        let logins = Logins::make(&fixture.db, fixture.url(), &["app"]).await?;
        logins.let_hold(&fixture.db, "app", "harness").await?;

        lease(&logins).await?;
        if log.text().contains(WARNING) {
            fail!("there is room:\n{}", log.text());
        }
        let mut others = Vec::new();
        for _ in 0..OTHERS {
            others.push(connect(fixture.url(), "other").await?);
        }
        lease(&logins).await?;
        if !log.text().contains(WARNING) {
            fail!("nobody says that there are {} others:\n{}", others.len(), log.text());
        }
        Ok(())
    };
    logged(test, &log)
}
