//! Names that are taken or not there, and queries whose columns nobody can tell.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, username: text, email: text });
        create_view!(named, "select id, username from users");
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.email => address);
    }
}

mod m0003_change {
    changeover::migration! {
        after super::m0002_rename;
        create_view!(named, "select id from users");
        create_view!(typo, "select u.id from user u");
        create_view!(star, "select * from users");
        create_view!(unnamed, "select id, lower(username) from users");
        create_view!(twice(id, id), "select id, username from users");
        create_view!(fewer(id), "select id, username from users");
        create_view!(broken, "select id from users where (id > 1");
        create_view!(slip, "select id form users");
        create_view!(write, "delete from users returning id");
        create_view!(two, "select id from users; drop table users");
        create_view!(retired, "select id, u.email as mail from users u");
        create_view!(option, "select id from users", check_option = lokal);
    }
}

fn main() {}
