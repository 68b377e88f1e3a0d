changeover::migration! {
    create_enum!(mood { happy, sad });
    create_function!(stamp() returns trigger, language = plpgsql, search_path = caller,
        body = "begin new.at := now(); return new; end");
    create_table!(teams { id: bigint identity primary_key, name: text not_null unique });
    create_table!(users {
        id: bigint identity primary_key,
        username: text,
        age: integer check("age > 0", name = grown),
        feels: mood not_null default "happy",
        team_id: bigint references(teams.id),
        at: timestamptz,
        index(team_id),
    });
    create_trigger!(stamp on users, before(update), function = stamp);
}
