//! What an enterprise master can see: its organisation, its members, and the money and coupons that can
//! be handed out to them or taken back. What it can change is in `members.rs`.

use chrono::{DateTime, Utc};

use super::{
    Error, Listed, Page, Reader,
    codes::{BalanceType, Depth, MemberStatus, NameMatch},
    instruments::UseLimit,
    pages::{Listing, page_size},
    read::{Ask, ReadOperation},
    record::{Record, record},
};
use crate::money::Money;

/// The most rows that one page holds; the documentation gives no maximum.
pub const ROWS_PER_PAGE: u32 = 100;

pub(super) const OPERATIONS: &[&ReadOperation] =
    &[&ORGANISATION, &MEMBERS, &TRANSFERABLE, &RECOVERABLE, &TRANSFER_COUPONS, &RETRIEVE_COUPONS];

const ORGANISATION: ReadOperation = ReadOperation {
    id: "list_enterprise_organizations",
    method: "GET",
    path: "/v2/enterprises/multi-accounts/enterprise-organizations",
    per_second: 10,
    answer: Organisation::FIELDS,
};
const MEMBERS: ReadOperation = ReadOperation {
    id: "list_enterprise_sub_customers",
    method: "GET",
    path: "/v2/enterprises/multi-accounts/sub-customers",
    per_second: 10,
    answer: MembersAnswer::FIELDS,
};
const TRANSFERABLE: ReadOperation = ReadOperation {
    id: "show_multi_account_transfer_amount",
    method: "GET",
    path: "/v2/enterprises/multi-accounts/transfer-amount",
    per_second: 10,
    answer: TransferableAnswer::FIELDS,
};
// The id speaks of accounts; it is the money that can be taken back from one.
const RECOVERABLE: ReadOperation = ReadOperation {
    id: "list_enterprise_multi_account",
    method: "GET",
    path: "/v2/enterprises/multi-accounts/retrieve-amount",
    per_second: 10,
    answer: RecoverableAnswer::FIELDS,
};
const TRANSFER_COUPONS: ReadOperation = ReadOperation {
    id: "list_multi_account_transfer_coupons",
    method: "GET",
    path: "/v2/enterprises/multi-accounts/transfer-coupons",
    per_second: 10,
    answer: TransferCouponsAnswer::FIELDS,
};
const RETRIEVE_COUPONS: ReadOperation = ReadOperation {
    id: "list_multi_account_retrieve_coupons",
    method: "GET",
    path: "/v2/enterprises/multi-accounts/retrieve-coupons",
    per_second: 10,
    answer: RetrieveCouponsAnswer::FIELDS,
};

