create table if not exists changeover.gates (
    history text not null,
    migration text not null,
    phase text not null,
    position integer not null,
    held_by text[] not null default '{}',
    checked_at timestamptz not null,
    opened_at timestamptz,
    primary key (history, migration, phase)
)
