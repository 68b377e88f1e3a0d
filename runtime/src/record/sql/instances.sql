create table if not exists changeover.instances (
    history text not null,
    instance text not null,
    head text not null,
    position integer not null,
    about text not null,
    lease interval not null,
    since timestamptz not null,
    spoke_at timestamptz not null,
    lock_key integer not null generated always as (pg_catalog.hashtext(history || '/' || instance)) stored,
    primary key (history, instance)
)