/// Which members to list. What is `None` filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberQuery {
    /// By the login name; no spaces.
    pub account_name: Option<String>,
    /// By the name that people see; no spaces.
    pub display_name: Option<String>,
    /// How both names are compared; exactly when `None`.
    pub names: Option<NameMatch>,
    /// Only those directly under this node of the organisation.
    pub org_id: Option<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`ROWS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// Which money of the master to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferableQuery {
    /// Cash, which is one row whatever page is asked for, or credit.
    pub balance_type: BalanceType,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`ROWS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// Which money of which member to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoverableQuery {
    /// The member.
    pub customer_id: String,
    /// Cash, which is one row whatever page is asked for, or credit.
    pub balance_type: BalanceType,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`ROWS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// A page of the coupons that the master can hand out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransferCouponQuery {
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`ROWS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// A page of the coupons that can be taken back from a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrieveCouponQuery {
    /// The member.
    pub customer_id: String,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`ROWS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

record! {
    /// The organisation of a master, or what lies under one of its nodes.
    pub struct Organisation {
        /// The root; absent when a node was asked about.
        pub root_id: Option<String>,
        /// Its name; absent also when nobody has named it.
        pub root_name: Option<String>,
        /// What lies directly below.
        pub nodes: Vec<OrganisationNode> = "child_nodes",
    }

    /// A node of an organisation.
    pub struct OrganisationNode {
        /// The id of its place in the organisation.
        pub relation_id: Option<String>,
        /// Its own id, under which members are made (`party_id`) and found (`org_id`).
        pub id: String,
        /// Its name.
        pub name: Option<String>,
        /// What lies below it, when the whole subtree was asked for.
        pub nodes: Vec<OrganisationNode> = "child_nodes",
    }

    /// A member of an enterprise.
    pub struct Member {
        /// Its id as a customer.
        pub customer_id: String = "id",
        /// Its login name.
        pub name: Option<String>,
        /// What people call it.
        pub display_name: Option<String>,
        /// Where it is in its life.
        pub status: Option<MemberStatus>,
        /// The node of the organisation that it belongs to.
        pub org_id: Option<String>,
        /// That node's name; may be absent at the root.
        pub org_name: Option<String>,
    }

    /// Money of the master that can be handed out.
    pub struct TransferableAmount {
        /// How much, yuan.
        pub available: Option<Money> = "avail_transfer_amount",
        /// The unit: 1 is yuan.
        pub measure_id: Option<u32>,
        /// `CNY`.
        pub currency: Option<String>,
        /// What is left of this part of the credit, yuan; credit only.
        pub balance: Option<Money> = "amount",
        /// The whole of this part of the credit line, yuan; credit only.
        pub credit_line: Option<Money> = "credit_amount",
        /// Until when this part of the credit is granted; for ever when absent. A transfer has to name it.
        pub expire_time: Option<DateTime<Utc>>,
    }

    /// Money of a member that can be taken back.
    pub struct RecoverableAmount {
        /// How much, yuan. Of credit it is the whole line, also what the member has used of it.
        pub available: Option<Money> = "avail_retrieve_amount",
        /// The unit: 1 is yuan.
        pub measure_id: Option<u32>,
        /// `CNY`.
        pub currency: Option<String>,
        /// What is left of this part of the credit, yuan; credit only.
        pub balance: Option<Money> = "amount",
        /// The whole of this part of the credit line, yuan; credit only.
        pub credit_line: Option<Money> = "credit_amount",
        /// Until when this part of the credit is granted; for ever when absent. A recovery has to name it.
        pub expire_time: Option<DateTime<Utc>>,
    }

    /// A coupon that the master can hand out, whole or in part.
    pub struct TransferCoupon {
        /// Its id.
        pub coupon_id: String,
        /// The name of its plan.
        pub plan_name: Option<String>,
        /// What is left of it, yuan.
        pub balance: Option<Money>,
        /// From when it can be used.
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when it can be used.
        pub expire_time: Option<DateTime<Utc>>,
        /// What it can be used for.
        pub use_limits: Vec<UseLimit>,
    }

    /// A coupon that a member has from the master.
    pub struct RetrieveCoupon {
        /// The master's coupon.
        pub coupon_id: String,
        /// The name of its plan.
        pub plan_name: Option<String>,
        /// The member's coupon, which was made of it.
        pub sub_coupon_id: String,
        /// What is left of the member's, yuan: what would come back.
        pub balance: Option<Money>,
        /// From when it can be used.
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when it can be used.
        pub expire_time: Option<DateTime<Utc>>,
        /// What it can be used for.
        pub use_limits: Vec<UseLimit>,
    }

    struct MembersAnswer {
        total_count: Option<u64>,
        sub_customer_infos: Vec<Listed<Member>>,
    }

    struct TransferableAnswer {
        total_count: Option<u64>,
        amount_infos: Vec<Listed<TransferableAmount>>,
    }

    struct RecoverableAnswer {
        total_count: Option<u64>,
        amount_infos: Vec<Listed<RecoverableAmount>>,
    }

    struct TransferCouponsAnswer {
        total_count: Option<u64>,
        avail_transfer_coupons: Vec<Listed<TransferCoupon>>,
    }

    struct RetrieveCouponsAnswer {
        total_count: Option<u64>,
        avail_retrieve_coupons: Vec<Listed<RetrieveCoupon>>,
    }
}

impl Reader {
    /// The organisation, from its root or from the node `below`
    /// (`list_enterprise_organizations`, api-oce/ep_00020). Only a master has one.
    pub async fn organisation(
        &self,
        below: Option<&str>,
        depth: Option<Depth>,
    ) -> Result<Organisation, Error> {
        let ask = Ask::of(&ORGANISATION)
            .with("recursive_query", depth.map(Depth::code))
            .with("parent_id", below.filter(|id| !id.is_empty()));
        self.ask(ask).await
    }

    /// One page of the members that match (`list_enterprise_sub_customers`, api-oce/ep_00021).
    pub async fn members(&self, query: &MemberQuery) -> Result<Page<Listed<Member>>, Error> {
        let limit = page_size(query.limit, ROWS_PER_PAGE);
        let ask = Ask::of(&MEMBERS)
            .with("sub_customer_account_name", query.account_name.as_deref())
            .with("sub_customer_display_name", query.display_name.as_deref())
            .with("fuzzy_query", query.names.map(NameMatch::code))
            .with("org_id", query.org_id.as_deref())
            .with("offset", Some(query.offset))
            .with("limit", Some(limit));
        let answer: MembersAnswer = self.ask(ask).await?;
        Ok(Page::of(&MEMBERS, answer.sub_customer_infos, answer.total_count, query.offset, limit))
    }

    /// What the master can hand out (`show_multi_account_transfer_amount`).
    pub async fn transferable(
        &self,
        query: &TransferableQuery,
    ) -> Result<Page<Listed<TransferableAmount>>, Error> {
        let limit = page_size(query.limit, ROWS_PER_PAGE);
        let ask = Ask::of(&TRANSFERABLE)
            .with("balance_type", Some(query.balance_type.code()))
            .with("offset", Some(query.offset))
            .with("limit", Some(limit));
        let answer: TransferableAnswer = self.ask(ask).await?;
        Ok(Page::of(&TRANSFERABLE, answer.amount_infos, answer.total_count, query.offset, limit))
    }

    /// What the master can take back from a member (`list_enterprise_multi_account`).
    pub async fn recoverable(
        &self,
        query: &RecoverableQuery,
    ) -> Result<Page<Listed<RecoverableAmount>>, Error> {
        let limit = page_size(query.limit, ROWS_PER_PAGE);
        let ask = Ask::of(&RECOVERABLE)
            .with("sub_customer_id", Some(&query.customer_id))
            .with("balance_type", Some(query.balance_type.code()))
            .with("offset", Some(query.offset))
            .with("limit", Some(limit));
        let answer: RecoverableAnswer = self.ask(ask).await?;
        Ok(Page::of(&RECOVERABLE, answer.amount_infos, answer.total_count, query.offset, limit))
    }

    /// One page of the coupons that the master can hand out (`list_multi_account_transfer_coupons`):
    /// vouchers that Huawei has issued for tests, business or activities.
    pub async fn transfer_coupons(
        &self,
        query: &TransferCouponQuery,
    ) -> Result<Page<Listed<TransferCoupon>>, Error> {
        let limit = page_size(query.limit, ROWS_PER_PAGE);
        let ask = Ask::of(&TRANSFER_COUPONS).with("offset", Some(query.offset)).with("limit", Some(limit));
        let answer: TransferCouponsAnswer = self.ask(ask).await?;
        let items = answer.avail_transfer_coupons;
        Ok(Page::of(&TRANSFER_COUPONS, items, answer.total_count, query.offset, limit))
    }

    /// One page of the coupons that can be taken back from a member
    /// (`list_multi_account_retrieve_coupons`).
    pub async fn retrieve_coupons(
        &self,
        query: &RetrieveCouponQuery,
    ) -> Result<Page<Listed<RetrieveCoupon>>, Error> {
        let limit = page_size(query.limit, ROWS_PER_PAGE);
        let ask = Ask::of(&RETRIEVE_COUPONS)
            .with("sub_customer_id", Some(&query.customer_id))
            .with("offset", Some(query.offset))
            .with("limit", Some(limit));
        let answer: RetrieveCouponsAnswer = self.ask(ask).await?;
        let items = answer.avail_retrieve_coupons;
        Ok(Page::of(&RETRIEVE_COUPONS, items, answer.total_count, query.offset, limit))
    }
}

impl Listing for MemberQuery {
    type Item = Listed<Member>;
    const OPERATION: &'static str = MEMBERS.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.members(&Self { offset, ..self.clone() }).await
    }

    fn key(member: &Self::Item) -> Option<String> {
        Some(member.item.customer_id.clone())
    }
}

impl Listing for TransferableQuery {
    type Item = Listed<TransferableAmount>;
    const OPERATION: &'static str = TRANSFERABLE.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.transferable(&Self { offset, ..self.clone() }).await
    }

    fn key(_: &Self::Item) -> Option<String> {
        None
    }
}

impl Listing for RecoverableQuery {
    type Item = Listed<RecoverableAmount>;
    const OPERATION: &'static str = RECOVERABLE.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.recoverable(&Self { offset, ..self.clone() }).await
    }

    fn key(_: &Self::Item) -> Option<String> {
        None
    }
}

impl Listing for TransferCouponQuery {
    type Item = Listed<TransferCoupon>;
    const OPERATION: &'static str = TRANSFER_COUPONS.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.transfer_coupons(&Self { offset, ..self.clone() }).await
    }

    fn key(coupon: &Self::Item) -> Option<String> {
        Some(coupon.item.coupon_id.clone())
    }
}

impl Listing for RetrieveCouponQuery {
    type Item = Listed<RetrieveCoupon>;
    const OPERATION: &'static str = RETRIEVE_COUPONS.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.retrieve_coupons(&Self { offset, ..self.clone() }).await
    }

    fn key(coupon: &Self::Item) -> Option<String> {
        Some(coupon.item.sub_coupon_id.clone())
    }
}
