//! Several changes of one table in one migration, with names that need quotes, in another schema.

use changeover_tests::{Client, Failure, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(billing.customers { id: bigint identity primary_key, name: text });
        create_table!(billing."Order Items" {
            id: bigint identity primary_key,
            customer_id: bigint not_null references(billing.customers.id, on_delete = cascade), index(customer_id),
            user: varchar(30) not_null default "it's" check("\"user\" <> ''"),
            state: text,
            note: text not_null default "",
            unique(user, id),
            index((user desc, note), where = "note <> 'x' and \"user\" <> 'y'"),
            index(sql("lower(\"user\")")),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(billing."Order Items".user => "Größe \\ des Kunden");
        add_column!(billing."Order Items".region: text not_null, fill = "\"Größe \\ des Kunden\" || '!'");
        rename_column!(billing."Order Items".customer_id => buyer);
        set_not_null!(billing."Order Items".state, fill = "'new'");
        add_index!(billing."Order Items"(region, "Größe \\ des Kunden" desc), include(buyer));
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_change, m0003_contract];
}

const ITEMS: &str = r#"billing."Order Items""#;
const NEW: &str = r#""Größe \ des Kunden""#;

#[test]
fn changes_of_one_table_live_through_each_other() -> Result<(), Failure> {
    let touch = r#"update billing."Order Items" set note = note || '.' where id = $1"#;
    let scenario = Scenario::new(&HISTORY, "m0002_change")
        .before("create schema billing")
        .seed("insert into billing.customers (name) select 'c' || n from generate_series(1, 9) n")
        .seed(
            r#"insert into billing."Order Items" (customer_id, "user")
               select 1 + n % 9, 'u' || n from generate_series(1, 3000) n"#,
        )
        .old_build(Client::of(ITEMS).writes(r#""user""#).also("customer_id", "1").unrelated(touch))
        .dual_build(
            Client::of(ITEMS)
                .writes_as(r#""user""#, "$2::text")
                .writes_as(NEW, "$2::text")
                .also("customer_id", "2")
                .also("buyer", "2"),
        )
        .new_build(Client::of(ITEMS).writes(NEW).also("buyer", "3").also("region", "'r'").also("state", "'s'"))
        .equal(
            r#"select count(*) from billing."Order Items"
               where "user" is distinct from "Größe \ des Kunden" or customer_id is distinct from buyer
                  or state is null or region is null"#,
        );
    crate::live(&scenario, "combined")
}
