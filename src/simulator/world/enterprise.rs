//! The organisation of an enterprise master: its nodes and members, and who may do what with them. What
//! is moved between master and members is in the files below; nothing here speaks HTTP.

use std::collections::BTreeSet;

use super::{
    Fen, Kind, Refusal, World,
    balances::Balances,
    coupons::Coupon,
    refuse,
    times::{Millis, Versions},
};

pub(crate) mod coupons;
pub(crate) mod credit;
pub(crate) mod identity;
pub(crate) mod members;
pub(crate) mod money;

#[cfg(test)]
mod tests;

use coupons::Part;
use credit::Dated;
use identity::RealName;
use members::Message;

/// Where a member is in its life, as the wire has it.
pub(crate) mod status {
    pub(crate) const NORMAL: u8 = 1;
    pub(crate) const BEING_CREATED: u8 = 2;
    pub(crate) const BEING_CLOSED: u8 = 3;
    pub(crate) const CLOSED: u8 = 4;
    pub(crate) const REGISTERING: u8 = 101;
    pub(crate) const AWAITING_ACTIVATION: u8 = 102;
}

/// The organisation with its members.
#[derive(Debug)]
pub(crate) struct Enterprise {
    /// The master's account.
    pub(crate) master: usize,
    /// The root first.
    pub(crate) nodes: Vec<Node>,
    pub(crate) members: Vec<Member>,
    /// The parts of the master's credit line that end.
    pub(crate) dated: Versions<Vec<Dated>>,
    /// Coupons of members that were made of the master's.
    pub(crate) parts: Vec<Part>,
    /// Codes that were sent, oldest first.
    pub(crate) messages: Vec<Message>,
    /// Telephones that somebody has reported.
    pub(crate) reported: Vec<String>,
    /// By account.
    pub(crate) real_names: Vec<Versions<RealName>>,
    /// Accounts that have enterprise projects.
    pub(crate) with_projects: BTreeSet<usize>,
    /// Transfers by the ids that their callers gave them.
    pub(crate) transfers: BTreeSet<String>,
    /// Until when the last transfer goes on.
    pub(crate) busy_until: Millis,
}

impl Default for Enterprise {
    fn default() -> Self {
        Self {
            master: 0,
            nodes: Vec::new(),
            members: Vec::new(),
            dated: Versions::new(0, Vec::new()),
            parts: Vec::new(),
            messages: Vec::new(),
            reported: Vec::new(),
            real_names: Vec::new(),
            with_projects: BTreeSet::new(),
            transfers: BTreeSet::new(),
            busy_until: 0,
        }
    }
}

/// A unit of the organisation.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) relation_id: String,
    pub(crate) name: String,
    /// The position of the node above; none above the root.
    pub(crate) above: Option<usize>,
}

/// A member. Few of them are accounts of the simulator with keys of their own.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) display_name: String,
    /// The position of its node.
    pub(crate) node: usize,
    pub(crate) created: Millis,
    pub(crate) status: Versions<u8>,
    /// Its account, which then has its money and coupons.
    pub(crate) account: Option<usize>,
    /// Whether the master pays for it.
    pub(crate) custody: bool,
    /// Whether it is the same legal entity as its master.
    pub(crate) same_entity: bool,
    /// Whether the master may share its credit with it.
    pub(crate) shares_credit: bool,
    pub(crate) permissions: Vec<String>,
    /// The telephone, when it is not the master's.
    pub(crate) phone: Option<String>,
    /// Its money, when it is no account.
    pub(crate) balances: Versions<Balances>,
    /// Its coupons, when it is no account.
    pub(crate) coupons: Vec<Coupon>,
    /// Cash that it has from the master and has not given back.
    pub(crate) handed: Versions<Fen>,
    /// The parts of its credit line that end.
    pub(crate) dated: Versions<Vec<Dated>>,
}

/// Whose money or coupons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Master,
    /// By position.
    Member(usize),
}

