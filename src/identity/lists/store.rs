//! The SQL of looks and views.

use sqlx::PgPool;
use uuid::Uuid;

use super::{List, Look, MOST_VIEWS, Mine, NewView, View};

/// What a person has of a list.
pub async fn mine(db: &PgPool, person: Uuid, list: List) -> sqlx::Result<Mine> {
    let rows = sqlx::query!(
        r#"select l.hidden as "hidden?", l.dense as "dense?", v.id as "id?", v.name as "name?", v.query as "query?",
                  v.shared as "shared?", case when v.person_id <> me.id then p.username end as owner
             from (values ($1::uuid)) as me (id)
             left join list_look l on l.person_id = me.id and l.list = $2
             left join list_view v on v.list = $2 and (v.person_id = me.id or v.shared)
             left join person p on p.id = v.person_id
            order by v.person_id <> me.id, lower(v.name), v.id"#,
        person,
        list.name(),
    )
    .fetch_all(db)
    .await?;
    let mut mine = Mine::default();
    for row in rows {
        if let (Some(hidden), Some(dense)) = (row.hidden, row.dense) {
            mine.look = Look { hidden, dense };
        }
        if let (Some(id), Some(name), Some(query), Some(shared)) = (row.id, row.name, row.query, row.shared) {
            mine.views.push(View { id, name, query, shared, owner: row.owner });
        }
    }
    Ok(mine)
}

/// Sets how a list looks to a person.
pub async fn set_look(db: &PgPool, person: Uuid, list: List, look: &Look) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into list_look (person_id, list, hidden, dense) values ($1, $2, $3, $4)
             on conflict (person_id, list) do update set hidden = excluded.hidden, dense = excluded.dense",
        person,
        list.name(),
        &look.hidden,
        look.dense,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Saves a view; one of the same name becomes it. `false` when the person has too many.
pub async fn save(db: &PgPool, person: Uuid, list: List, new: &NewView<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into list_view (id, person_id, list, name, query, shared, created_at)
         select $1, $2, $3, $4, $5, $6, $7
          where (select count(*) from list_view where person_id = $2 and list = $3 and name <> $4) < $8
             on conflict on constraint one_view_of_a_name do update
            set query = excluded.query, shared = excluded.shared",
        Uuid::now_v7(),
        person,
        list.name(),
        new.name,
        new.query,
        new.shared,
        new.now,
        i64::try_from(MOST_VIEWS).unwrap_or(i64::MAX),
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes a view of the person's own.
pub async fn delete(db: &PgPool, person: Uuid, id: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from list_view where person_id = $1 and id = $2", person, id)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}
