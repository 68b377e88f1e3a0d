changeover::migration! {
    create_table!(users {
        id: bigint identity primary_key,
        username: text not_null,
    });
}
