//! Holds `migrations/README.md`: every file applies to an empty database in order, and what the
//! tables look like afterwards. Each test has a database of its own.

use std::{collections::BTreeSet, fs, path::Path};

use bss_portal::db::MIGRATIONS;
use sqlx::{Connection, PgConnection, PgPool, Row, migrate::Migrate};

/// Tables that belong to no cloud account, nor to a row that does, and why.
const WITHOUT_ACCOUNT: [(&str, &str); 22] = [
    ("_sqlx_migrations", "sqlx's own"),
    ("account_trade_word", "Huawei's words, the same for every account"),
    ("approval_tier", "a rule of the company"),
    ("calendar_feed", "a person's"),
    ("cloud_account", "the accounts themselves"),
    ("dictionary_list", "Huawei's words, the same for every account"),
    ("dictionary_word", "Huawei's words, the same for every account"),
    ("job", "work of the portal"),
    ("known_device", "a person's"),
    ("list_look", "a person's"),
    ("list_view", "a person's; what it shows depends on who looks"),
    ("measure_conversion", "Huawei's units, the same for every account"),
    ("measure_unit", "Huawei's units, the same for every account"),
    ("order_service", "Huawei's words, the same for every account"),
    ("person", "people see several accounts"),
    ("plan", "about several accounts, named in it"),
    ("recovery_epoch", "the database's"),
    ("resource_type_name", "Huawei's words, the same for every account"),
    ("security_event", "a person's"),
    ("setup_token", "the portal's first minute"),
    ("sign_in_failure", "nobody's yet"),
    ("transition_rule", "a rule of the journal"),
];

fn names() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the migrations")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .filter(|name| name != "README.md")
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_is_named_by_its_time_and_its_concern() {
    for name in names() {
        let concern = name.strip_suffix(".sql").and_then(|name| name.split_once('_'));
        let fine = concern.is_some_and(|(time, concern)| {
            time.len() == 14
                && time.bytes().all(|b| b.is_ascii_digit())
                && !concern.is_empty()
                && concern.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        });
        assert!(fine, "{name}");
    }
}

#[test]
fn every_file_is_compiled_in_and_goes_forward() {
    let versions: BTreeSet<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    assert_eq!(versions.len(), names().len());
    assert!(MIGRATIONS.iter().all(|migration| migration.migration_type.is_up_migration()));
}

#[sqlx::test(migrations = false)]
async fn every_migration_applies_after_the_one_before(db: PgPool) {
    let mut connection: PgConnection = db.acquire().await.expect("a connection").detach();
    let table = &*MIGRATIONS.table_name;
    connection.ensure_migrations_table(table).await.expect("the table of migrations");
    for migration in MIGRATIONS.iter() {
        connection
            .apply(table, migration)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", migration.description));
    }
    MIGRATIONS.run(&mut connection).await.expect("nothing is left to apply");
    connection.close().await.expect("closed");
}

/// Rows of one text column.
async fn texts(db: &PgPool, query: &'static str) -> Vec<String> {
    let rows = sqlx::query(query).fetch_all(db).await.expect("an answer");
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

#[sqlx::test]
async fn every_table_has_a_primary_key(db: PgPool) {
    let without = texts(
        &db,
        "select relname::text from pg_class c
         where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not relispartition
           and not exists (select from pg_index where indrelid = c.oid and indisprimary)
         order by 1",
    )
    .await;
    assert_eq!(without, [""; 0]);
}

#[sqlx::test]
async fn no_column_loses_money_or_the_zone_of_a_time(db: PgPool) {
    let wrong = texts(
        &db,
        "select table_name || '.' || column_name || ' ' || data_type from information_schema.columns
         where table_schema = 'public'
           and data_type in ('real', 'double precision', 'money', 'timestamp without time zone',
                             'time without time zone', 'character', 'json')
         order by 1",
    )
    .await;
    assert_eq!(wrong, [""; 0]);
}

#[sqlx::test]
async fn what_was_read_for_an_account_belongs_to_it(db: PgPool) {
    let without = texts(
        &db,
        "with recursive owned (id) as (
             select attrelid from pg_attribute where attname = 'account_id' and not attisdropped
             union
             select conrelid from pg_constraint join owned on confrelid = owned.id where contype = 'f'
         )
         select relname::text from pg_class
         where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
           and oid not in (select id from owned)",
    )
    .await;
    let expected: BTreeSet<&str> = WITHOUT_ACCOUNT.iter().map(|(table, _)| *table).collect();
    assert_eq!(without.iter().map(String::as_str).collect::<BTreeSet<_>>(), expected);
}

#[sqlx::test]
async fn every_cascade_finds_its_rows_by_an_index(db: PgPool) {
    let without = texts(
        &db,
        "select conrelid::regclass::text || ' (' || string_agg(a.attname, ', ' order by k.at) || ')'
         from pg_constraint c
         cross join unnest(c.conkey) with ordinality k (attnum, at)
         join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum
         where c.contype = 'f' and c.confdeltype = 'c'
           and not exists (select from pg_index i
                           where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])
         group by c.oid, conrelid order by 1",
    )
    .await;
    // A row per person and account is read whole as quickly.
    assert_eq!(without, ["account_grant (account_id)"]);
}
