//! The money that an account has at Huawei Cloud (api-oce, 查询账户余额). It moves none.

use super::{
    Error, Reader,
    codes::AccountType,
    read::{Ask, ReadOperation},
    record::{Record, record},
};
use crate::money::Money;

pub(super) const OPERATIONS: &[&ReadOperation] = &[&BALANCES];

// 20 a second since 2025; older copies of the page say 10, which is what we keep to.
const BALANCES: ReadOperation = ReadOperation {
    id: "show_customer_account_balances",
    method: "GET",
    path: "/v2/accounts/customer-accounts/balances",
    per_second: 10,
    answer: Balances::FIELDS,
};

record! {
    /// Every account of money of a customer, and what is owed.
    pub struct Balances {
        /// One entry per account of money, in no promised order.
        pub accounts: Vec<AccountBalance> = "account_balances",
        /// What the customer owes, yuan.
        pub debt: Option<Money> = "debt_amount",
        /// The unit of what is owed; 1 is yuan.
        pub measure_id: Option<i32>,
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
    }
}

record! {
    /// One account of money.
    pub struct AccountBalance {
        /// Its id.
        pub account_id: Option<String>,
        /// Its kind.
        pub account_type: AccountType,
        /// What is in it, or left of the credit, yuan.
        pub amount: Money,
        /// The part that is earmarked for a purpose, yuan.
        pub designated: Option<Money> = "designated_amount",
        /// The whole credit line; only on the credit entry, yuan.
        pub credit_line: Option<Money> = "credit_amount",
        /// The unit of its amounts; 1 is yuan.
        pub measure_id: Option<i32>,
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
    }
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
