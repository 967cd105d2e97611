//! Every operation of BSS that this client knows, as data: for the check against Huawei's catalogue, for
//! the table in the documentation, and for a look at what an account may do. It calls none of them.

use super::{
    balances, bills, cards, changes, costs, coupons, enterprise, identity, instruments, orders, packages,
    places, prices, products, read::ReadOperation, record::Shape, records, refunds, resources, usage,
};

/// An operation.
#[derive(Clone, Copy)]
pub struct Operation {
    /// Its id in Huawei's SDK.
    pub id: &'static str,
    /// The method.
    pub method: &'static str,
    /// The path, with a name in braces where a segment is put in.
    pub path: &'static str,
    /// How often a second it may be called (api-oce, fci_00002).
    pub per_second: u32,
    /// Whether it changes something, so that only a [`super::Writer`] can call it.
    pub writes: bool,
    /// The fields of its answer; empty where success has no body.
    pub answer: &'static [Shape],
}

/// All of them.
pub fn operations() -> impl Iterator<Item = Operation> {
    let reads: [&[&ReadOperation]; 17] = [
        balances::OPERATIONS,
        bills::OPERATIONS,
        cards::OPERATIONS,
        costs::OPERATIONS,
        coupons::OPERATIONS,
        enterprise::OPERATIONS,
        identity::OPERATIONS,
        instruments::OPERATIONS,
        orders::OPERATIONS,
        packages::OPERATIONS,
        places::OPERATIONS,
        prices::OPERATIONS,
        products::OPERATIONS,
        records::OPERATIONS,
        refunds::OPERATIONS,
        resources::OPERATIONS,
        usage::OPERATIONS,
    ];
    let read = reads.into_iter().flatten().map(|operation| Operation {
        id: operation.id,
        method: operation.method,
        path: operation.path,
        per_second: operation.per_second,
        writes: false,
        answer: operation.answer,
    });
    let written = changes::OPERATIONS.iter().map(|operation| Operation {
        id: operation.id,
        method: operation.method,
        path: operation.path,
        per_second: operation.per_second,
        writes: true,
        answer: operation.answer,
    });
    read.chain(written)
}
