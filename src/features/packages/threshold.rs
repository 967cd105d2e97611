//! From when on a package counts as low: a part of its quota, an amount, or days until it runs out. It holds for
//! everybody who sees the package.

mod store;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{
    detail::{Typed, page},
    list::store::{items, one},
    texts::DetailTexts,
    words,
};
use crate::{
    identity::access::Actor,
    state::App,
    web::{Error, Form, Ui, links},
};

/// The most decimals of an amount.
const DECIMALS: u32 = 6;

/// What is posted; an empty value takes the threshold away.
#[derive(Debug, Deserialize)]
pub struct ThresholdForm {
    kind: String,
    #[serde(default)]
    value: Option<String>,
}

/// `POST /packages/of/{id}/threshold`.
pub async fn set(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(id): Path<String>,
    Form(form): Form<ThresholdForm>,
) -> Result<Response, Error> {
    let row = one(&app.db, &actor.scope, &id, ui.now).await?.ok_or(Error::NotFound)?;
    if !words::is_live(&row) {
        return Err(Error::NotFound);
    }
    let typed = form.value.unwrap_or_default();
    let value = typed.trim();
    if value.is_empty() {
        store::clear(&app.db, row.account, &id).await?;
    } else {
        let has_one_item = items(&app.db, std::slice::from_ref(&row), ui.now).await?.len() == 1;
        let Some(value) = checked(&form.kind, value, has_one_item) else {
            let error = DetailTexts(ui.locale).wrong_value();
            let typed = Typed { kind: form.kind, value: value.to_owned(), error };
            return page((&app, &ui), &actor.scope, &id, (None, Some(typed))).await;
        };
        let set = store::Set { kind: &form.kind, value, by: &actor.username, at: ui.now };
        store::set(&app.db, row.account, &id, &set).await?;
    }
    Ok(Redirect::to(&links::package(&id)).into_response())
}

/// The value, where it makes sense for its kind.
fn checked(kind: &str, value: &str, has_one_item: bool) -> Option<Decimal> {
    let value: Decimal = value.replace(',', "").parse().ok()?;
    let most = match kind {
        "percent" => Decimal::ONE_HUNDRED,
        "days" => Decimal::from(3_650),
        "amount" if has_one_item => Decimal::from(1_000_000_000_000_000_i64),
        _ => return None,
    };
    let whole = kind != "days" || value.is_integer();
    (whole && value.normalize().scale() <= DECIMALS && value > Decimal::ZERO && value <= most)
        .then_some(value)
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn only_values_that_make_sense_are_taken() {
        assert_eq!(checked("percent", "12.5", false), Some(dec!(12.5)));
        assert_eq!(checked("amount", "1,024", true), Some(dec!(1024)));
        assert_eq!(checked("days", "14", false), Some(dec!(14)));
        for (kind, value, one) in [
            ("percent", "101", true),
            ("percent", "0", true),
            ("percent", "-5", true),
            ("percent", "ten", true),
            ("days", "1.5", true),
            ("amount", "5", false),
            ("amount", "0.0000001", true),
            ("colour", "5", true),
        ] {
            assert_eq!(checked(kind, value, one), None, "{kind} {value}");
        }
    }
}
