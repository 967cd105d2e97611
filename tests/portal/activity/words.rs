//! The words of every state, on the page of an operation and in the list.

use bss_portal::{identity::access::Role, operations::State};
use sqlx::PgPool;

use super::{super::support::stage::payment, reader, staged};

/// What is said of each operation of the stage, in Chinese and in English.
const SAID: [(&str, &[&str], &[&str]); 31] = [
    (
        "pending",
        &["待审批", "等 1 人审批", "审批截止", "提交人不能审批自己的操作"],
        &["Awaiting approval", "Approvals still needed: 1", "Approval until", "Who asked cannot approve"],
    ),
    (
        "pending-agreed",
        &["等 1 人审批", "已同意 approver"],
        &["Approvals still needed: 1", "Agreed approver"],
    ),
    (
        "ready",
        &["已提交，还没有发送", "排队等候发送", "最晚发送", "提交人可以撤回"],
        &["Accepted, not sent yet", "It waits for its turn", "Tried until", "who asked can withdraw it"],
    ),
    (
        "ready-throttled",
        &["已提交，还没有发送", "调用过于频繁，稍后再发", "下次尝试", "4 分钟后"],
        &["Accepted, not sent yet", "Too many calls; it is sent a little later", "Next try", "in 4 min"],
    ),
    (
        "ready-unreadable",
        &["华为云没有答复当前情况，答复后才发送", "最晚发送"],
        &["Huawei Cloud does not tell how things stand; it is sent once it does", "Tried until", "in 23 h"],
    ),
    (
        "ready-stopped",
        &["华为云拒绝了凭证，已停止发送", "APIG.0301", "管理员检查凭证并恢复发送之后"],
        &[
            "Huawei Cloud refused the credentials; sending is stopped",
            "APIG.0301",
            "Once an administrator has checked",
        ],
    ),
    (
        "ready-again",
        &["已提交，还没有执行，会再次发送", "核对两次：没有生效"],
        &[
            "Accepted, not carried out yet; it will be sent again",
            "Checked twice: no effect; it may be sent again",
        ],
    ),
    (
        "sending",
        &["正在发送：不要在这里或华为云控制台重复支付", "最晚知道结果", "不能撤回"],
        &["Being sent: do not repeat it here or in the Huawei console", "You will know by", "in 21 min"],
    ),
    (
        "unknown",
        &["结果还不知道：不要在这里或华为云控制台重复支付", "没有收到可靠的答复", "下次核对", "最晚知道结果"],
        &[
            "Result not known yet: do not repeat it here or in the Huawei console",
            "no reliable answer came back",
            "Next check",
            "You will know by",
        ],
    ),
    (
        "unknown-refused",
        &["是否真的没有执行还要核对", "CBC.99003162"],
        &["whether nothing was done is being checked", "CBC.99003162"],
    ),
    (
        "unknown-late",
        &["比预计的久：华为云还没有给出可用的回答", "72 小时"],
        &["This takes longer than it should", "after 72 hours without a result, people are asked"],
    ),
    (
        "confirming",
        &["华为云已接受，等订单显示结果", "不要在这里或华为云控制台重复支付", "下次核对"],
        &[
            "Huawei Cloud accepted it; waiting to see it on the order",
            "Please do not repeat it",
            "Next check",
        ],
    ),
    (
        "review",
        &[
            "需要人工核对",
            "读到的内容互相矛盾",
            "订单显示已取消，却又有支付时间",
            "不要在这里或华为云控制台重复支付",
            "还没有人提交结论",
        ],
        &[
            "A person must look",
            "What was read contradicts itself",
            "The order says that it is cancelled, and yet it has a payment time",
            "Nobody has concluded yet",
        ],
    ),
    ("review-settled", &["需要人工核对", "已取消"], &["A person must look", "Cancelled", "does not fit"]),
    (
        "review-not-shown",
        &["华为云接受了，但一直没有显示", "答复成功，订单却一直没有显示", "approver 认为已执行", "收支明细"],
        &[
            "Huawei Cloud accepted it, but does not show it",
            "answered with success at",
            "approver says that it happened",
            "0f7a5e1c9d3b4a2e8c6f5d4b3a291807",
        ],
    ),
    (
        "review-differing",
        &["72 小时内没能确定结果", "结论不一致", "没有读到任何内容"],
        &["No verdict within 72 hours", "The conclusions differ", "Nothing could be read"],
    ),
    (
        "succeeded",
        &["已支付 ¥812.00", "看到结果", "华为云的答复，并读回确认", "券 ¥100.00 + 余额 ¥712.00"],
        &[
            "Paid ¥812.00",
            "Seen at",
            "Huawei Cloud's answer, confirmed by reading back",
            "¥100.00 by coupons",
        ],
    ),
    ("succeeded-read", &["已支付 ¥42.00", "依据 读回确认"], &["Paid ¥42.00", "Source Reading back"]),
    (
        "succeeded-elsewhere",
        &["订单已经支付，但不是由这次操作支付的", "这次请求没有扣款", "在别处完成"],
        &[
            "The order is paid, but not by this operation",
            "Nothing was charged by this request",
            "done elsewhere",
            "does not fit",
        ],
    ),
    ("succeeded-people", &["已支付 ¥760.00", "两人核对"], &["Paid ¥760.00", "Two people judged it"]),
    ("succeeded-cancelled", &["订单已取消", "看到结果"], &["The order is cancelled", "Seen at"]),
    (
        "failed",
        &["这次请求没有扣款", "华为云拒绝了请求", "CBC.0150"],
        &[
            "Nothing was charged by this request",
            "Huawei Cloud refused the request",
            "CBC.0150",
            "Start again",
        ],
    ),
    (
        "failed-absent",
        &["这次请求没有扣款", "核对两次：没有生效，不再发送"],
        &["Nothing was charged by this request", "Checked twice: no effect; it is not sent again"],
    ),
    (
        "failed-people",
        &["这次请求没有扣款", "两人核对：没有执行", "收支明细里没有"],
        &["Nothing was charged by this request", "Two people found that it was not executed"],
    ),
    (
        "stale",
        &[
            "这次请求没有扣款：情况已变",
            "订单状态 待支付 → 已完成",
            "优惠后金额 ¥1,000.00 → ¥1,280.00",
            "不可用",
        ],
        &[
            "Nothing was charged by this request: things had changed",
            "Amount after discount ¥1,000.00 → ¥1,280.00",
            "Coupon CP2611010007ZKQ1X9 ¥100.00 → not usable",
        ],
    ),
    (
        "stale-refused",
        &["这次请求没有扣款：情况已变", "华为云拒绝了，核对两次：没有生效", "CBC.99003162"],
        &[
            "Nothing was charged by this request",
            "Huawei Cloud refused it; checked twice: no effect",
            "CBC.99003162",
        ],
    ),
    (
        "stale-cancel",
        &["这次请求没有改变任何内容：情况已变"],
        &["Nothing was changed by this request: things had changed", "Start again"],
    ),
    (
        "rejected",
        &["已被驳回，没有扣款", "驳回人 approver", "原因 预算已用完，请改到下个季度"],
        &["Rejected; nothing was charged", "Rejected by approver", "Why 预算已用完，请改到下个季度"],
    ),
    (
        "expired-approval",
        &["没有发送，没有扣款", "没有人在期限内审批"],
        &["Not sent; nothing was charged", "Nobody decided in time"],
    ),
    (
        "expired",
        &["没有发送，没有扣款", "期限内没能发送"],
        &["Not sent; nothing was charged", "It could not be sent before its deadline"],
    ),
    (
        "cancelled",
        &["已撤回，没有扣款", "撤回人 finance"],
        &["Withdrawn; nothing was charged", "Withdrawn by finance"],
    ),
];

