//! Domains that are not there, or that something still needs.

mod m0001_base {
    changeover::migration! {
        create_domain!(email: text);
        create_domain!(address: email);
        create_domain!(nick: text);
        create_table!(users {
            id: bigint identity primary_key,
            address: address,
            nick: nick,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_domain!(emails);
        drop_domain!(email);
        drop_domain!(address);
        drop_column!(users.nick);
        drop_domain!(nick);
    }
}

fn main() {}
