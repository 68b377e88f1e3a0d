//! What the macros believe of PostgreSQL's functions, against the catalogs of the server.

use changeover::testing::Server;
use changeover_tests::{Failure, block_on, fail};

/// A list of the macros, and what holds of each function in it, over all that share its name.
const LISTS: &[(&str, &str, &str)] = &[
    ("immutable", include_str!("../../../macros/src/grammar/functions/immutable.txt"), "{i}"),
    ("depends", include_str!("../../../macros/src/grammar/functions/depends.txt"), "{i,s}"),
    ("stable", include_str!("../../../macros/src/grammar/functions/stable.txt"), "{s}"),
    ("volatile", include_str!("../../../macros/src/grammar/functions/volatile.txt"), "{v}"),
    ("aggregate", include_str!("../../../macros/src/grammar/functions/aggregate.txt"), "{a}"),
    ("set", include_str!("../../../macros/src/grammar/functions/set.txt"), "{set}"),
];

/// Names that a server does not have came later, or are gone.
const WRONG: &str = "
    select string_agg(format('%s is %s', name, found), ', ' order by name) from (
        select proname as name, array_agg(distinct case cast($2 as text)
            when '{a}' then prokind::text
            when '{set}' then case when proretset then 'set' else 'single' end
            else provolatile::text end) as found
        from unnest(string_to_array($1, ' ')) as list
        join pg_proc on proname = list and pronamespace = 'pg_catalog'::regnamespace
        group by proname
    ) functions where found <> cast($2 as text)::text[]";

#[test]
fn functions_are_as_volatile_as_the_macros_believe() -> Result<(), Failure> {
    block_on(async {
        let database = Server::shared().await?.database("functions").await?;
        let db = database.connect().await?;
        for (list, names, expected) in LISTS {
            let names = names.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            let wrong: Option<String> = db.query_one(WRONG, &[&names, expected]).await?.get(0);
            if let Some(wrong) = wrong {
                fail!("{list}: {wrong}");
            }
        }
        Ok(())
    })
}
