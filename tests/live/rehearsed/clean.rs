//! A history that is sound: nothing is found, and the figures are there.

use changeover_tests::{Failure, block_on, fail};

use super::{brief, database, expect_clean};

mod m0001_accounts {
    changeover::migration! {
        create_table!(accounts {
            id: bigint identity primary_key,
            username: text not_null,
            email: text,
            balance: int not_null default 0,
        });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_accounts;
        rename_column!(accounts.username => display_name);
        add_index!(accounts(email));
    }
}

mod m0003_wider {
    changeover::migration! {
        after super::m0002_rename;
        contract!(m0002_rename);
        change_type!(accounts.balance: bigint);
    }
}

mod m0004_switch {
    changeover::migration! {
        after super::m0003_wider;
        switch!(m0003_wider);
    }
}

mod m0005_contract {
    changeover::migration! {
        after super::m0004_switch;
        contract!(m0003_wider);
    }
}

changeover::migrations! {
    static MIGRATIONS = [m0001_accounts, m0002_rename, m0003_wider, m0004_switch, m0005_contract];
}

const SEED: &str = "insert into accounts (username, email) \
    select 'u' || n, 'u' || n || '@example.org' from generate_series(1, 20000) n";

#[test]
fn a_sound_history_is_clean_and_measured() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_clean").await?;
        let same = "select from accounts where display_name is distinct from username";
        let rehearsal = brief(&MIGRATIONS).seed(SEED).expect_none(same).run(database.url()).await?;
        expect_clean(&rehearsal)?;
        let ids = ["m0002_rename", "m0003_wider", "m0004_switch", "m0005_contract"];
        if rehearsal.migrations != ids {
            fail!("{:?} were rehearsed", rehearsal.migrations);
        }
        for (migration, name) in [
            ("m0002_rename", "at rest"),
            ("m0002_rename", "expand"),
            ("m0002_rename", "migrate"),
            ("m0002_rename", "both builds"),
            ("m0002_rename", "undo"),
            ("m0002_rename", "migrate again"),
            ("m0003_wider", "contract"),
            ("m0005_contract", "new builds"),
        ] {
            let is_it = |phase: &&changeover::testing::RehearsedPhase| {
                phase.migration == migration && phase.name == name
            };
            let Some(phase) = rehearsal.phases.iter().find(is_it) else {
                fail!("{migration} has no {name}: {rehearsal}")
            };
            let requests = phase.old.requests + phase.new.requests;
            if phase.took.is_zero() || (name.contains("builds") && requests == 0) {
                fail!("{migration}, {name}: {phase:?}");
            }
        }
        // The page shows a report as it is.
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rehearsal.md");
        let page =
            std::fs::read_to_string(page).map_err(|error| Failure::new(error.to_string()))?;
        let said = rehearsal.to_string();
        for line in
            said.lines().filter(|line| line.starts_with("| part") || line.starts_with("| step"))
        {
            if !page.contains(line) {
                fail!("the report in docs/rehearsal.md has no line {line}");
            }
        }
        for phase in &rehearsal.phases {
            if !page.contains(phase.name) {
                fail!("docs/rehearsal.md does not name the part `{}`", phase.name);
            }
        }
        let filled = rehearsal.steps.iter().find(|step| step.rows > 0);
        if filled.is_none_or(|step| step.took.is_none() || step.rows < 15_000) {
            fail!("no fill was measured: {rehearsal}");
        }
        Ok(())
    })
}
