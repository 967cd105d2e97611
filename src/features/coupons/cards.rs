//! Stored-value cards: what is left on each and until when. It asks nobody upstream.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use super::{
    read::CARDS,
    store::{self, Card},
    texts::Texts,
};
use crate::{
    bss::codes::CardStatus,
    identity::access::{Actor, Permission},
    money::Money,
    readings::Standing,
    state::App,
    web::{Error, Page, Ui, chip::Chip},
};

#[derive(Template)]
#[template(path = "coupons/cards.html")]
struct CardsPage<'a> {
    ui: &'a Ui,
    t: Texts,
    app: &'a App,
    standing: Standing,
    is_fresh: bool,
    cards: Vec<Card>,
    /// What is left on those that can be used.
    left: Money,
    usable: i64,
}

/// `GET /coupons/cards`.
pub(super) async fn show(State(app): State<App>, ui: Ui, actor: Actor) -> Result<Response, Error> {
    let cards = store::cards(&app.db, &actor.scope).await?;
    let standing = Standing::of(&app.db, &actor.scope, &[CARDS]).await?;
    let usable = || cards.iter().filter(|card| card.is_usable(ui.now));
    let view = CardsPage {
        t: Texts(ui.locale),
        app: &app,
        is_fresh: standing.is_fresh(ui.now, app.settings.max_data_age),
        standing,
        left: usable().filter_map(Card::balance).sum(),
        usable: i64::try_from(usable().count()).unwrap_or(i64::MAX),
        cards,
        ui: &ui,
    };
    Ok(Page(view).into_response())
}

impl Card {
    fn status(&self) -> CardStatus {
        CardStatus::from_code(self.status.into())
    }

    fn is_usable(&self, now: chrono::DateTime<chrono::Utc>) -> bool {
        self.gone_at.is_none()
            && self.status() == CardStatus::Usable
            && self.expires_at.is_none_or(|expires| expires > now)
    }

    fn face(&self) -> Option<Money> {
        self.face.map(Money::new)
    }

    fn balance(&self) -> Option<Money> {
        self.balance.map(Money::new)
    }
}

impl CardsPage<'_> {
    fn account(&self, card: &Card) -> &str {
        self.app.readers.name(card.account).unwrap_or_default()
    }

    fn may_refresh(&self) -> bool {
        self.ui.may(Permission::Refresh)
    }

    /// A card that Huawei does not list any more has expired, or was taken back.
    fn chip(&self, card: &Card) -> Chip {
        let has_expired = card.expires_at.is_some_and(|at| at <= self.ui.now);
        let word = card.status().name(self.ui.locale);
        match card.status() {
            CardStatus::UsedUp => Chip { tone: "final", icon: "final", word },
            _ if has_expired => Chip::of("final", "deadline", self.t.expired()),
            _ if card.gone_at.is_some() => Chip::of("final", "undo", self.t.not_listed()),
            CardStatus::Usable => Chip { tone: "done", icon: "done", word },
            CardStatus::Unknown(_) => Chip { tone: "unknown", icon: "unknown", word },
        }
    }

    fn number(&self) -> String {
        self.t.cards_number(self.usable)
    }
}
