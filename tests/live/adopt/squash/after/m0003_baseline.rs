// What the migrations up to `m0003_drop` have made.

changeover::migration! {
    baseline(
        squashes = [
            m0001_users,
            m0002_rename contracted,
            m0003_drop,
        ],
        schema = "9da065e9525704bf",
    );

    create_enum!(mood { happy, sad });

    create_function!(stamp() returns trigger, language = plpgsql, search_path = caller,
        body = "begin new.at := now(); return new; end");

    create_table!(teams {
        id: bigint identity,
        name: text not_null,
        primary_key(id),
        unique(name),
    });

    create_table!(users {
        id: bigint identity,
        age: integer,
        feels: mood not_null default "happy",
        team_id: bigint,
        at: timestamptz,
        display_name: text,
        primary_key(id),
        check("age > 0", name = grown),
        foreign_key(team_id => teams(id)),
        index((team_id)),
    });

    create_trigger!(stamp on users, before(update), function = stamp);
}
