//! A parent that does not exist is one error, and none for what comes after it.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key });
    }
}

mod m0002_plan {
    changeover::migration! {
        after super::m0001_bas;
        add_column!(users.plan: text);
    }
}

mod m0003_index {
    changeover::migration! {
        after super::m0002_plan;
        add_index!(users(plan));
    }
}

changeover::migrations! {
    static MIGRATIONS = [m0001_base, m0002_plan, m0003_index];
}

fn main() {}
