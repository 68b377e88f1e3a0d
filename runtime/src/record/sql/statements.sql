create table if not exists changeover.statements (
    history text not null,
    migration text not null,
    queryid bigint not null,
    calls bigint not null,
    seen_at timestamptz not null,
    grew_at timestamptz not null,
    primary key (history, migration, queryid)
)
