//! Types and literals that do not fit each other.

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            a: timestamptz default now(),
            b: text default free,
            c: smallint default 40000,
            d: varchar(3) default "abcd",
            e: uuid default "not one",
            f: boolean default 1,
            g: numeric(12, 2) default "12",
            h: timestamptz default "now",
            i: text[] default "a,b",
            j: bigint default 1.5,
            k: varchar(0),
            l: numeric(1, 2, 3),
            m: text(5),
            n: serial,
            o: money_in_euros,
            p: text identity,
            q: text default sql("lower('x'"),
            r: integer default sql("1; drop table orders"),
        });
    }
}

fn main() {}
