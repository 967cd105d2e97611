//! The money that an account has at Huawei Cloud (api-oce, 查询账户余额). It moves none.

use serde::Deserialize;

use super::{
    Error, Reader,
    codes::AccountType,
    json,
    read::{Ask, ReadOperation},
};
use crate::money::{self, Money};

// 20 a second since 2025; older copies of the page say 10, which is what we keep to.
const BALANCES: ReadOperation = ReadOperation {
    id: "show_customer_account_balances",
    path: "/v2/accounts/customer-accounts/balances",
    per_second: 10,
};

/// Every account of money of a customer, and what is owed.
#[derive(Debug, Clone, Deserialize)]
pub struct Balances {
    /// One entry per account of money, in no promised order.
    #[serde(default, rename = "account_balances", deserialize_with = "json::list")]
    pub accounts: Vec<AccountBalance>,
    /// What the customer owes, yuan.
    #[serde(default, rename = "debt_amount", deserialize_with = "money::optional")]
    pub debt: Option<Money>,
    /// `CNY`; absent means the same.
    #[serde(default, deserialize_with = "json::text")]
    pub currency: Option<String>,
}

/// One account of money.
#[derive(Debug, Clone, Deserialize)]
pub struct AccountBalance {
    /// Its id.
    #[serde(default, deserialize_with = "json::text")]
    pub account_id: Option<String>,
    /// Its kind.
    pub account_type: AccountType,
    /// What is in it, or left of the credit, yuan.
    pub amount: Money,
    /// The part that is earmarked for a purpose, yuan.
    #[serde(default, rename = "designated_amount", deserialize_with = "money::optional")]
    pub designated: Option<Money>,
    /// The whole credit line; only on the credit entry, yuan.
    #[serde(default, rename = "credit_amount", deserialize_with = "money::optional")]
    pub credit_line: Option<Money>,
    /// `CNY`; absent means the same.
    #[serde(default, deserialize_with = "json::text")]
    pub currency: Option<String>,
}

impl Balances {
    /// The cash account, which pays first.
    pub fn cash(&self) -> Option<&AccountBalance> {
        self.of(AccountType::Cash)
    }

    /// The credit account, which pays what cash does not cover.
    pub fn credit(&self) -> Option<&AccountBalance> {
        self.of(AccountType::Credit)
    }

    fn of(&self, kind: AccountType) -> Option<&AccountBalance> {
        self.accounts.iter().find(|account| account.account_type == kind)
    }
}

impl Reader {
    /// The balances as they are now (`show_customer_account_balances`, api-oce "查询账户余额").
    pub async fn balances(&self) -> Result<Balances, Error> {
        self.ask(Ask::of(&BALANCES)).await
    }
}
