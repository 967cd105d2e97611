//! How a person has lists look, and the views that they save: chosen above a list, which is shown again.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    identity::{
        access::Actor,
        lists::{LONGEST_NAME, LONGEST_QUERY, List, Look, NewView, store},
    },
    state::App,
    web::{Access::SignedIn, Error, Form, Routes, lists::url},
};

/// Which columns show.
#[derive(Debug, Deserialize)]
struct LookForm {
    #[serde(default)]
    shown: Vec<String>,
    #[serde(default)]
    dense: Option<String>,
    #[serde(default)]
    query: String,
}

/// A filter to be kept.
#[derive(Debug, Deserialize)]
struct ViewForm {
    name: String,
    #[serde(default)]
    shared: Option<String>,
    #[serde(default)]
    query: String,
}

/// Back to the list as it was.
#[derive(Debug, Deserialize)]
struct Back {
    #[serde(default)]
    query: String,
}

/// The forms.
pub fn routes() -> Routes {
    Routes::new().post("/lists/{list}/look", SignedIn, look).post("/lists/{list}/views", SignedIn, save).post(
        "/lists/{list}/views/{id}/delete",
        SignedIn,
        delete,
    )
}

async fn look(
    State(app): State<App>,
    actor: Actor,
    Path(list): Path<String>,
    Form(form): Form<LookForm>,
) -> Result<Redirect, Error> {
    let list = List::read(&list).ok_or(Error::NotFound)?;
    let is_hidden = |column: &&&str| !form.shown.iter().any(|shown| shown == **column);
    let hidden = list.columns().iter().filter(is_hidden).map(|column| (*column).to_owned()).collect();
    store::set_look(&app.db, actor.id, list, &Look { hidden, dense: form.dense.is_some() }).await?;
    Ok(back(list, &form.query))
}

async fn save(
    State(app): State<App>,
    actor: Actor,
    Path(list): Path<String>,
    Form(form): Form<ViewForm>,
) -> Result<Redirect, Error> {
    let list = List::read(&list).ok_or(Error::NotFound)?;
    let (name, query) = (form.name.trim(), clean(&form.query));
    if name.is_empty() || name.chars().count() > LONGEST_NAME || query.chars().count() > LONGEST_QUERY {
        return Err(Error::Invalid("the name or the filter of the view".to_owned()));
    }
    let new = NewView { name, query: &query, shared: form.shared.is_some(), now: app.clock.now() };
    if !store::save(&app.db, actor.id, list, &new).await? {
        return Err(Error::Invalid("too many views".to_owned()));
    }
    Ok(back(list, &query))
}

async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path((list, id)): Path<(String, Uuid)>,
    Form(form): Form<Back>,
) -> Result<Redirect, Error> {
    let list = List::read(&list).ok_or(Error::NotFound)?;
    if !store::delete(&app.db, actor.id, id).await? {
        return Err(Error::NotFound);
    }
    Ok(back(list, &form.query))
}

fn back(list: List, query: &str) -> Redirect {
    Redirect::to(&url(list, &clean(query)))
}

/// The same fields, encoded as addresses of ours are.
fn clean(query: &str) -> String {
    let pairs = form_urlencoded::parse(query.trim_start_matches('?').as_bytes());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_leads_to_its_list_and_nowhere_else() {
        for query in ["q=a%20b&policy=auto", "?q=a b&policy=auto"] {
            assert_eq!(url(List::Resources, &clean(query)), "/resources?q=a+b&policy=auto");
        }
        assert_eq!(
            clean("//evil.example/\r\nSet-Cookie: a=b"),
            "%2F%2Fevil.example%2F%0D%0ASet-Cookie%3A+a=b"
        );
        assert_eq!(url(List::Orders, ""), "/orders");
    }
}
