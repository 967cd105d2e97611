//! Stored-value cards that an account holds (api-oce, 查询储值卡列表). Paying with one is in `pay.rs`.

use chrono::{DateTime, Utc};

use super::{
    Error, Listed, Page, Reader,
    codes::CardStatus,
    pages::{Listing, page_size},
    read::{Ask, ReadOperation},
    record::{Record, record},
};
use crate::money::Money;

/// The most cards that one page holds.
pub const CARDS_PER_PAGE: u32 = 100;

pub(super) const OPERATIONS: &[&ReadOperation] = &[&LIST];

const LIST: ReadOperation = ReadOperation {
    id: "list_stored_value_cards",
    method: "GET",
    path: "/v2/promotions/benefits/stored-value-cards",
    per_second: 5,
    answer: CardsAnswer::FIELDS,
};

/// Which cards to list. BSS wants the status with every question, so there is no query for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardQuery {
    /// Those that can be used, or those that are used up.
    pub status: CardStatus,
    /// This card alone.
    pub card_id: Option<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`CARDS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

record! {
    /// A stored-value card (储值卡).
    pub struct StoredValueCard {
        /// Its id, which a payment names with type 303.
        pub card_id: String,
        /// What people call it.
        pub card_name: Option<String>,
        /// Whether something is left on it.
        pub status: Option<CardStatus>,
        /// What it was worth when issued, yuan.
        pub face_value: Option<Money>,
        /// What is left on it, yuan.
        pub balance: Option<Money>,
        /// From when it can be used.
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when it can be used.
        pub expire_time: Option<DateTime<Utc>>,
    }
}

record! {
    struct CardsAnswer {
        total_count: Option<u64>,
        stored_value_cards: Vec<Listed<StoredValueCard>>,
    }
}

impl CardQuery {
    /// All cards in a status.
    pub const fn of(status: CardStatus) -> Self {
        Self { status, card_id: None, offset: 0, limit: 0 }
    }
}

impl Reader {
    /// One page of the cards in a status (`list_stored_value_cards`, api-oce "查询储值卡列表").
    pub async fn cards(&self, query: &CardQuery) -> Result<Page<Listed<StoredValueCard>>, Error> {
        let limit = page_size(query.limit, CARDS_PER_PAGE);
        let ask = Ask::of(&LIST)
            .with("status", Some(query.status.code()))
            .with("card_id", query.card_id.as_deref())
            .with("offset", Some(query.offset))
            .with("limit", Some(limit));
        let answer: CardsAnswer = self.ask(ask).await?;
        Ok(Page::of(&LIST, answer.stored_value_cards, answer.total_count, query.offset, limit))
    }
}

impl Listing for CardQuery {
    type Item = Listed<StoredValueCard>;
    const OPERATION: &'static str = LIST.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.cards(&Self { offset, ..self.clone() }).await
    }

    fn key(card: &Self::Item) -> Option<String> {
        Some(card.item.card_id.clone())
    }
}
