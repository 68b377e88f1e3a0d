//! Constraints that are not there, names that are taken, and one that is on its way.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            email: text not_null unique check("email <> ''"),
            index(email),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_constraint!(users.users_emial_check => users_email_given);
        rename_constraint!(users.users_email_check => users_pkey);
        rename_constraint!(users.users_pkey => users_email_idx);
        rename_constraint!(users_email_key => users_address_key);
        rename_constraint!(users.users_email_key, users_address_key);
    }
}

mod m0003_key {
    changeover::migration! {
        after super::m0001_base;
        rename_constraint!(users.users_email_key => users_address_key);
    }
}

mod m0004_early {
    changeover::migration! {
        after super::m0003_key;
        drop_constraint!(users.users_address_key);
        rename_constraint!(users.users_email_key => users_mail_key);
    }
}

fn main() {}
