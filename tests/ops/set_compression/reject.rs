//! Methods that there are not, and a type that is not compressed.

mod m0001_base {
    changeover::migration! {
        create_table!(notes { id: bigint identity primary_key, title: text, body: text });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_compression!(notes.title, zip);
        set_compression!(notes.id, lz4);
        set_compression!(notes.body, lz3);
    }
}

fn main() {}
