//! Unique constraints that are there already, that name nothing, and a fill that cannot be.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null unique,
            email: text,
            index((email), name = users_email_key),
        });
        create_table!(events { id: bigint not_null, at: timestamptz not_null, partition_by(range(at)) });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_unique!(users(emial));
        add_unique!(users(username));
        add_unique!(users(email));
        add_unique!(user(email), name = by_email);
        add_unique!(users(email), fill = "email || id", name = a);
        add_unique!(users(email), includes(id), name = b);
        add_unique!(users());
        add_unique!(events(id));
        add_unique!(events(id, at));
    }
}

fn main() {}
