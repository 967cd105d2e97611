//! The organisation and its members. What is moved between them, and how members are made, is in the
//! files below.

use serde::Serialize;
use serde_json::Value;

use super::{Answer, Call, Operation, wrong};
use crate::simulator::world::{
    Refusal, World,
    enterprise::{Enterprise, MemberFilter},
    refuse,
};

mod coupons;
mod making;
mod money;

pub(crate) use making::without_password;

/// The most rows of a page; no document says.
const MOST: i64 = 100;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_enterprise_organizations",
        method: "GET",
        path: "/v2/enterprises/multi-accounts/enterprise-organizations",
        rate: 10,
        answer: organisation,
    },
    Operation {
        id: "list_enterprise_sub_customers",
        method: "GET",
        path: "/v2/enterprises/multi-accounts/sub-customers",
        rate: 10,
        answer: members,
    },
    Operation {
        id: "create_sub_enterprise_account",
        method: "POST",
        path: "/v2/enterprises/multi-accounts/sub-customers",
        rate: 10,
        answer: making::create,
    },
    Operation {
        id: "send_sms_verification_code",
        method: "POST",
        path: "/v2/enterprises/multi-accounts/sm-verification-code",
        rate: 10,
        answer: making::send_code,
    },
    Operation {
        id: "show_multi_account_transfer_amount",
        method: "GET",
        path: "/v2/enterprises/multi-accounts/transfer-amount",
        rate: 10,
        answer: money::transferable,
    },
    Operation {
        id: "list_enterprise_multi_account",
        method: "GET",
        path: "/v2/enterprises/multi-accounts/retrieve-amount",
        rate: 10,
        answer: money::recoverable,
    },
    Operation {
        id: "update_sub_enterprise_amount",
        method: "POST",
        path: "/v2/enterprises/multi-accounts/transfer-amount",
        rate: 10,
        answer: money::hand_out,
    },
    Operation {
        id: "reclaim_sub_enterprise_amount",
        method: "POST",
        path: "/v2/enterprises/multi-accounts/retrieve-amount",
        rate: 10,
        answer: money::take_back,
    },
    Operation {
        id: "list_multi_account_transfer_coupons",
        method: "GET",
        path: "/v2/enterprises/multi-accounts/transfer-coupons",
        rate: 10,
        answer: coupons::transferable,
    },
    Operation {
        id: "list_multi_account_retrieve_coupons",
        method: "GET",
        path: "/v2/enterprises/multi-accounts/retrieve-coupons",
        rate: 10,
        answer: coupons::recoverable,
    },
    Operation {
        id: "claim_enterprise_multi_account_coupon",
        method: "POST",
        path: "/v2/enterprises/multi-accounts/transfer-coupon",
        rate: 10,
        answer: coupons::hand_out,
    },
    Operation {
        id: "reclaim_enterprise_multi_account_coupon",
        method: "POST",
        path: "/v2/enterprises/multi-accounts/retrieve-coupon",
        rate: 10,
        answer: coupons::take_back,
    },
    Operation {
        id: "create_enterprise_project_auth",
        method: "POST",
        path: "/v2/enterprises/enterprise-projects/authority",
        rate: 10,
        answer: open_projects,
    },
];

#[derive(Serialize)]
struct Organisation<'w> {
    root_id: Option<&'w str>,
    root_name: Option<&'w str>,
    child_nodes: Vec<Child<'w>>,
}

#[derive(Serialize)]
struct Child<'w> {
    relation_id: &'w str,
    id: &'w str,
    name: &'w str,
    /// Nothing when only the first level is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    child_nodes: Option<Vec<Child<'w>>>,
}

