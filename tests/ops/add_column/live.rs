//! Columns with a constant default, with a volatile one, with a value made from the row, and with
//! constraints; one that PostgreSQL numbers.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(teams { id: bigint identity primary_key });
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            country: text,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_column!(users.plan: text not_null default "free");
        add_column!(users.token: uuid not_null default sql("gen_random_uuid()"));
        add_column!(users.region: text not_null, fill = "coalesce(country, 'unknown')");
        add_column!(users.team_id: bigint references(teams.id, on_delete = set_null), allow(foreign_key_without_index, reason = "teams are never deleted"));
        add_column!(users.code: varchar(40) default "none" check("code <> ''") comment("it's"));
        add_column!(users.badge: uuid unique default sql("gen_random_uuid()"));
        add_column!(users.number: bigint identity(always, start = 1000, increment = 10) unique);
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
        .seed("insert into teams default values")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 5000) n")
        .old_build(
            Client::of("users")
                .writes("username")
                .unrelated("update users set country = 'c' where id = $1"),
        )
        .new_build(
            Client::of("users")
                .slot("region")
                .writes("region")
                .also("username", "'n' || $1::bigint")
                .also("team_id", "1"),
        )
        .equal(
            "select count(*) from users
             where plan is null or token is null or region is null or code is null or badge is null or number is null",
        )
        .equal("select count(*) - count(distinct token) from users")
}
