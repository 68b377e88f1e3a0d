//! What no macro stands for: statistics, a publication, a type, a rule, rows of reference.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(plans { name: text primary_key, price: integer not_null default 0 });
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            country: text,
            region: text,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        sql!(
            up = "create statistics users_place (dependencies) on country, region from users;
                  alter table users alter column region set (n_distinct = 50)",
            undo = "alter table users alter column region reset (n_distinct);
                    drop statistics users_place",
            reason = "the planner takes country and region for independent",
            locks(users = share_update_exclusive),
        );
        sql!(
            up = "create publication users_changes for table public.users",
            undo = "drop publication users_changes",
            reason = "the warehouse reads the changes",
        );
        sql!(
            up = "create type address as (street text, city text); -- a semicolon; in a comment",
            undo = "drop type address",
            reason = "one value, wherever it stands",
        );
        create_table!(visits { id: bigint identity primary_key, place: sql("address") });
        sql!(
            up = "create rule visits_stay as on delete to visits do instead nothing",
            undo = "drop rule visits_stay on visits",
            reason = "visits are kept for good",
        );
        sql!(
            up = "insert into plans (name) values ('free'), ('pro') on conflict do nothing;
                  update plans set price = 5 where name = 'pro'",
            undo = "delete from plans where name in ('free', 'pro')",
            phase = migrate,
            reason = "the plans that builds from now on sell",
        );
        sql!(
            up = "do $$ begin perform 1; end $$",
            phase = contract,
            reason = "to end with",
            locks(),
            allow(do, reason = "it does nothing"),
        );
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change, m0003_contract];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .old_build(Client::of("users").writes("username"))
        .new_build(Client::of("users").writes("username"))
        .equal("select count(*) from plans where name = 'pro' and price <> 5")
}
