//! Names that PostgreSQL would cut off, and names that no SQL could quote.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            a_name_that_is_a_good_deal_longer_than_postgresql_is_going_to_keep: text,
            "with \" a quote": text,
            "": text,
            index((id), name = "a_name_that_is_a_good_deal_longer_than_postgresql_is_going_to_keep"),
        });
    }
}

mod m0001_other {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text });
        add_index!(users(name), name = "größerer_und_größerer_und_größerer_und_größerer_und_großer");
        rename_column!(users.name => "a\nb");
    }
}

fn main() {}
