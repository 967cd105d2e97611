//! Language, appearance and the account looked at, chosen from any page's frame.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    i18n::Locale,
    identity::{Theme, access::AccountId, session::SignedIn},
    state::App,
    web::{Error, Form, links, session::Visit},
};

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    language: Option<Locale>,
    theme: Option<Theme>,
    /// None or one: an empty one, which means all accounts, is not the same as none.
    #[serde(default)]
    account: Vec<String>,
    back: Option<String>,
}

pub(super) async fn choose(
    State(app): State<App>,
    visit: Visit,
    Form(choice): Form<Choice>,
) -> Result<impl IntoResponse, Error> {
    let back = choice.back.as_deref().and_then(links::local).unwrap_or(links::OVERVIEW);
    let Some(person) = visit.signed_in().await? else {
        // Nothing is kept for strangers: their next page is told by its address.
        let language = choice.language.ok_or(Error::SignIn)?;
        return Ok(Redirect::to(&in_language(back, language)));
    };
    match (choice.language, choice.theme, choice.account.as_slice()) {
        (Some(language), None, []) => app.identity.set_locale(person.person, language).await?,
        (None, Some(theme), []) => app.identity.set_theme(person.person, theme).await?,
        (None, None, [account]) => {
            let account = theirs(person, account)?;
            app.identity.sessions().choose_account(person.session, account).await?;
        }
        _ => return Err(Error::Invalid("exactly one choice at a time".to_owned())),
    }
    Ok(Redirect::to(back))
}

/// The account of that id, if it is one of the person's; nothing for all of them.
fn theirs(person: &SignedIn, account: &str) -> Result<Option<AccountId>, Error> {
    if account.is_empty() {
        return Ok(None);
    }
    let account = account.parse::<Uuid>().map(AccountId).map_err(|_| Error::NotFound)?;
    if person.accounts.contains(&account) { Ok(Some(account)) } else { Err(Error::NotFound) }
}

/// `path`, asking for `language`.
fn in_language(path: &str, language: Locale) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut kept = form_urlencoded::Serializer::new(String::new());
    kept.extend_pairs(form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "lang"));
    kept.append_pair("lang", language.tag());
    format!("{path}?{}", kept.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_asked_for_once_and_keeps_the_way_back() {
        assert_eq!(in_language("/sign-in", Locale::En), "/sign-in?lang=en");
        assert_eq!(
            in_language("/sign-in?next=%2Forders%3Fa%3D1&lang=en", Locale::Zh),
            "/sign-in?next=%2Forders%3Fa%3D1&lang=zh-CN"
        );
    }
}
