//! Domains that cannot be, and columns that cannot have one.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text });
        create_domain!(email: text check("value like '%@%'"));
        create_domain!(level: smallint default 0);
        create_enum!(mood { happy, sad });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_domain!(email: text);
        create_domain!(mood: text);
        create_domain!(nick);
        create_domain!(rank: smalint);
        create_domain!(size: integer default "many");
        create_domain!(code: text check("code <> ''"));
        create_domain!(short: text check("length(valu) < 9"));
        create_domain!(key: bigint identity primary_key unique references(users.id));
    }
}

mod m0002_columns {
    changeover::migration! {
        after super::m0001_base;
        add_column!(users.email: email);
        add_column!(users.level: level default 99999);
        change_type!(users.name: email, up = "name", down = "name");
        create_table!(people { id: bigint identity primary_key, email: email, level: level default "x" });
        add_column!(people.second: email);
    }
}

fn main() {}
