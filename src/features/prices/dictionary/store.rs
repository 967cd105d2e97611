//! The SQL of dictionaries, and of the projects that inquiries named.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::{Kind, Word};
use crate::identity::access::AccountId;

/// When a list was last read; none when it never was.
pub(super) async fn read_at(db: &PgPool, kind: Kind, about: &str) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        "select read_at from dictionary_list where kind = $1 and about = $2",
        kind.as_str(),
        about
    )
    .fetch_optional(db)
    .await
}

/// The words of a list that BSS still has, in its order.
pub(super) async fn words(db: &PgPool, kind: Kind, about: &str) -> sqlx::Result<Vec<Word>> {
    sqlx::query_as!(
        Word,
        "select code, name_zh as zh, name_en as en from dictionary_word
         where kind = $1 and about = $2 and gone_at is null order by place, code",
        kind.as_str(),
        about
    )
    .fetch_all(db)
    .await
}

/// The names of codes of a kind, wherever they are listed, also of those that are gone.
pub(super) async fn names(db: &PgPool, kind: Kind, codes: &[String]) -> sqlx::Result<Vec<Word>> {
    sqlx::query_as!(
        Word,
        "select distinct on (code) code, name_zh as zh, name_en as en from dictionary_word
         where kind = $1 and code = any($2) order by code, gone_at desc nulls first",
        kind.as_str(),
        codes
    )
    .fetch_all(db)
    .await
}

/// Stores what was read of a kind: `lists` are all of its lists, or `only` that one. Answers how many words
/// differed.
pub(super) async fn keep(
    db: &PgPool,
    (kind, only): (Kind, Option<&str>),
    lists: &[(String, Vec<Word>)],
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let abouts: Vec<String> = lists.iter().map(|(about, _)| about.clone()).collect();
    let (mut about, mut code, mut zh, mut en, mut place) = (vec![], vec![], vec![], vec![], vec![]);
    for (list, words) in lists {
        for (nth, word) in (0_i32..).zip(words) {
            about.push(list.clone());
            code.push(word.code.clone());
            zh.push(word.zh.clone());
            en.push(word.en.clone());
            place.push(nth);
        }
    }
    let mut tx = db.begin().await?;
    sqlx::query!(
        "insert into dictionary_list (kind, about, read_at) select $1, about, $3 from unnest($2::text[]) as n (about)
         on conflict (kind, about) do update set read_at = $3",
        kind.as_str(),
        &abouts,
        now
    )
    .execute(&mut *tx)
    .await?;
    let mut written = sqlx::query!(
        "insert into dictionary_word (kind, about, code, name_zh, name_en, place)
         select $1, n.about, n.code, n.zh, n.en, n.place
         from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::int[]) as n (about, code, zh, en, place)
         on conflict (kind, about, code) do update
            set name_zh = excluded.name_zh, name_en = excluded.name_en, place = excluded.place, gone_at = null
            where dictionary_word.gone_at is not null
               or (dictionary_word.name_zh, dictionary_word.name_en, dictionary_word.place)
                  is distinct from (excluded.name_zh, excluded.name_en, excluded.place)",
        kind.as_str(),
        &about,
        &code,
        &zh,
        &en,
        &place
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    written += sqlx::query!(
        "update dictionary_word set gone_at = $5
         where kind = $1 and gone_at is null and ($2::text is null or about = $2)
           and not exists (select from unnest($3::text[], $4::text[]) as n (about, code)
                           where n.about = dictionary_word.about and n.code = dictionary_word.code)",
        kind.as_str(),
        only,
        &about,
        &code,
        now
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(written)
}

/// The regions and projects for which an account's inquiries were answered, the latest first.
pub(super) async fn projects(db: &PgPool, account: AccountId) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        "select region, project_id from price_project where account_id = $1 order by used_at desc, project_id",
        account.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.region, row.project_id)).collect())
}

/// Remembers a project that an inquiry was answered for.
pub(super) async fn remember(
    db: &PgPool,
    account: AccountId,
    (region, project): (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into price_project (account_id, region, project_id, used_at) values ($1, $2, $3, $4)
         on conflict (account_id, region, project_id) do update set used_at = $4",
        account.0,
        region,
        project,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}
