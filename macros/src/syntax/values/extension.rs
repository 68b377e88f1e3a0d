//! The types of extensions that many databases have.

/// Extensions, and the types that each brings.
const EXTENSIONS: &[(&str, &[&str])] = &[
    ("age", &["agtype"]),
    ("citext", &["citext"]),
    ("cube", &["cube"]),
    ("debversion", &["debversion"]),
    ("earthdistance", &["earth"]),
    ("h3", &["h3index"]),
    ("hll", &["hll"]),
    ("hstore", &["hstore"]),
    ("intarray", &["query_int"]),
    ("ip4r", &["ip4", "ip4r", "ip6", "ip6r", "ipaddress", "iprange"]),
    ("isn", &["ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc"]),
    ("lo", &["lo"]),
    ("ltree", &["lquery", "ltree", "ltxtquery"]),
    ("orafce", &["nvarchar2", "varchar2"]),
    ("pgmp", &["mpq", "mpz"]),
    ("postgis", &["box2d", "box3d", "geography", "geometry"]),
    ("postgis_raster", &["raster"]),
    ("postgis_topology", &["topogeometry"]),
    ("prefix", &["prefix_range"]),
    ("roaringbitmap", &["roaringbitmap"]),
    ("seg", &["seg"]),
    ("semver", &["semver"]),
    ("tdigest", &["tdigest"]),
    ("uint", &["int1", "uint1", "uint2", "uint4", "uint8"]),
    ("unit", &["unit"]),
    ("vector", &["halfvec", "sparsevec", "vector"]),
];

/// Extensions that bring functions for triggers, and those.
const TRIGGERS: &[(&str, &[&str])] = &[
    ("autoinc", &["autoinc"]),
    ("insert_username", &["insert_username"]),
    ("lo", &["lo_manage"]),
    ("moddatetime", &["moddatetime"]),
    ("refint", &["check_foreign_key", "check_primary_key"]),
    ("tcn", &["triggered_change_notification"]),
];

/// Others that bring neither types nor functions for triggers.
const PLAIN: &[&str] = &[
    "amcheck",
    "bloom",
    "btree_gin",
    "btree_gist",
    "dblink",
    "dict_int",
    "file_fdw",
    "fuzzystrmatch",
    "pageinspect",
    "pg_buffercache",
    "pg_freespacemap",
    "pg_prewarm",
    "pg_stat_statements",
    "pg_trgm",
    "pg_visibility",
    "pg_walinspect",
    "pgcrypto",
    "pgrowlocks",
    "pgstattuple",
    "plpgsql",
    "postgres_fdw",
    "sslinfo",
    "tablefunc",
    "tsm_system_rows",
    "tsm_system_time",
    "unaccent",
    "uuid-ossp",
    "xml2",
];

/// Tells whether it is known what an extension brings.
pub(crate) fn is_known(extension: &str) -> bool {
    let tables = EXTENSIONS.iter().chain(TRIGGERS).map(|(name, _)| *name);
    tables.chain(PLAIN.iter().copied()).any(|name| name == extension)
}

/// Tells whether an extension may bring a trigger's function.
pub(crate) fn may_bring_trigger(extension: &str, function: &str) -> bool {
    match TRIGGERS.iter().find(|(name, _)| *name == extension) {
        Some((_, functions)) => functions.contains(&function),
        None => !is_known(extension),
    }
}

/// The extension that brings a type, as far as the table tells.
pub(crate) fn of_type(ty: &str) -> Option<&'static str> {
    EXTENSIONS.iter().find(|(_, types)| types.contains(&ty)).map(|(extension, _)| *extension)
}

/// Tells whether an extension brings a type; of one that the table lacks, a type of its own name.
pub(crate) fn brings(extension: &str, ty: &str) -> bool {
    match EXTENSIONS.iter().find(|(name, _)| *name == extension) {
        Some((_, types)) => types.contains(&ty),
        None => extension == ty,
    }
}
