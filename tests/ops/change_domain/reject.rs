//! What a domain cannot change, and what it does not take.

mod m0001_base {
    changeover::migration! {
        create_domain!(email: text);
        create_domain!(level: smallint);
        create_table!(users { id: bigint identity primary_key, email: email, other: email });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        change_domain!(emial, default = "x");
        change_domain!(email);
        change_domain!(email, check = "value like '%@%'");
        change_domain!(email, not_null);
        change_domain!(level, check = "value > 0");
        change_domain!(level, default = "high");
        change_domain!(level, default = 99999);
    }
}

fn main() {}
