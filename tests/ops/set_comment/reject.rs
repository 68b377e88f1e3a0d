//! Places that there are not, and texts that are none.

mod m0001_base {
    changeover::migration! {
        create_table!(notes { id: bigint identity primary_key, title: text, body: text });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_comment!(notes, "c");
        set_comment!(colum notes.title, "c");
        set_comment!(table note, "c");
        set_comment!(column notes.titel, "c");
        set_comment!(column notes.title, non);
        set_comment!(column title, "c");
    }
}

fn main() {}
