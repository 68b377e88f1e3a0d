//! What other operations do to a partitioned table that the model knows.

use changeover_tests::{Client, Failure, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(events {
            id: bigint not_null,
            name: text not_null default "none",
            email: text,
            note: text,
            primary_key(id),
            index(name),
            partition_by(range(id)),
        });
        create_partition!(events_1 of events, from(minvalue) to(1000));
        create_partition!(events_2 of events, from(1000) to(maxvalue));
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(events.name => title);
        set_not_null!(events.email, fill = "'unknown-' || id");
        add_column!(events.plan: text not_null default "free");
        add_column!(events.token: uuid not_null default sql("gen_random_uuid()"));
        add_check!(events, "plan <> ''", name = events_planned);
        add_index!(events(note desc, id), where = "note is not null");
        set_default!(events.note, "n");
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_change, m0003_contract];
}

#[test]
fn a_partitioned_table_changes_as_another_does() -> Result<(), Failure> {
    let scenario = Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into events (id) select n from generate_series(1, 3000) n")
        .old_build(Client::of("events").writes("name"))
        .new_build(Client::of("events").writes("title").also("email", "'e'"))
        .equal("select count(*) from events where name is distinct from title")
        .equal("select count(*) from events where email is null or token is null");
    crate::live(&scenario, "partitioned_model")
}

/// What a table gets while its partition waits to be detached.
mod waiting {
    mod m0001_base {
        changeover::migration! {
            create_table!(events { id: bigint not_null, name: text, partition_by(range(id)) });
            create_partition!(events_1 of events, from(minvalue) to(1000));
            create_function!(touch() returns trigger, language = plpgsql, body = "begin return new; end");
        }
    }

    mod m0002_detach {
        changeover::migration! {
            after super::m0001_base;
            detach_partition!(events_1 of events);
        }
    }

    mod m0003_trigger {
        changeover::migration! {
            after super::m0002_detach;
            create_trigger!(touched on events, before(update), function = touch);
        }
    }

    mod m0004_contract {
        changeover::migration! {
            after super::m0003_trigger;
            contract!(m0002_detach);
        }
    }

    changeover::migrations! {
        static HISTORY = [m0001_base, m0002_detach, m0003_trigger, m0004_contract];
    }

    use changeover_tests::fixture::Fixture;
    use changeover_tests::{Failure, block_on, fail};

    /// PostgreSQL takes the triggers of the table along when it detaches one.
    #[test]
    fn a_partition_that_goes_leaves_the_triggers_behind() -> Result<(), Failure> {
        block_on(async {
            let fixture = Fixture::new("partitioned_waiting").await?;
            let Some(pending) = HISTORY.until("m0003_trigger") else { fail!("it is not there") };
            fixture.runner(&pending).await?.migrate().await?;
            fixture.runner(&HISTORY).await?.contract().await?;
            fixture.expect_model(&HISTORY).await
        })
    }
}
