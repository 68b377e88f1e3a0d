//! What no cast converts, what would not hold on another type, and what was left out.

mod m0001_base {
    changeover::migration! {
        create_table!(
            customers { id: integer identity primary_key, region: text },
            allow(narrow_key, reason = "to be widened")
        );
        create_table!(orders {
            id: bigint identity primary_key,
            customer_id: integer references(customers.id),
            code: text unique,
            label: varchar(50),
            amount: integer check("amount / 2 > 0"),
            half: integer generated("amount / 2"),
            weight: integer,
            placed_at: timestamp,
            price: numeric(12, 2),
            tag: text,
            index(sql("weight / 2")),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        change_type!(orders.cod: bigint);
        change_type!(orders.label: varchar(20));
        change_type!(orders.placed_at: timestamptz);
        change_type!(orders.price: numeric(8, 2));
        change_type!(orders.tag: uuid);
        change_type!(customers.region: integer, up = "region::integer");
        change_type!(orders.id);
    }
}

mod m0002_built_on {
    changeover::migration! {
        after super::m0001_base;
        change_type!(orders.amount: numeric);
        change_type!(orders.weight: numeric);
        change_type!(orders.half: bigint);
        change_type!(orders.code: integer, up = "code::integer + id::integer", down = "code::text");
        change_type!(orders.customer_id: bigint);
    }
}

mod m0002_keys {
    changeover::migration! {
        after super::m0001_base;
        change_type!(customers.id: bigint);
        change_type!(orders.id: bigint);
        change_type!(orders.id: numeric);
        change_type!(orders.weight: bigint not_null, with(orders.tag));
        change_type!(orders.tag: text collate("C"), zone = "UTC");
    }
}

/// Until the contract nothing may be built on the column that goes.
mod m0002_waiting {
    changeover::migration! {
        after super::m0001_base;
        change_type!(orders.price: numeric(14, 4));
        add_index!(orders(price));
    }
}

mod m0003_built_meanwhile {
    changeover::migration! {
        after super::m0002_waiting;
        add_index!(orders(label), where = "price > 10");
        set_default!(orders.price, 1);
        rename_column!(orders.price => net);
        add_column!(orders.gross: numeric not_null, fill = "price * 2");
        contract!(m0002_waiting);
    }
}

/// An index of two columns would be copied for each, and neither copy would be on both new ones.
mod m0001_links {
    changeover::migration! {
        create_table!(
            people { id: integer identity primary_key },
            allow(narrow_key, reason = "to be widened")
        );
        create_table!(
            links {
                from: integer references(people.id),
                to: integer references(people.id),
                weight: integer,
                size: integer,
                primary_key(from, to),
                index(to),
                index(weight, size),
            },
            allow(narrow_key, reason = "to be widened")
        );
    }
}

mod m0002_links {
    changeover::migration! {
        after super::m0001_links;
        change_type!(people.id: bigint, with(links.from, links.to));
        change_type!(links.weight: bigint);
        change_type!(links.size: bigint);
    }
}

/// What has no copy, or a copy that would refuse too early, and what nothing is made of.
mod m0001_slots {
    changeover::migration! {
        create_table!(slots {
            id: bigint identity primary_key,
            place: integer unique(deferrable),
            label: text default sql("md5(random()::text)"),
            size: integer,
            index(size),
        });
        create_table!(visits {
            id: bigint not_null,
            at: date not_null,
            page: integer not_null,
            unique(page, at),
            partition_by(range(at)),
        });
    }
}

mod m0002_slots {
    changeover::migration! {
        after super::m0001_slots;
        change_type!(slots.place: bigint);
        change_type!(slots.label: integer, up = "length(label) + size", down = "label::text");
        change_type!(visits.page: bigint);
    }
}

mod m0002_index {
    changeover::migration! {
        after super::m0001_slots;
        replace_index!(slots_size_idx => slots(size desc));
    }
}

mod m0003_under_it {
    changeover::migration! {
        after super::m0002_index;
        change_type!(slots.size: bigint);
    }
}

mod m0004_contract_too_early {
    changeover::migration! {
        after super::m0002_index;
        rename_column!(slots.size => width);
    }
}

mod m0005_contract_too_early {
    changeover::migration! {
        after super::m0004_contract_too_early;
        contract!(m0004_contract_too_early);
    }
}

fn main() {}
