//! Triggers of what is not there, and what PostgreSQL refuses.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text });
        create_view!(names, "select id, name from users");
        create_function!(touch() returns trigger, language = plpgsql,
            body = "begin return new; end");
        create_function!(plain() returns text, language = sql, body = "select ''");
        create_trigger!(taken on users, after(delete), function = touch);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_trigger!(taken on users, before(insert), function = touch);
        create_trigger!(a on user, before(insert), function = touch);
        create_trigger!(b on users, before(update(nmae)), function = touch);
        create_trigger!(c on users, before(insert), function = tuoch);
        create_trigger!(d on users, before(insert), function = plain);
        create_trigger!(zzz_late on users, before(insert), function = touch);
        create_trigger!(e on users, instead_of(insert), function = touch);
        create_trigger!(f on names, before(insert), function = touch);
        create_trigger!(g on users, before(truncate), function = touch);
        create_trigger!(h on users, before(update), function = touch, old_table = was);
        create_trigger!(l on users, before(update), function = touch, when = "name <> ''");
        create_trigger!(m on users, before(update), function = touch, when = "new.nmae <> ''");
        create_trigger!(i on users, before(insret), function = touch);
        create_trigger!(j on users, befor(insert), function = touch);
        create_trigger!(k on users, before(insert));
    }
}

fn main() {}
