//! Names that are not there or taken, and half of a conversion.

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text });
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null unique,
            email: text,
            plan: text not_null default "free",
            customer_id: bigint references(customers.id), index(customer_id),
            shout: text generated("upper(username)"),
            index(email),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.usernmae => display_name);
        rename_column!(users.email => username);
        rename_column!(users.plan => tier: integer);
        rename_column!(users.customer_id => owner: text, up = "customer_id::text");
        rename_column!(customers.name => name);
        rename_column!(users.username = display_name);
    }
}

mod m0002_stated {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.email => mail: text not_null);
        rename_column!(users.username => handle: text not_null unique default "x");
        rename_column!(customers.name => title: text check("title <> ''"));
    }
}

mod m0002_expressions {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.email => mail: text, up = "lower(emial)", down = "mial");
        rename_column!(users.plan => tier: text, up = "plan", down = "tier tier");
        rename_column!(customers.name => title: text, up = "Name", down = "\"Title\"");
    }
}

mod m0002_granted {
    changeover::migration! {
        after super::m0001_base;
        grant!(select, update(plan) on users to clerk);
    }
}

mod m0003_renamed {
    changeover::migration! {
        after super::m0002_granted;
        rename_column!(users.plan => tier);
    }
}

/// Keys that cannot be copied while clients write.
mod m0001_slots {
    changeover::migration! {
        create_table!(
            customers { id: integer identity primary_key },
            allow(narrow_key, reason = "a few")
        );
        create_table!(slots {
            id: bigint identity primary_key,
            board: integer,
            place: integer,
            unique(board, place, initially_deferred, name = one_each),
        });
        create_table!(visits {
            at: date not_null,
            page: text,
            customer_id: integer references(customers.id),
            index(customer_id),
            unique(page, at),
            partition_by(range(at)),
        });
    }
}

mod m0002_slots {
    changeover::migration! {
        after super::m0001_slots;
        rename_column!(slots.place => position);
        rename_column!(visits.page => path);
        rename_column!(visits.customer_id => buyer_id);
        add_column!(visits.seller_id: integer references(customers.id));
    }
}

fn main() {}
