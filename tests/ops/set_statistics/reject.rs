//! Samples that PostgreSQL does not take.

mod m0001_base {
    changeover::migration! {
        create_table!(notes { id: bigint identity primary_key, title: text, body: text });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_statistics!(notes.title, 10_001);
        set_statistics!(notes.boddy, 100);
        set_statistics!(notes.body, many);
        set_statistics!(notes.body);
    }
}

fn main() {}
