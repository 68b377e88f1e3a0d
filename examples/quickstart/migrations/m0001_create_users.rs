changeover::migration! {
    create_table!(users {
        id: bigint identity primary_key,
        username: text not_null,
        created_at: timestamptz not_null default sql("now()"),
    });
}