#[sqlx::test]
async fn every_state_is_told_in_both_languages(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let all = stage.every_state().await;
    for state in State::ALL {
        assert!(all.iter().any(|staged| staged.state == state), "{state} is not on the stage");
    }
    assert_eq!(all.len(), SAID.len());
    for (tag, role, said) in [("zh-CN", Role::Approver, 0), ("en", Role::Finance, 1)] {
        let browser = reader(&portal, role, tag).await;
        let list = browser.get("/activity").await;
        for staged in &all {
            let story = stage.story(staged.id).await;
            assert_eq!(story.operation.state, staged.state, "{}: {story:?}", staged.name);
            let page = browser.get(&format!("/activity/{}", staged.id)).await;
            assert_eq!(
                page.attributes("#operation", "data-state"),
                [staged.state.as_str()],
                "{}",
                staged.name
            );
            let words = page.words("main");
            let (_, zh, en) = SAID.iter().find(|(name, ..)| *name == staged.name).expect("its words");
            for wanted in *[zh, en][said] {
                let mine = wanted.replace("who asked can withdraw it", "you can withdraw it");
                let mine = mine.replace("Who asked cannot approve", "You cannot approve it yourself");
                assert!(words.contains(&mine), "{} lacks {mine:?}:\n{words}", staged.name);
            }
            let word = page.texts("h1 .chip").remove(0);
            let row = list.texts(&format!("tr:has(a[href=\"/activity/{}\"])", staged.id)).remove(0);
            assert!(row.contains(&word) && row.contains(&story.operation.subject), "{}: {row}", staged.name);
            // The page looks for news exactly while there can be some, and says so to who has no JavaScript.
            assert_eq!(page.has("#operation[hx-get]"), !staged.state.is_final(), "{}", staged.name);
            assert_eq!(page.has("noscript"), !staged.state.is_final(), "{}", staged.name);
        }
    }
    portal.stop().await;
}

