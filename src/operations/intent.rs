//! What a person asked for: the canonical payload others agree to, what it holds while it is open,
//! and the ids it gets. Nothing here writes or sends.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    identity::access::{AccountId, Permission},
    money::Money,
};

/// An operation's id, as in its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct OperationId(pub Uuid);

impl From<Uuid> for OperationId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl std::fmt::Display for OperationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for OperationId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// A thing that an open operation holds, so that no other operation on it can be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An order, by its id.
    Order(String),
    /// A resource, by its own id.
    Resource(String),
    /// An account at Huawei, by its domain id.
    Account(String),
}

impl Target {
    /// The target as it is stored.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Order(id) => ("order", id),
            Self::Resource(id) => ("resource", id),
            Self::Account(id) => ("account", id),
        }
    }
}

/// What a confirmed form of one kind says. Its serialised form is the payload that is stored,
/// hashed, agreed to and finally sent, so it also carries the facts that the person saw.
pub trait Confirmed: Serialize {
    /// The kind that carries it out, as in [`Kind::name`](super::Kind::name).
    const KIND: &'static str;
    /// Its first step.
    const STEP: &'static str;
    /// What the person must be allowed to do.
    const NEEDS: Permission;
    /// Whether it waits a little once it is ready, so that its maker can take it back: for what cannot be
    /// undone.
    const HOLDS: bool = false;

    /// What people call it by: the order's id.
    fn subject(&self) -> &str;
    /// What it holds while it is open.
    fn targets(&self) -> Vec<Target>;
    /// The money it moves.
    fn amount(&self) -> Option<Money> {
        None
    }
    /// The order that step `pay` pays.
    fn pays_order(&self) -> Option<&str> {
        None
    }
    /// When it makes no sense any more.
    fn until(&self) -> Option<DateTime<Utc>> {
        None
    }
}

/// A confirmed form, ready to be submitted.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The account it is for.
    pub account: AccountId,
    /// The random key of its form.
    pub form_key: Uuid,
    /// The kind that carries it out.
    pub kind: &'static str,
    /// Its first step.
    pub step: &'static str,
    pub(super) needs: Permission,
    /// Whether it waits once it is ready.
    pub holds: bool,
    /// What is stored, hashed, agreed to and finally sent.
    pub payload: String,
    /// What people call it by.
    pub subject: String,
    /// What it holds while it is open.
    pub targets: Vec<Target>,
    /// The money it moves.
    pub amount: Option<Money>,
    /// The order that step `pay` pays.
    pub pays_order: Option<String>,
    /// When it makes no sense any more.
    pub until: Option<DateTime<Utc>>,
    /// The plan that it is a part of.
    pub plan: Option<Uuid>,
}

impl Intent {
    /// What `confirmed` asks for on `account`. `form_key` is the random key that the form carried:
    /// posting one form twice is one operation.
    pub fn new<C: Confirmed>(account: AccountId, form_key: Uuid, confirmed: &C) -> Self {
        Self {
            account,
            form_key,
            kind: C::KIND,
            step: C::STEP,
            needs: C::NEEDS,
            holds: C::HOLDS,
            payload: serde_json::to_string(confirmed).expect("a confirmed form is plain data"),
            subject: confirmed.subject().to_owned(),
            targets: confirmed.targets(),
            amount: confirmed.amount(),
            pays_order: confirmed.pays_order().map(str::to_owned),
            until: confirmed.until(),
            plan: None,
        }
    }

    /// The same as a part of a plan: taken only while the plan goes on, and where it moves money, with as many
    /// approvals as the sum of the plan needs.
    #[must_use]
    pub fn part_of(self, plan: Uuid) -> Self {
        Self { plan: Some(plan), ..self }
    }

    /// The SHA-256 of the payload.
    pub fn payload_sha256(&self) -> [u8; 32] {
        Sha256::digest(self.payload.as_bytes()).into()
    }
}

/// The key that upstream ids are derived with. It comes from outside the database, so that a
/// restored backup derives the same ids again.
#[derive(Clone)]
pub struct TransKey(pub [u8; 32]);

impl TransKey {
    /// Upstream's key against repeats for one form of one person: UUID version 8 of an HMAC.
    pub fn id(&self, account: AccountId, person: Uuid, form_key: Uuid) -> Uuid {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        for part in [account.0, person, form_key] {
            mac.update(part.as_bytes());
        }
        let digest = mac.finalize().into_bytes();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

impl std::fmt::Debug for TransKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TransKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_has_one_upstream_id_and_another_form_another() {
        let key = TransKey([1; 32]);
        let (account, person, form) = (AccountId(Uuid::from_u128(1)), Uuid::from_u128(2), Uuid::from_u128(3));
        let id = key.id(account, person, form);
        assert_eq!(id, key.id(account, person, form));
        assert_eq!(id.get_version_num(), 8);
        assert_ne!(id, key.id(account, person, Uuid::from_u128(4)));
        assert_ne!(id, TransKey([2; 32]).id(account, person, form));
    }
}
