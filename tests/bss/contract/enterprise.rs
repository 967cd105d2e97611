//! Scenes around the enterprise: the organisation, its members and how one is made, real names, and money
//! and coupons that are moved.

use bss_portal::{
    bss::{
        Write,
        codes::{
            Depth, FinancialCustody, MemberPermission, MemberStatus, NameMatch, SmsLanguage, VerifiedStatus,
            VerifiedType,
        },
        enterprise::MemberQuery,
        members::{CreateMember, Password, Phone, SendCode},
    },
    i18n::Locale,
};
use serde_json::{Value, json};

use super::stage::{MASTER, MEMBER, ORDINARY, Stage, paged, whole};

mod moves;

const PHONE: &str = "13800001234";

pub(super) async fn play(stage: &mut Stage) {
    organisation(stage).await;
    let node = members(stage).await;
    making(stage, &node).await;
    names_and_projects(stage).await;
    moves::play(stage).await;
}

async fn organisation(stage: &mut Stage) {
    let first = stage.read(MASTER, async |reader| reader.organisation(None, None).await, whole).await;
    assert!(first.root_id.is_some() && first.nodes.iter().all(|node| node.nodes.is_empty()));
    let tree =
        stage.read(MASTER, async |reader| reader.organisation(None, Some(Depth::Subtree)).await, whole).await;
    let deepest = &tree.nodes[1].nodes[0].nodes[0];
    assert_eq!(deepest.name.as_deref(), Some("数据中心运维部"));
    let above = tree.nodes[1].nodes[0].id.clone();
    let below = stage
        .read(MASTER, async |reader| reader.organisation(Some(&above), Some(Depth::Children)).await, whole)
        .await;
    assert_eq!((below.root_id, &below.nodes[0].id), (None, &deepest.id));
    stage.refused(MASTER, "CBC.0100", async |reader| reader.organisation(Some("east"), None).await).await;
    stage.refused(ORDINARY, "CBC.0155", async |reader| reader.organisation(None, None).await).await;
}

/// Answers a node with members.
async fn members(stage: &mut Stage) -> String {
    let told = || paged("total_count", "sub_customer_infos");
    let all = MemberQuery::default();
    let page = stage.read(MASTER, async |reader| reader.members(&all).await, told()).await;
    let states: Vec<_> = page.items.iter().filter_map(|member| member.item.status).collect();
    // Being created is shown where one is; the others last.
    let lasting = MemberStatus::ALL.iter().filter(|status| **status != MemberStatus::BeingCreated);
    assert!(
        lasting.clone().count() == 5 && lasting.clone().all(|status| states.contains(status)),
        "{states:?}"
    );
    let own = stage.domain_id(MEMBER);
    assert!(page.items.iter().any(|member| member.item.customer_id == own));

    let named = MemberQuery {
        account_name: Some("huaxin".to_owned()),
        display_name: Some("北京".to_owned()),
        names: Some(NameMatch::Part),
        org_id: page.items[1].item.org_id.clone(),
        offset: 0,
        limit: 5,
    };
    let found = stage.read(MASTER, async |reader| reader.members(&named).await, told()).await;
    assert_eq!((found.total, found.items[0].item.name.as_deref()), (1, Some("huaxin-beijing")));
    let exactly = MemberQuery { names: Some(NameMatch::Exact), ..named.clone() };
    let none = stage.read(MASTER, async |reader| reader.members(&exactly).await, told()).await;
    assert_eq!(none.total, 0);
    let spaced = MemberQuery { account_name: Some("huaxin beijing".to_owned()), ..MemberQuery::default() };
    stage.refused(MASTER, "CBC.0100", async |reader| reader.members(&spaced).await).await;
    stage.refused(MEMBER, "CBC.0155", async |reader| reader.members(&all).await).await;
    named.org_id.expect("a node")
}

