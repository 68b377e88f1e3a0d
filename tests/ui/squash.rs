//! What a baseline squashes: what stands in its clause, where it stands, and that it makes the same
//! schema.

mod m0001_no_schema {
    changeover::migration! {
        baseline(squashes = [m0001_users, m0002_rename contracted]);
        create_table!(users { id: bigint identity primary_key });
    }
}

mod m0001_nothing {
    changeover::migration! {
        baseline(squashes = [], schema = "0");
        create_table!(users { id: bigint identity primary_key });
    }
}

mod m0001_no_list {
    changeover::migration! {
        baseline(schema = "0");
        create_table!(users { id: bigint identity primary_key });
    }
}

mod m0001_word {
    changeover::migration! {
        baseline(squashes = [m0001_users contract], schema = "0");
        create_table!(users { id: bigint identity primary_key });
    }
}

mod m0001_twice {
    changeover::migration! {
        baseline(squashes = [m0002_base = [m0001_users, m0002_rename], m0001_users], schema = "0");
        create_table!(users { id: bigint identity primary_key });
    }
}

mod m0003_baseline {
    changeover::migration! {
        baseline(squashes = [m0001_users, m0002_rename contracted, m0003_drop], schema = "4a2a8b6fcd2d3b5e");
        create_table!(users { id: bigint identity primary_key });
    }
}

mod m0004_more {
    changeover::migration! {
        after super::m0003_baseline;
        contract!(m0002_rename);
    }
}

mod m0005_late {
    changeover::migration! {
        after super::m0004_more;
        baseline(squashes = [m0003_drop], schema = "0");
        create_table!(teams { id: bigint identity primary_key });
    }
}

fn main() {}
