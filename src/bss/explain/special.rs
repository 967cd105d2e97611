//! What errors say beyond their code: the missing permission, how far the clocks are apart, tokens that
//! ended, and answers without any code.

use std::borrow::Cow;

use chrono::{NaiveDateTime, TimeDelta};

use super::{
    Pair, Said,
    steps::{CHECK_PLACE, FIX_INPUT, LOOK_FIRST, NEW_TOKEN},
};
use crate::{
    bss::permissions::{Permission, UNSUBSCRIBE},
    i18n::Locale,
};

/// A token that ended, which Huawei tells in words only.
pub(super) const TOKEN_EXPIRED: (Pair, Pair) = (
    (
        "Token 已过期（有效期为签发后 24 小时）。",
        "The token has expired; one lasts for 24 hours after it was issued.",
    ),
    NEW_TOKEN,
);

/// A log-in that IAM refused.
pub(super) const WRONG_PASSWORD: (Pair, Pair) = (
    (
        "IAM 登录失败：用户名、密码或账号名不正确，或该用户需要多因素认证。",
        "The log-in at IAM failed: the user, the password or the account's name is wrong, or the user needs a second \
         factor.",
    ),
    (
        "请管理员核对 iam_user、iam_password 和 iam_domain；连续失败会锁定用户，20 分钟内不再尝试；改好后请重启。",
        "Have an administrator check iam_user, iam_password and iam_domain. Repeated failures lock the user, so it is \
         not tried again for 20 minutes, or until the portal is restarted with what is right.",
    ),
);

pub(in crate::bss) fn says_token_expired(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    (message.contains("x_auth_token") || message.contains("x-auth-token")) && message.contains("expired")
}

/// Answers without a code are those of what stands in front of BSS.
pub(super) fn without_code(status: u16) -> Option<(Pair, Pair)> {
    Some(match status {
        400 => (
            (
                "请求格式不正确：地址、请求头或 JSON 有误。",
                "The request is malformed: its address, its headers or its JSON.",
            ),
            FIX_INPUT,
        ),
        401 => (
            ("身份认证失败。", "The authentication failed."),
            (
                "请管理员核对该账号的 AK/SK 或登录信息。",
                "Have an administrator check the account's access key or login.",
            ),
        ),
        403 => (
            ("请求被拒绝。", "The request was denied."),
            (
                "请管理员核对账号权限，以及出口网络是否有代理或防火墙拦截。",
                "Have an administrator check the account's permissions, and proxies or firewalls on the way.",
            ),
        ),
        404 => (
            (
                "接口地址不存在：路径、版本或主机不正确。",
                "There is nothing at this address: its path, version or host is wrong.",
            ),
            CHECK_PLACE,
        ),
        411 => (
            ("请求缺少 Content-Length。", "The request has no Content-Length."),
            (
                "请管理员检查出口代理是否去掉了请求头 Content-Length。",
                "Have an administrator check whether a proxy on the way removes the header Content-Length.",
            ),
        ),
        429 => (
            ("请求过于频繁，被限流。", "Too many requests: they are throttled."),
            (
                "请等待 2～5 秒再试；可提交工单申请提高配额。",
                "Try again in two to five seconds. A ticket at Huawei Cloud can raise the limit.",
            ),
        ),
        500..=599 => (
            ("华为云暂时无法处理请求。", "Huawei Cloud cannot handle the request at the moment."),
            LOOK_FIRST,
        ),
        _ => return None,
    })
}

/// What to do about a missing permission: the one that the message names, else the one that the operation
/// needs; and the mistake that most often takes it away.
pub(super) fn permission_next(said: Said<'_>, locale: Locale) -> Option<Cow<'static, str>> {
    let named = said.message.and_then(missing_permission).map(str::to_owned);
    let permission = named.or_else(|| said.operation.and_then(Permission::of).map(Permission::codes))?;
    let give = match locale {
        Locale::Zh => format!("请在华为云统一身份认证（IAM）中给该 IAM 用户授予权限 {permission}。"),
        Locale::En => format!("Give the IAM user the permission {permission} in Huawei Cloud's IAM."),
    };
    // With the key in place the user may well have the permission, and still be denied.
    let key = if permission.contains(UNSUBSCRIBE) || permission.contains("bss:unsubscribe:") {
        match locale {
            Locale::Zh => {
                "如果自定义策略使用条件键 billing:cloudServiceType，请核对其取值包含该资源的云服务类型。"
                    .to_owned()
            }
            Locale::En => {
                "If a custom policy uses the condition key billing:cloudServiceType, check that its values \
                           contain the resource's service type."
                    .to_owned()
            }
        }
    } else {
        match locale {
            Locale::Zh => format!(
                "如果自定义策略中已有该权限，请检查同一条语句是否使用了条件键 billing:cloudServiceType：它只对 \
                 {UNSUBSCRIBE} 有效，须把退订权限和该条件键单独写成一条语句，其他权限写在另一条不带该条件键的语句中。"
            ),
            Locale::En => format!(
                "If a custom policy holds it already, see whether the same statement uses the condition key \
                 billing:cloudServiceType: it works only with {UNSUBSCRIBE}. Put that permission and the key into a \
                 statement of its own, and the others into one without the key."
            ),
        }
    };
    let space = locale.pick("", " ");
    Some(Cow::Owned(format!("{give}{space}{key}")))
}

/// The permission that `CBC.0151` names in its message, such as `billing:order:view`.
pub fn missing_permission(message: &str) -> Option<&str> {
    const LEAD: &str = "correct permission code is ";
    let rest = &message[message.find(LEAD)? + LEAD.len()..];
    let belongs = |c: char| c.is_ascii_alphanumeric() || ":-_.".contains(c);
    let code = &rest[..rest.find(|c| !belongs(c)).unwrap_or(rest.len())];
    let code = code.trim_end_matches(['.', ':']);
    (code.contains(':')).then_some(code)
}

/// How far our clock is from Huawei's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockApart(
    /// Huawei's time minus ours: positive when our clock is slow.
    pub TimeDelta,
);

impl ClockApart {
    /// Direction and seconds, in words.
    pub fn words(self, locale: Locale) -> String {
        let seconds = self.0.num_seconds();
        let far = seconds.unsigned_abs();
        let slow = seconds > 0;
        match locale {
            Locale::Zh => format!("本服务器时钟比华为云{} {far} 秒。", if slow { "慢" } else { "快" }),
            Locale::En => {
                format!(
                    "This server's clock is {far} seconds {} Huawei's.",
                    if slow { "behind" } else { "ahead of" }
                )
            }
        }
    }
}

/// What the gateway's refusal of a signature says about the clocks: it names both times.
pub fn clock_apart(message: &str) -> Option<ClockApart> {
    let time = |lead: &str| {
        let rest = &message[message.find(lead)? + lead.len()..];
        let text = rest.get(..16)?;
        NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok()
    };
    let (ours, theirs) = (time("signature time:")?, time("server time:")?);
    Some(ClockApart(theirs - ours))
}