async fn making(stage: &mut Stage, node: &str) {
    let code = SendCode {
        mobile_phone: PHONE.to_owned(),
        timeout: Some(15),
        language: Some(SmsLanguage::Chinese),
        member_name: "huaxin-suzhou".to_owned(),
    };
    refused(stage, ORDINARY, &Write::SendCode(code.clone()), "CBC.70300008").await;
    refused(stage, MEMBER, &Write::SendCode(code.clone()), "CBC.70300009").await;
    stage.done(MASTER, &Write::SendCode(code)).await;
    let messages = stage.control("GET", "/messages", Value::Null).await;
    let sent = messages.as_array().and_then(|all| all.last()).expect("a message")["code"].clone();
    let sent = sent.as_str().expect("a code").to_owned();

    let own = |code: &str| Phone::Own { number: PHONE.to_owned(), code: code.to_owned() };
    let member = |name: &str, phone: Phone| CreateMember {
        party_id: node.to_owned(),
        display_name: Some("华信科技（苏州）有限公司".to_owned()),
        permissions: vec![MemberPermission::ReadFinances, MemberPermission::ReadBills],
        customer_name: name.to_owned(),
        phone,
        password: Password("Suzhou#2026".to_owned().into()),
        financial_custody: Some(FinancialCustody::Independent),
    };
    let wrong = if sent == "000000" { "000001" } else { "000000" };
    let suzhou = member("huaxin-suzhou", own(&sent));
    for (code, bad) in [
        ("CBC.99000026", member("huaxin-suzhou", own(wrong))),
        ("CBC.99000031", member("1-suzhou", own(&sent))),
        ("CBC.99000031", member("huaxin-beijing", own(&sent))),
        ("CBC.99000036", CreateMember { password: Password("short1".to_owned().into()), ..suzhou.clone() }),
        ("CBC.0100", CreateMember { party_id: "77".to_owned(), ..suzhou.clone() }),
    ] {
        refused(stage, MASTER, &Write::CreateMember(bad), code).await;
    }
    refused(stage, ORDINARY, &Write::CreateMember(suzhou.clone()), "CBC.70300008").await;
    stage.done(MASTER, &Write::CreateMember(suzhou)).await;
    // A code is good for one member.
    refused(stage, MASTER, &Write::CreateMember(member("huaxin-wuxi", own(&sent))), "CBC.99000029").await;
    let wuxi = CreateMember {
        display_name: None,
        permissions: Vec::new(),
        financial_custody: Some(FinancialCustody::InCustody),
        ..member("huaxin-wuxi", Phone::OfMaster)
    };
    stage.done(MASTER, &Write::CreateMember(wuxi)).await;

    let made = MemberQuery { org_id: Some(node.to_owned()), ..MemberQuery::default() };
    let states = async |stage: &mut Stage| -> Vec<_> {
        let told = paged("total_count", "sub_customer_infos");
        let page = stage.read(MASTER, async |reader| reader.members(&made).await, told).await;
        page.items.iter().rev().take(2).map(|member| member.item.status).collect()
    };
    assert_eq!(states(stage).await, [Some(MemberStatus::BeingCreated); 2]);
    stage.later(6).await;
    assert_eq!(states(stage).await, [Some(MemberStatus::Normal); 2]);
}

async fn names_and_projects(stage: &mut Stage) {
    let master = stage.read(MASTER, async |reader| reader.real_name().await, whole).await;
    assert_eq!(master.status, Some(VerifiedStatus::Verified));
    assert_eq!(master.kind, Some(VerifiedType::Enterprise));
    let first = stage.read(ORDINARY, async |reader| reader.face_check().await, whole).await;
    assert!(first.qr_code_url.is_some_and(|url| url.starts_with("https://")));

    stage.done(MASTER, &Write::OpenEnterpriseProjects).await;
    refused(stage, ORDINARY, &Write::OpenEnterpriseProjects, "CBC.99007004").await;
    let ordinary = stage.domain_id(ORDINARY);
    for (status, kind) in [(-1, None), (0, Some(1)), (1, Some(1)), (2, Some(1))] {
        let body = json!({
            "action": "real_name", "account": ordinary, "verified_status": status, "verified_type": kind,
        });
        stage.control("POST", "/console", body).await;
        let name = stage.read(ORDINARY, async |reader| reader.real_name().await, whole).await;
        assert_eq!(name.status.map(VerifiedStatus::code), Some(status));
        assert_eq!(name.kind.map(VerifiedType::code), kind);
        assert!(name.status.expect("a status").name(Locale::En).is_ascii());
    }
    stage.done(ORDINARY, &Write::OpenEnterpriseProjects).await;
    // Others' scenes find the account as it was.
    let body = json!({"action": "real_name", "account": ordinary, "verified_status": 2, "verified_type": 0});
    stage.control("POST", "/console", body).await;
}

async fn refused(stage: &mut Stage, account: usize, write: &Write, code: &str) {
    let answer = stage.write(account, write).await;
    assert_eq!(answer.error_code.as_deref(), Some(code), "{write:?}: {answer:?}");
}