/// Which members are asked about.
#[derive(Debug, Default)]
pub(crate) struct MemberFilter<'q> {
    pub(crate) name: Option<&'q str>,
    pub(crate) display_name: Option<&'q str>,
    /// Whether a part of a name is enough.
    pub(crate) fuzzy: bool,
    pub(crate) org_id: Option<&'q str>,
}

impl Enterprise {
    /// The node with this id.
    pub(crate) fn node(&self, id: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.id == id)
    }

    /// The nodes directly below one.
    pub(crate) fn below(&self, node: usize) -> impl Iterator<Item = usize> {
        (0..self.nodes.len()).filter(move |at| self.nodes[*at].above == Some(node))
    }

    /// The members that match, as they were known at a moment.
    pub(crate) fn members_at(&self, at: Millis, filter: &MemberFilter<'_>) -> Vec<&Member> {
        let fits = |wanted: Option<&str>, name: &str| {
            wanted.is_none_or(|wanted| if filter.fuzzy { name.contains(wanted) } else { name == wanted })
        };
        self.members
            .iter()
            .filter(|member| {
                member.created <= at
                    && fits(filter.name, &member.name)
                    && fits(filter.display_name, &member.display_name)
                    && filter.org_id.is_none_or(|wanted| self.nodes[member.node].id == wanted)
            })
            .collect()
    }
}

impl World {
    /// Refuses everybody but the master of the enterprise.
    pub(crate) fn master_only(&self, account: usize) -> Result<(), Refusal> {
        if self.accounts[account].kind == Kind::Master {
            return Ok(());
        }
        Err(Refusal {
            status: 403,
            code: "CBC.0155",
            message: "The current request is not allowed: the account is not an enterprise master."
                .to_owned(),
        })
    }

    /// The member with this id, as it was known at a moment.
    pub(crate) fn member(&self, at: Millis, id: &str, parameter: &str) -> Result<usize, Refusal> {
        self.enterprise
            .members
            .iter()
            .position(|member| member.id == id && member.created <= at)
            .ok_or_else(|| refuse("CBC.0100", format!("The parameter {parameter} is incorrect.")))
    }

    /// The id under which one of the sides is a customer.
    pub(crate) fn customer_id(&self, side: Side) -> &str {
        match side {
            Side::Master => &self.accounts[self.enterprise.master].domain_id,
            Side::Member(at) => &self.enterprise.members[at].id,
        }
    }

    fn account_of(&self, side: Side) -> Option<usize> {
        match side {
            Side::Master => Some(self.enterprise.master),
            Side::Member(at) => self.enterprise.members[at].account,
        }
    }

    /// The money of one of the sides.
    pub(crate) fn money_of(&self, side: Side) -> &Versions<Balances> {
        match (self.account_of(side), side) {
            (None, Side::Member(at)) => &self.enterprise.members[at].balances,
            (account, _) => &self.accounts[account.unwrap_or(self.enterprise.master)].balances,
        }
    }

    fn money_of_mut(&mut self, side: Side) -> &mut Versions<Balances> {
        match (self.account_of(side), side) {
            (None, Side::Member(at)) => &mut self.enterprise.members[at].balances,
            (account, _) => &mut self.accounts[account.unwrap_or(self.enterprise.master)].balances,
        }
    }

    /// The coupons of one of the sides.
    pub(crate) fn coupons_of(&self, side: Side) -> &[Coupon] {
        match (self.account_of(side), side) {
            (None, Side::Member(at)) => &self.enterprise.members[at].coupons,
            (account, _) => &self.accounts[account.unwrap_or(self.enterprise.master)].coupons,
        }
    }

    fn coupons_of_mut(&mut self, side: Side) -> &mut Vec<Coupon> {
        match (self.account_of(side), side) {
            (None, Side::Member(at)) => &mut self.enterprise.members[at].coupons,
            (account, _) => &mut self.accounts[account.unwrap_or(self.enterprise.master)].coupons,
        }
    }
}
