// What the migrations up to `m0003_drop` have made.

changeover::migration! {
    baseline(squashes = [m0001_events, m0002_keep, m0003_drop], schema = "bb4317dd257ff9c4");

    create_table!(customers {
        id: bigint identity,
        primary_key(id),
    });

    create_table!(events {
        id: bigint not_null,
        at: timestamptz not_null default sql("now()"),
        note: text,
        customer_id: bigint,
        primary_key(id, at),
        foreign_key(customer_id => customers(id)),
        index((customer_id)),
        partition_by(range(at)),
    });
    keep_partitions!(events, monthly, ahead = 1, keep = "3 months", behind = drop);
}
