//! Raw SQL that a macro does better, that says too little, or that names what is not there.

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text });
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null unique,
            email: text,
            plan: text not_null default "free",
            customer_id: bigint references(customers.id),
            index(email),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        sql!(up = "alter table users rename column email to mail", undo = none, reason = "shorter");
        sql!(up = "alter table users add column token uuid not null default gen_random_uuid(), alter column plan type varchar(20)", undo = none, reason = "for links");
        sql!(up = "create index concurrently users_plan on users (plan, lower(email))", undo = none, reason = "slow");
        sql!(up = "update users set plan = 'basic' where plan = 'free'", undo = none, reason = "renamed");
        sql!(up = "begin; insert into customers (name) values ('x'); commit", undo = none, reason = "one");
        sql!(up = "set lock_timeout = '1s'", undo = none, reason = "careful");
    }
}

mod m0002_clauses {
    changeover::migration! {
        after super::m0001_base;
        sql!(up = "create unique index by_mail on users using btree (email desc nulls last, lower(plan)) include (id) with (fillfactor = 70) where email <> ''", undo = none, reason = "one");
        sql!(up = "create index on users using gin (tags)", undo = none, reason = "search");
        sql!(up = "alter table users add constraint fk foreign key (customer_id) references customers (id) on delete set null (customer_id) on update cascade deferrable initially deferred not valid", undo = none, reason = "key");
        sql!(up = "alter table users add column boss bigint constraint b references users(id) on delete cascade not null", undo = none, reason = "tree");
        sql!(up = "alter table users add constraint one_mail unique nulls not distinct (email) include (plan)", undo = none, reason = "one");
        sql!(up = "alter table users add constraint named check (plan <> 'x') no inherit not valid", undo = none, reason = "rule");
        sql!(up = "update users set email = 'x'", undo = none, reason = "all");
        sql!(up = "update users set email = lower(email), plan = 'a' || \"plan\"", undo = none, reason = "two");
        sql!(up = "update users u set email = c.name from customers c where c.id = u.customer_id", undo = none, reason = "join");
        sql!(up = "reindex index concurrently users_email_idx", undo = none, reason = "bloat");
        sql!(up = "refresh materialized view concurrently names", undo = none, reason = "rows");
    }
}

mod m0002_names {
    changeover::migration! {
        after super::m0001_base;
        sql!(up = "create statistics s on plan, emial from users", undo = "drop statistics s", reason = "planner");
        sql!(up = "create publication p for table usres", undo = "drop publication p", reason = "copy");
        sql!(up = "insert into customers (nme) values ('x')", undo = none, reason = "row");
        sql!(up = "reassign owned by old to app", undo = none, reason = "roles");
        sql!(up = "analyze users", undo = none, reason = "planner", locks(uses = share));
        sql!(up = "analyze users", undo = none, reason = "planner", locks(users = shared));
    }
}

mod m0002_definitions {
    changeover::migration! {
        after super::m0001_base;
        sql!(up = "analyze users", reason = "planner");
        sql!(up = "analyze users", undo = none);
        sql!(undo = none, reason = "planner");
        sql!(up = "analyze users", undo = "analyze users", phase = contract, reason = "planner");
        sql!(up = "analyze users", undo = none, phase = contarct, reason = "planner");
        sql!(up = "analyse table users", undo = none, reason = "planner");
        sql!(up = "", undo = none, reason = "nothing");
        sql!(up = "analyze users", undo = none, reason = "planner", allow(truncate, reason = "it may"));
        sql!(up = "truncate users", undo = none, reason = "empty", allow(trunctae, reason = "it may"));
        sql!(up = "truncate users", undo = none, reason = "empty", allow(truncate));
        sql!(up = "do $$ begin performs 1 end $$", undo = none, reason = "block", locks(), allow(do, reason = "it may"));
    }
}

fn main() {}
