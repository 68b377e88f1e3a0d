//! Storages that there are not, and a type that has none.

mod m0001_base {
    changeover::migration! {
        create_table!(notes { id: bigint identity primary_key, title: text, body: text });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_storage!(notes.title, extern);
        set_storage!(notes.id, plain);
        set_storage!(notes.boddy, main);
        set_storage!(notes.body);
        add_column!(notes.at: timestamptz storage(external));
        add_column!(notes.more: text storage(far));
    }
}

fn main() {}
