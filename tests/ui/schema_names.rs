//! The names of a schema: one that goes is deprecated until its contract is declared, and then gone.
#![deny(deprecated)]

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: text,
            note: text,
        });
        create_table!(logins { id: bigint identity primary_key });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
        drop_column!(users.note);
        drop_table!(logins);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_rename;
        contract!(m0002_rename);
    }
}

changeover::migrations! {
    static PENDING = [m0001_base, m0002_rename];
    mod pending;
}

changeover::migrations! {
    static DECLARED = [m0001_base, m0002_rename, m0003_contract];
    pub mod declared;
}

changeover::migrations! {
    static WRONG = [m0001_base, m0002_rename];
    pub module schema;
}

fn used_while_it_is_pending() -> String {
    let users = pending::users::TABLE;
    let (new, old) = (pending::users::DISPLAY_NAME, pending::users::USERNAME);
    let note = pending::users::NOTE;
    format!("select {new}, {old}, {note} from {users}, {}", pending::logins::TABLE)
}

fn used_with_sea_query() -> (&'static str, changeover::TableIden) {
    use pending::users::iden::{DISPLAY_NAME, TABLE};
    let old = TABLE.column(pending::users::iden::USERNAME);
    drop((DISPLAY_NAME, old));
    (declared::users::iden::USERNAME, pending::logins::iden::TABLE)
}

fn used_after_it() -> String {
    let (email, old) = (declared::users::EMAIL, declared::users::USERNAME);
    format!("select {email}, {old} from {}, {}", declared::users::TABLE, declared::logins::TABLE)
}

fn main() {}
