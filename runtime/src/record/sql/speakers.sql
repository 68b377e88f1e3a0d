-- For which histories a role may take leases and ask how far they are. The owner of the schema, and
-- who may act as it, needs no row.
create table if not exists changeover.speakers (
    history text not null,
    role name not null,
    -- An upgrade kept what a right on the functions gave before: all histories that there were.
    carried_over boolean not null default false,
    primary key (history, role)
)
