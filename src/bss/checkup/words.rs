//! What findings say, in both languages.

use std::net::SocketAddr;

use chrono::TimeDelta;

use super::finding::Text;
use crate::{
    bss::{Credentials, Endpoint, Error, Kind, Site, explain::ClockApart, transport::Encryption},
    i18n::Locale,
};

fn text(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text { zh: zh.into(), en: en.into() }
}

/// What is the same in every language.
pub(super) fn as_is(words: &str) -> Text {
    text(words, words)
}

pub(super) fn no_network() -> Text {
    text("未连接网络，未检查。", "There is no network here.")
}

pub(super) fn not_reached() -> Text {
    text("无法连接到接入地址，未检查。", "The endpoint was not reached.")
}

pub(super) fn not_accepted() -> Text {
    text(
        "凭证未被接受，未检查（连续失败会锁定密钥或用户）。",
        "The credentials are not accepted, and repeated refusals lock them.",
    )
}

pub(super) fn not_answered() -> Text {
    text("没有得到可用的回答，未检查。", "There was no answer to go by.")
}

pub(super) fn elsewhere() -> Text {
    text("账号不属于当前站点，未检查。", "The account belongs to another site.")
}

pub(super) fn name_found(endpoint: &Endpoint, found: &[SocketAddr]) -> Text {
    let first = found.first().map(|address| address.ip().to_string()).unwrap_or_default();
    let host = endpoint.host();
    if host.parse::<std::net::IpAddr>().is_ok() {
        return text("地址本身就是 IP，无需解析", "an address, so there is no name to find");
    }
    text(format!("{host} 解析为 {first}"), format!("{host} is {first}"))
}

pub(super) fn dns_next(endpoint: &Endpoint) -> Text {
    let host = endpoint.host();
    text(
        format!("请检查本服务器的 DNS 设置，确认能解析 {host}。"),
        format!("Check this server's DNS settings: it has to find {host}."),
    )
}

pub(super) fn port_answers(endpoint: &Endpoint) -> Text {
    let port = endpoint.port();
    text(format!("端口 {port} 可以连接"), format!("port {port} answers"))
}

pub(super) fn tcp_next(endpoint: &Endpoint) -> Text {
    let (host, port) = (endpoint.host(), endpoint.port());
    text(
        format!("请在防火墙和安全组中放行到 {host} 端口 {port} 的出方向连接。"),
        format!("Allow outgoing connections to {host}, port {port}, in firewalls and security groups."),
    )
}

pub(super) fn encrypted(encryption: &Encryption, left: Option<TimeDelta>) -> Text {
    let version = &encryption.version;
    match left {
        Some(left) => {
            let days = left.num_days();
            text(
                format!("{version}，证书还有 {days} 天到期"),
                format!("{version}, the certificate ends in {days} days"),
            )
        }
        None => as_is(version),
    }
}

pub(super) fn certificate_next() -> Text {
    text(
        "证书即将到期；如果是本单位的代理，请更换其证书。",
        "The certificate ends soon. If it is that of a proxy of your own, replace it.",
    )
}

pub(super) fn tls_next() -> Text {
    text(
        "请检查出口代理是否替换了证书，以及服务器是否允许 TLS 1.2 或 1.3。",
        "See whether a proxy on the way replaces the certificate, and whether TLS 1.2 or 1.3 is allowed.",
    )
}

pub(super) fn plain() -> Text {
    text("未加密", "not encrypted")
}

pub(super) fn plain_next() -> Text {
    text(
        "未加密的地址只应用于本机模拟器。",
        "Only a simulator on this machine should be spoken to without encryption.",
    )
}

pub(super) fn clock_untold() -> Text {
    text("华为云没有给出时间。", "Huawei did not tell its time.")
}

pub(super) fn clock_is(skew: TimeDelta) -> Text {
    if skew.abs() < super::APART {
        return text("与华为云一致", "agrees with Huawei's");
    }
    let apart = ClockApart(skew);
    text(apart.words(Locale::Zh), apart.words(Locale::En))
}

pub(super) fn clock_next() -> Text {
    text(
        "请校准服务器时钟（NTP）；相差超过 15 分钟的签名会被拒绝。",
        "Set the server's clock (NTP): signatures more than 15 minutes off are refused.",
    )
}

pub(super) fn clock_first() -> Text {
    text("时钟校准之前无法判断，未检查。", "Nothing can be said before the clock is right.")
}