/// `GET /v2/enterprises/multi-accounts/enterprise-organizations`
fn organisation(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&["recursive_query", "parent_id"])?;
    world.master_only(call.account)?;
    let recursive = match query.text("recursive_query") {
        None | Some("" | "0") => false,
        Some("1") => true,
        Some(_) => return Err(wrong("recursive_query")),
    };
    let found = &world.enterprise;
    let parent = query.text("parent_id").filter(|id| !id.is_empty());
    let from = match parent {
        None => 0,
        Some(id) => found.node(id).ok_or_else(|| wrong("parent_id"))?,
    };
    let root = found.nodes.first().filter(|_| parent.is_none());
    Answer::json(&Organisation {
        root_id: root.map(|node| node.id.as_str()),
        root_name: root.map(|node| node.name.as_str()),
        child_nodes: children(found, from, recursive),
    })
}

fn children(found: &Enterprise, above: usize, recursive: bool) -> Vec<Child<'_>> {
    let child = |at: usize| {
        let node = &found.nodes[at];
        Child {
            relation_id: &node.relation_id,
            id: &node.id,
            name: &node.name,
            child_nodes: recursive.then(|| children(found, at, true)),
        }
    };
    found.below(above).map(child).collect()
}

#[derive(Serialize)]
struct Members<'w> {
    total_count: usize,
    sub_customer_infos: Vec<MemberInfo<'w>>,
}

#[derive(Serialize)]
struct MemberInfo<'w> {
    id: &'w str,
    name: &'w str,
    display_name: &'w str,
    status: u8,
    org_id: &'w str,
    org_name: Option<&'w str>,
}

/// `GET /v2/enterprises/multi-accounts/sub-customers`
fn members(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&[
        "sub_customer_account_name",
        "sub_customer_display_name",
        "fuzzy_query",
        "org_id",
        "offset",
        "limit",
    ])?;
    let (offset, limit) = query.page(MOST)?;
    let name = |parameter: &'static str| match query.text(parameter) {
        Some(name) if name.contains(' ') => Err(wrong(parameter)),
        name => Ok(name),
    };
    let fuzzy = match query.number("fuzzy_query")? {
        None | Some(0) => false,
        Some(1) => true,
        Some(_) => return Err(wrong("fuzzy_query")),
    };
    let filter = MemberFilter {
        name: name("sub_customer_account_name")?,
        display_name: name("sub_customer_display_name")?,
        fuzzy,
        // An empty one is no filter here, unlike an empty name.
        org_id: query.text("org_id").filter(|id| !id.is_empty()),
    };
    world.master_only(call.account)?;
    let found = &world.enterprise;
    let matching = found.members_at(call.as_of, &filter);
    let infos = matching.iter().skip(offset).take(limit).map(|member| MemberInfo {
        id: &member.id,
        name: &member.name,
        display_name: &member.display_name,
        status: *member.status.at(call.as_of),
        org_id: &found.nodes[member.node].id,
        // The documents say that it may be empty at the root.
        org_name: (member.node != 0).then_some(found.nodes[member.node].name.as_str()),
    });
    Answer::json(&Members { total_count: matching.len(), sub_customer_infos: infos.collect() })
}

/// `POST /v2/enterprises/enterprise-projects/authority`
fn open_projects(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    world.open_projects(&call.cause, call.account)?;
    Ok(Answer::empty())
}

/// A text of a body that has to be there.
fn mandatory(value: Option<&Value>, name: &str) -> Result<String, Refusal> {
    optional(value, name)?
        .filter(|text| !text.is_empty())
        .ok_or_else(|| refuse("CBC.0101", format!("The parameter {name} is mandatory.")))
}

/// A text of a body, or a number in its place.
fn optional(value: Option<&Value>, name: &str) -> Result<Option<String>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(wrong(name)),
    }
}

/// A whole number of a body, or a string of digits in its place.
fn whole(value: Option<&Value>, name: &str) -> Result<Option<i64>, Refusal> {
    optional(value, name)?.map(|text| text.parse().map_err(|_| wrong(name))).transpose()
}

/// The caller's id of a transfer; an empty one is none.
fn trans_id(value: Option<&Value>) -> Result<Option<String>, Refusal> {
    let id = optional(value, "trans_id")?.filter(|id| !id.is_empty());
    match id {
        Some(id) if id.chars().count() > 32 => Err(wrong("trans_id")),
        id => Ok(id),
    }
}