#[sqlx::test]
async fn after_a_recovery_and_after_refused_credentials_people_are_told_when_it_goes_on(db: PgPool) {
    let (portal, stage) = staged(db.clone()).await;
    let all = stage.every_state().await;
    let path = |name| {
        let one = all.iter().find(|staged| staged.name == name).expect("on the stage");
        format!("/activity/{}", one.id)
    };
    let recovered = "insert into recovery_epoch (system_identifier, timeline, database_oid, quarantine_until)
                     select d.system_identifier, d.timeline, d.database_oid, now() + interval '10 minutes' + interval '30 s'
                       from database_identity() d";
    sqlx::query(recovered).execute(&db).await.expect("recovered");
    for (tag, told, next, notice) in [
        ("zh-CN", "数据库刚恢复过，暂不发送", "10 分钟后", "以免重复恢复前已经发出的请求"),
        ("en", "The database was recovered; nothing is sent for now", "in 10 min", "Nothing is sent before"),
    ] {
        let browser = reader(&portal, Role::Viewer, tag).await;
        let state = browser.get(&path("ready")).await.words(".state");
        assert!(state.contains(told) && state.contains(next), "{state}");
        assert!(browser.get("/activity").await.words("main").contains(notice));
    }
    let resume = "form[action$='/resume']";
    assert!(!portal.sign_in(Role::Finance).await.get("/activity").await.has(resume));
    let admin = portal.sign_in(Role::Admin).await;
    let list = admin.get("/activity").await;
    assert!(list.words(".notice.destructive").contains("APIG.0301"));
    admin.submit(&list.form(resume)).await;
    assert!(!admin.get("/activity").await.has(".notice.destructive"));
    portal.stop().await;
}

/// Which buttons each role finds, state by state: w(ithdraw) l(ook) a(pprove) r(eject) c(onclude) s(tart again).
#[sqlx::test]
async fn there_are_buttons_only_for_what_is_possible(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let all = stage.every_state().await;
    for (role, wanted) in [
        (
            Role::Finance,
            [
                ("w", "pending"),
                ("w", "ready"),
                ("wl", "ready-throttled"),
                ("w", "ready-stopped"),
                ("", "sending"),
                ("l", "unknown"),
                ("l", "confirming"),
                ("lc", "review"),
                ("l", "review-differing"),
                ("", "succeeded"),
                ("s", "failed"),
                ("s", "stale-cancel"),
                ("s", "rejected"),
                ("s", "cancelled"),
            ],
        ),
        (
            Role::Approver,
            [
                ("ar", "pending"),
                ("", "ready"),
                ("l", "ready-throttled"),
                ("", "ready-stopped"),
                ("", "sending"),
                ("l", "unknown"),
                ("l", "confirming"),
                ("lc", "review"),
                ("l", "review-differing"),
                ("", "succeeded"),
                ("", "failed"),
                ("", "stale-cancel"),
                ("", "rejected"),
                ("", "pending-agreed"),
            ],
        ),
        (
            Role::Viewer,
            [
                ("", "pending"),
                ("", "ready"),
                ("l", "ready-throttled"),
                ("", "ready-stopped"),
                ("", "sending"),
                ("l", "unknown"),
                ("l", "confirming"),
                ("", "review"),
                ("", "review-differing"),
                ("", "succeeded"),
                ("", "failed"),
                ("", "stale-cancel"),
                ("", "rejected"),
                ("", "cancelled"),
            ],
        ),
    ] {
        let browser = portal.sign_in(role).await;
        for (buttons, name) in wanted {
            let id = all.iter().find(|staged| staged.name == name).expect("on the stage").id;
            let page = browser.get(&format!("/activity/{id}")).await;
            let there: String =
                [("w", "cancel"), ("l", "check"), ("a", "approve"), ("r", "reject"), ("c", "judge")]
                    .iter()
                    .filter(|(_, act)| page.has(&format!("main form[action$='/{act}']")))
                    .map(|(letter, _)| *letter)
                    .chain(page.has("#again").then_some("s"))
                    .collect();
            assert_eq!(there, buttons, "{} sees {name}", role.as_str());
        }
    }
    portal.stop().await;
}

#[sqlx::test]
async fn what_others_wrote_is_text_and_nothing_else(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
    let mut payment = payment("4000.00");
    payment.order_id = format!("CS1{evil}");
    payment.reason = format!("reason {evil}");
    payment.shown.service = format!("service {evil}");
    let id = stage.submit(&payment).await;
    let approver = portal.sign_in(Role::Approver).await;
    let hash = hex::encode(stage.story(id).await.operation.payload_sha256);
    let told = format!("no {evil}");
    let page = approver.get(&format!("/activity/{id}")).await;
    approver.post(&format!("/activity/{id}/reject"), &[("payload", &hash), ("reason", &told)]).await;
    let rejected = approver.get(&format!("/activity/{id}")).await;
    let list = approver.get("/activity").await;
    let search = form_urlencoded(&[("order", &payment.order_id), ("kind", evil)]);
    let found = approver.get(&format!("/activity?{search}")).await;
    for page in [&page, &rejected, &list, &found] {
        assert_eq!(page.status, 200);
        assert!(!page.has("main script") && !page.has("main img"), "{}", page.text);
        assert!(
            page.text.contains("&lt;script&gt;") || page.text.contains("&#60;script&#62;"),
            "{}",
            page.text
        );
    }
    assert!(rejected.words("main").contains(&told));
    portal.stop().await;
}

fn form_urlencoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