pub(super) fn accepted(key: Option<&Credentials>) -> Text {
    match key {
        None => text(
            "IAM 用户登录成功，使用 Token；只能查询，不能提交操作",
            "the IAM user is logged in and has a token; it only reads",
        ),
        Some(key) if key.session.is_some() => {
            text("临时访问密钥被接受", "the temporary access key is accepted")
        }
        Some(_) => text("访问密钥被接受", "the access key is accepted"),
    }
}

pub(super) fn key_ends(left: TimeDelta) -> Text {
    let minutes = left.num_minutes();
    text(
        format!("临时访问密钥将在 {minutes} 分钟后到期"),
        format!("the temporary access key ends in {minutes} minutes"),
    )
}

pub(super) fn key_next() -> Text {
    text(
        "请换新 ak、sk 和 security_token；长期运行请使用永久访问密钥。",
        "Replace ak, sk and security_token. To run for long, use a permanent access key.",
    )
}

pub(super) fn throttled() -> Text {
    text("请求被限流，暂时无法判断。", "The question was throttled, so this is not known yet.")
}

pub(super) fn at_home(site: Option<Site>, endpoint: &Endpoint) -> Text {
    match site {
        Some(site) => text(site.name(Locale::Zh), site.name(Locale::En)),
        None => text(format!("自定义地址 {endpoint}"), format!("an address of one's own, {endpoint}")),
    }
}

pub(super) fn no_account_id() -> Text {
    text(
        "未配置，也没有可查询的 IAM 地址；请求不带 X-Domain-Id",
        "neither given nor to be looked up; requests go without X-Domain-Id",
    )
}

pub(super) fn account_id_next() -> Text {
    text(
        "请在配置中填写 domain_id（华为云“我的凭证”页面的账号 ID）；资源和询价接口需要它。",
        "Give domain_id in the configuration: the account id on Huawei Cloud's page of your credentials. Resources and \
         prices need it.",
    )
}

pub(super) fn permitted() -> Text {
    text("有此权限", "granted")
}

pub(super) fn cannot_be_tried(signs: bool) -> Text {
    if !signs {
        return text(
            "未检查：用密码登录的账号只用于查询，不需要此权限。",
            "An account that logs in is only read, and needs none of these.",
        );
    }
    text(
        "未检查：不实际操作就无法验证。如需要，请在 IAM 中确认该用户有此权限。",
        "Trying these means acting. What the portal is to do, see in IAM that the user may.",
    )
}

pub(super) fn rate(percent: u32) -> Text {
    text(
        format!("按文档限速的 {percent}% 发送请求，未被限流"),
        format!("requests are sent at {percent} % of the documented rates; none was throttled"),
    )
}

pub(super) fn slowed(operations: &[&str], percent: u32) -> Text {
    let operations = operations.join(", ");
    text(
        format!("刚被限流：{operations}（按文档限速的 {percent}% 发送请求）"),
        format!("just throttled: {operations}; requests are sent at {percent} % of the documented rates"),
    )
}

pub(super) fn rate_next() -> Text {
    text(
        "限速按主账号、接口和来源 IP 计算，由全部成员和工具共用；请减少其他工具的调用，或提交工单提高配额。",
        "Rates are counted by parent account, interface and source address, and shared by all members and tools. Have \
         other tools call less, or ask for a higher limit by ticket.",
    )
}

/// An error of a question: what happened and what to do.
pub(super) fn told(error: &Error) -> (Text, Text) {
    let words = |locale: Locale| {
        let explained = error.explanation(locale);
        let (meaning, next) = explained.map_or_else(
            || unexplained(error, locale),
            |explained| (explained.meaning.into_owned(), explained.next.into_owned()),
        );
        let code = error.code.as_ref().map(|code| format!("{code}: "));
        (format!("{}{meaning}", code.unwrap_or_default()), next)
    };
    let ((zh, zh_next), (en, en_next)) = (words(Locale::Zh), words(Locale::En));
    (text(zh, en), text(zh_next, en_next))
}

fn unexplained(error: &Error, locale: Locale) -> (String, String) {
    let next = match error.kind {
        Kind::Unavailable => locale.pick(
            "请检查网络和出口代理，稍候再试。",
            "Check the network and proxies on the way, and try again a little later.",
        ),
        _ => locale.pick(
            "请凭错误码和请求编号查询华为云文档或提交工单。",
            "Look the code up in Huawei Cloud's documents, or open a ticket with the request number.",
        ),
    };
    let words = error.message.clone().unwrap_or_else(|| error.to_string());
    (words, next.to_owned())
}
