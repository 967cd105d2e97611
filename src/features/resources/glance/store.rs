//! The SQL of what lists of resources can be filtered by, and of how many are near their end.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::identity::access::Scope;

/// What a list can be filtered by.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its code.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Everything that lists of a scope can be filtered by, by name.
#[derive(Debug)]
pub struct Choices {
    /// Services.
    pub services: Vec<Choice>,
    /// Types of resources.
    pub types: Vec<Choice>,
    /// Regions.
    pub regions: Vec<Choice>,
    /// Enterprise projects.
    pub projects: Vec<Choice>,
}

/// The different values of an indexed column: from each the index leads to the next one, so that this costs
/// as much as there are values, not rows.
macro_rules! values_of {
    ($code:literal, $zh:literal, $en:literal) => {
        concat!(
            "with recursive value as (
                 select account.id as account_id, first.code, first.zh, first.en
                 from unnest($1::uuid[]) as account(id) cross join lateral (
                     select ",
            $code,
            " as code, ",
            $zh,
            " as zh, ",
            $en,
            " as en from resources
                     where account_id = account.id and is_main and gone_at is null
                     order by ",
            $code,
            ", expires_at, id limit 1) as first
                 union all
                 select value.account_id, next.code, next.zh, next.en from value cross join lateral (
                     select ",
            $code,
            " as code, ",
            $zh,
            " as zh, ",
            $en,
            " as en from resources
                     where account_id = value.account_id and ",
            $code,
            " > value.code and is_main and gone_at is null
                     order by ",
            $code,
            ", expires_at, id limit 1) as next)
             select code, min(zh), min(en) from value where code <> '' group by code order by 2, 1"
        )
    };
}

/// What the resources of a scope can be filtered by.
pub async fn choices(db: &PgPool, scope: &Scope) -> sqlx::Result<Choices> {
    let values = async |text: &'static str| -> sqlx::Result<Vec<Choice>> {
        let rows =
            sqlx::query_as::<_, (String, String, String)>(text).bind(scope.ids()).fetch_all(db).await?;
        Ok(rows.into_iter().map(|(code, zh, en)| Choice { code, zh, en }).collect())
    };
    Ok(Choices {
        services: values(values_of!("service_type_code", "service_name_zh", "service_name_en")).await?,
        types: values(values_of!("resource_type_code", "type_name_zh", "type_name_en")).await?,
        regions: values(values_of!("region_code", "region_code", "region_code")).await?,
        projects: values(values_of!("project_id", "project_name", "project_name")).await?,
    })
}

/// How many resources of a tab are near their end.
#[derive(Debug, Clone)]
pub struct Nearing {
    /// The tab.
    pub tab: i16,
    /// Whether an unfinished order holds them.
    pub is_pending: bool,
    /// How many, in the order of `Due::ALL`.
    pub n: Vec<i64>,
}

/// How many resources of each tab are near their end.
pub async fn nearing(db: &PgPool, scope: &Scope, now: DateTime<Utc>) -> sqlx::Result<Vec<Nearing>> {
    sqlx::query_as!(
        Nearing,
        r#"select tab as "tab!", pending_order_id <> '' as "is_pending!",
                  array[count(*) filter (where life = 2 and expires_at <= $2::timestamptz + interval '1 day'),
                        count(*) filter (where life = 2 and expires_at <= $2 + interval '3 days'),
                        count(*) filter (where life = 2 and expires_at <= $2 + interval '7 days'),
                        count(*) filter (where life = 2 and expires_at <= $2 + interval '15 days'),
                        count(*) filter (where life = 2),
                        count(*) filter (where life = 5),
                        count(*) filter (where life = 4)] as "n!"
             from unnest($1::uuid[]) as account(id)
             cross join (values (2::smallint, $2::timestamptz + interval '30 days'), (5, $2::timestamptz + interval '1 day'),
                                (4, $2::timestamptz + interval '1 day')) as ends(of, at)
             cross join lateral (
                 select tab, pending_order_id, life, expires_at from resources
                 where account_id = account.id and life = ends.of and expires_at <= ends.at
                   and is_main and gone_at is null) as near
            group by 1, 2"#,
        &scope.ids(),
        now
    )
    .fetch_all(db)
    .await
}
