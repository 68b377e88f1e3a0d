//! Two children of one parent, as a merge leaves them; a list that is out of order.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: text,
        });
    }
}

mod m0002_index {
    changeover::migration! {
        after super::m0001_base;
        add_index!(users(email));
    }
}

mod m0002_default {
    changeover::migration! {
        after super::m0001_base;
        set_default!(users.email, "none");
    }
}

changeover::migrations! {
    pub static MERGED = [m0001_base, m0002_index, m0002_default];
}

changeover::migrations! {
    pub static REVERSED = [m0002_index, m0001_base];
}

fn main() {}
