//! The changes that clients are watched through, and what builds ask before and after each.

use changeover::Migrations;

/// A change: its history up to the migration before it, with it, with its switch if it has one, and with
/// its contract.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) history: Migrations,
    pub(crate) change: &'static str,
    pub(crate) switch: Option<&'static str>,
    pub(crate) old: Queries,
    pub(crate) new: Queries,
}

/// What a client of a build does: it reads a row, and writes it.
#[derive(Clone, Copy)]
pub(crate) struct Queries {
    pub(crate) read: &'static str,
    pub(crate) write: &'static str,
}

macro_rules! histories {
    ($($module:ident { $change:item $($later:item)* } = [$($id:ident),*];)*) => {$(
        pub(crate) mod $module {
            mod m0001_users {
                changeover::migration! {
                    create_table!(users {
                        id: bigint identity primary_key,
                        username: text,
                        amount: integer,
                        note: text not_null default "",
                    });
                }
            }
            $change
            $($later)*
            changeover::migrations! {
                pub(crate) static HISTORY = [m0001_users, $($id),*];
            }
        }
    )*};
}

histories! {
    rename {
        mod m0002_change { changeover::migration! {
            after super::m0001_users;
            rename_column!(users.username => display_name);
        } }
        mod m0003_contract { changeover::migration! {
            after super::m0002_change;
            contract!(m0002_change);
        } }
    } = [m0002_change, m0003_contract];
    not_null {
        mod m0002_change { changeover::migration! {
            after super::m0001_users;
            set_not_null!(users.amount, fill = "0");
        } }
    } = [m0002_change];
    index {
        mod m0002_change { changeover::migration! {
            after super::m0001_users;
            add_index!(users(username));
        } }
    } = [m0002_change];
    retype {
        mod m0002_change { changeover::migration! {
            after super::m0001_users;
            change_type!(users.amount: bigint);
        } }
        mod m0003_switch { changeover::migration! {
            after super::m0002_change;
            switch!(m0002_change);
        } }
        mod m0004_contract { changeover::migration! {
            after super::m0003_switch;
            contract!(m0002_change);
        } }
    } = [m0002_change, m0003_switch, m0004_contract];
    table {
        mod m0002_change { changeover::migration! {
            after super::m0001_users;
            rename_table!(users => accounts);
        } }
        mod m0003_contract { changeover::migration! {
            after super::m0002_change;
            contract!(m0002_change);
        } }
    } = [m0002_change, m0003_contract];
}

const USERS: Queries = Queries {
    read: "select id, username::text, amount::text from users where id = $1",
    write: "update users set username = 'u' || $1, amount = coalesce(amount, 0) + 1 where id = $1",
};

pub(crate) fn all() -> Vec<Scenario> {
    let of = |name, history, switch, new| Scenario {
        name,
        history,
        change: "m0002_change",
        switch,
        old: USERS,
        new,
    };
    let renamed = Queries {
        read: "select id, display_name::text, amount::text from users where id = $1",
        write: "update users set display_name = 'n' || $1, amount = coalesce(amount, 0) + 1 \
                where id = $1",
    };
    let accounts = Queries {
        read: "select id, username::text, amount::text from accounts where id = $1",
        write: "update accounts set username = 'n' || $1, amount = coalesce(amount, 0) + 1 \
                where id = $1",
    };
    vec![
        of("rename_column", rename::HISTORY, None, renamed),
        of("set_not_null", not_null::HISTORY, None, USERS),
        of("add_index", index::HISTORY, None, USERS),
        of("change_type", retype::HISTORY, Some("m0003_switch"), USERS),
        of("rename_table", table::HISTORY, None, accounts),
    ]
}
