//! A history with every kind of name, type and key that code is written for.
#![allow(deprecated, reason = "what the lints advise against has to be written, too")]

mod m0001_base {
    changeover::migration! {
        create_schema!(billing);
        create_schema!("Odd schema");
        create_enum!(mood { happy, "so so", "3D", "a/b" });
        create_enum!("Text" { one });
        create_enum!(billing.state { open, PAID });
        create_domain!(email: varchar(80) not_null check("value like '%@%'"));
        create_domain!(short_email: email);
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            note: text,
            email: short_email unique,
            mood: mood not_null default "happy",
            moods: mood[] not_null,
            "Full name": text,
            "full_name": text,
            "type": varchar(10)[],
            "self": char(3),
            "_id": integer,
            users: "Text",
            "größe": double precision,
        });
        create_table!(everything {
            id: uuid primary_key,
            flag: boolean not_null,
            small: smallint,
            number: integer not_null default 0,
            total: numeric(12, 2) not_null,
            any: numeric,
            ratio: real,
            day: date,
            at: time,
            stamp: timestamp,
            moment: timestamptz not_null,
            moments: timestamptz[],
            body: jsonb,
            plain: json not_null,
            raw: bytea,
            pause: interval,
            address: inet not_null,
            words: tsvector,
            during: tstzrange,
            zoned: timetz,
            documents: jsonb[],
            double: integer generated("number * 2"),
        });
        create_table!(billing.invoices {
            id: bigint identity primary_key,
            user_id: bigint not_null references(users.id, on_delete = cascade),
            state: billing.state not_null,
            states: billing.state[],
            pays: bigint unique references(billing.invoices.id),
            mood: mood,
        });
        create_table!(billing.users { id: bigint primary_key references(users.id) });
        create_table!(billing { id: bigint primary_key });
        create_table!(billing."iden" { id: bigint primary_key });
    }
}

mod m0002_more {
    changeover::migration! {
        after super::m0001_base;
        create_table!(groups { id: integer primary_key, "Name": text not_null });
        create_table!(groups_users {
            user_id: bigint not_null references(users.id),
            group_id: integer not_null references(groups.id, on_delete = cascade, on_update = cascade),
            primary_key(user_id, group_id),
            index(group_id),
        });
        create_table!(letters {
            id: bigint identity primary_key,
            sender: bigint not_null references(users.id),
            receiver: bigint not_null references(users.id),
            user_id: bigint,
            group_id: integer,
            foreign_key(user_id, group_id => groups_users(user_id, group_id)),
        });
        create_table!(logs { at: timestamptz not_null, line: text });
        create_table!("Odd schema".things { id: bigint primary_key });
        create_table!(visits {
            id: bigint not_null,
            day: date not_null,
            primary_key(id, day),
            partition_by(range(day)),
        });
        create_partition!(visits_rest of visits, default);
        create_view!(happy, "select id, mood from users where mood = 'happy'");
        create_materialized_view!(counts(mood, users), "select mood, count(*) from users group by 1", unique(mood));
    }
}

mod m0003_rename {
    changeover::migration! {
        after super::m0002_more;
        rename_column!(users.username => display_name);
        drop_column!(users.note);
    }
}

changeover::migrations! {
    pub(super) static MIGRATIONS = [m0001_base, m0002_more, m0003_rename];
    pub(super) mod schema;
}
