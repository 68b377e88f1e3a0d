//! Whether rows agree.

use crate::changeover::Changeover;
use crate::outcome::error::Error;
use crate::outcome::verification::Verification;
use crate::preflight::verify::against::verify_against;
use crate::preflight::verify::{Item, in_step, verify};
use crate::record::ledger::Ledger;
use crate::record::rules;
use crate::record::store::trust;
use crate::session::executor::Executor;
use crate::settings::verify::Verify;

impl Changeover {
    /// Looks whether the old and the new shape of each row agree, of every change that keeps two in
    /// step as of now: from the end of its `Migrate` until its contract begins. It changes nothing,
    /// waits for no run, and a role that may only read can do it: `usage` and `select` in the schema
    /// `changeover`, and `select` on the tables, on partitions too.
    ///
    /// It walks by heap ranges, with a statement for each that should take
    /// [`batch_time`](crate::Builder::batch_time), and minds the load as a backfill does. Clients go on
    /// writing: the two shapes of a row are read as one, so that what is found was so. A row that a
    /// client moves from before the walk to behind it is not looked at, unless that is behind the end
    /// of the table.
    ///
    /// Where expressions of a change lose something on the way, a row agrees if either shape is what
    /// they make of the other. What only a function of the service can make is in
    /// [`Verification::unverified`], and so is what an expression gives anew each time.
    ///
    /// ```no_run
    /// use changeover::{Changeover, Verify};
    /// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
    /// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
    /// # async fn example(url: &str) -> Result<(), changeover::Error> {
    /// let mut changeover = Changeover::builder(&MIGRATIONS).connect(url).await?;
    /// println!("{}", changeover.verify(&Verify::default().shown(3)).await?);
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    pub async fn verify(&mut self, what: &Verify) -> Result<Verification, Error> {
        let Changeover { history, settings, session, .. } = self;
        let executor = session.unlocked().await?;
        trust::before_reading(executor).await?;
        let mut ledger = Ledger::read(executor, &settings.app).await?;
        rules::take_squashed(history, &mut ledger)?;
        let all = history.migrations.iter();
        let items: Vec<Item> =
            all.flat_map(|migration| in_step(migration, ledger.state(migration.id))).collect();
        verify(executor, settings, &items, what).await
    }

    /// Looks whether each row of this database is in another one, too, and none besides: of every
    /// table that both have, or of those that are [asked for](Verify::table), the schema `changeover`
    /// left out. Columns that one side alone has are said and not compared.
    ///
    /// It walks by ranges of the primary key, or of the index of the replica identity, with a count and
    /// a sum of checksums for each on both sides, and names the rows of those that differ. The other
    /// database may follow this one by logical replication while clients write: a row counts as
    /// differing if it has stayed as it is here and still is another there once the other side has got
    /// all that was written here; where there is no subscription it waits for a second instead. It
    /// changes nothing, and both servers may be of different major versions.
    ///
    /// ```no_run
    /// use changeover::{Changeover, Verify};
    /// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
    /// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
    /// # async fn example(blue: &str, green: &mut tokio_postgres::Client) -> Result<(), changeover::Error> {
    /// let mut changeover = Changeover::builder(&MIGRATIONS).connect(blue).await?;
    /// let verification = changeover.verify_against(green, &Verify::default()).await?;
    /// assert!(verification.agrees(), "{verification}");
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    pub async fn verify_against(
        &mut self,
        other: &mut dyn Executor,
        what: &Verify,
    ) -> Result<Verification, Error> {
        let executor = self.session.unlocked().await?;
        verify_against(executor, other, &self.settings, what).await
    }
}
