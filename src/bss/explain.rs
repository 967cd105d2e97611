//! Huawei's codes in words, with what to do next, in both languages. Codes that are not here are shown
//! as they came; nothing is guessed.

use std::borrow::Cow;

use super::gateway_number;
use crate::i18n::Locale;

/// A code in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What happened.
    pub meaning: Cow<'static, str>,
    /// What to do about it.
    pub next: Cow<'static, str>,
}

/// A text in Chinese and English.
type Pair = (&'static str, &'static str);

/// What a code is known by.
enum Code {
    /// BSS's own, whole.
    Business(&'static str),
    /// The gateway's number, under either prefix.
    Gateway(u16),
    /// The gateway's number, when its message holds this.
    GatewaySaying(u16, &'static str),
}
use Code::{Business, Gateway, GatewaySaying};

const FIX_INPUT: Pair = (
    "这是本系统与华为云接口之间的问题，重试无济于事；请把请求编号告诉管理员。",
    "This is a problem between the portal and Huawei's interface; trying again will not help. Give the \
     request number to your administrator.",
);
const RELOAD: Pair =
    ("请重新打开该订单，核对其当前状态。", "Open the order again and look at its present state.");
const CHOOSE_AGAIN: Pair = (
    "请重新打开支付页面，另选优惠后再提交。",
    "Open the payment page again and choose other coupons or discounts.",
);
const WAIT: Pair = ("请稍候再试。", "Try again a little later.");
const CHECK_KEY: Pair = (
    "请管理员核对该账号的 AK/SK；连续失败会使密钥被锁定 5 分钟。",
    "Have an administrator check the account's access key. Repeated failures lock the key for five minutes.",
);
const ASK_HUAWEI: Pair = (
    "请在华为云控制台查看，或凭请求编号提交工单。",
    "Look at it in Huawei Cloud's console, or open a ticket there with the request number.",
);
const BUDGET: Pair = (
    "请在华为云控制台调整企业项目或组织的预算后再支付。",
    "Raise the budget of the enterprise project or organisation in Huawei Cloud's console, then pay.",
);

/// Sources: the status tables of the api-oce pages of each operation, its pages on permissions
/// (jac_00004) and on flow control (fci_00002), its FAQ, and the error codes of the API signing guide.
const ROWS: &[(Code, Pair, Pair)] = &[
    // Common to all operations.
    (Business("CBC.0100"), ("请求参数不正确。", "A parameter of the request is wrong."), FIX_INPUT),
    (
        Business("CBC.0101"),
        ("请求参数无效，或缺少必填参数。", "A parameter is invalid, or a mandatory one is missing."),
        FIX_INPUT,
    ),
    (Business("CBC.0199"), ("请求参数有其他错误。", "There is another error in the parameters."), FIX_INPUT),
    (
        Business("CBC.0150"),
        ("该账号不属于当前站点。", "The account belongs to Huawei Cloud's other site."),
        (
            "请管理员把该账号的站点改为中国站或国际站中的另一个。",
            "Have an administrator set the account to the other site (China or International).",
        ),
    ),
    (
        Business("CBC.0156"),
        ("该账号不属于当前站点。", "The account belongs to Huawei Cloud's other site."),
        (
            "请管理员把该账号的站点改为中国站或国际站中的另一个。",
            "Have an administrator set the account to the other site (China or International).",
        ),
    ),
    (
        Business("CBC.0151"),
        ("拒绝访问：调用者没有此接口的权限。", "Access denied: the caller may not use this interface."),
        (
            "请在华为云统一身份认证中给该 IAM 用户授予所需权限。",
            "Give the IAM user the permission that it lacks, in Huawei Cloud's IAM.",
        ),
    ),
    (Business("CBC.0154"), ("访问凭证不合法或已过期。", "The token is illegal or has expired."), CHECK_KEY),
    (
        Business("CBC.0155"),
        (
            "当前请求不被允许：账号类型不符，或没有接口权限。",
            "The request is not allowed: the wrong kind of account, or no permission for the interface.",
        ),
        ASK_HUAWEI,
    ),
    (
        Business("CBC.0250"),
        ("华为云正在限制请求频率。", "Huawei Cloud is limiting the rate of requests."),
        WAIT,
    ),
    (Business("CBC.0999"), ("华为云内部错误。", "An error inside Huawei Cloud."), WAIT),
    // Orders: list, detail, pay, cancel, refunds.
    (
        Business("CBC.30000010"),
        ("订单不存在，或不能操作。", "There is no such order, or it cannot be operated."),
        RELOAD,
    ),
    (
        Business("CBC.99003106"),
        (
            "订单状态已变化，不能再支付（可能已经支付）。",
            "The order's status has changed; it cannot be paid any more. It may be paid already.",
        ),
        RELOAD,
    ),
    (
        Business("CBC.99003108"),
        ("所选折扣不适用于该订单。", "The discount cannot be used for this order."),
        CHOOSE_AGAIN,
    ),
    (
        Business("CBC.99003110"),
        ("已超过支付截止时间。", "The payment deadline has passed."),
        ("请在华为云控制台重新下单。", "Place the order again in Huawei Cloud's console."),
    ),
    (
        Business("CBC.99003112"),
        ("优惠券或储值卡已被使用。", "A coupon or card has been used already."),
        CHOOSE_AGAIN,
    ),
    (
        Business("CBC.99003116"),
        ("所选优惠券不能与折扣同时使用。", "A coupon may not be combined with a discount."),
        CHOOSE_AGAIN,
    ),
    (
        Business("CBC.99003117"),
        (
            "订单各项的折扣率都低于优惠券要求的最低折扣率。",
            "The discount of every line is below the minimum ratio that the coupon demands.",
        ),
        CHOOSE_AGAIN,
    ),
    (
        Business("CBC.99003141"),
        (
            "云资源配额或库存不足，或下单后规格已变化。",
            "The quota or capacity is short, or the specification has changed since the order was placed.",
        ),
        (
            "请在华为云控制台申请扩大配额，或取消后重新下单。",
            "Ask for a higher quota in Huawei Cloud's console, or cancel the order and place it again.",
        ),
    ),
    (
        Business("CBC.99003147"),
        ("代金券与折扣券不能同时使用。", "A voucher and a discount coupon may not be used together."),
        CHOOSE_AGAIN,
    ),
    (
        Business("CBC.99003155"),
        ("企业项目预算不足或不可用。", "The enterprise project is out of budget or cannot be used."),
        BUDGET,
    ),
    (
        Business("CBC.99003156"),
        (
            "云商店券与专用代金券不能同时使用。",
            "A marketplace coupon may not be used with a special-purpose voucher.",
        ),
        CHOOSE_AGAIN,
    ),
    (
        Business("CBC.99003162"),
        ("支付时间晚于计划生效时间。", "The payment is later than the planned start."),
        (
            "请取消该订单，在华为云控制台以新的生效时间重新下单。",
            "Cancel the order and place it again in Huawei Cloud's console with a later start.",
        ),
    ),
    (
        Business("CBC.99003198"),
        ("企业组织预算不足。", "The budget of the enterprise organisation is short."),
        BUDGET,
    ),
    (
        Business("CBC.99005003"),
        ("账户余额不足，未扣款。", "The balance is too low; nothing was charged."),
        ("请先在华为云充值，再重新支付。", "Top up the account at Huawei Cloud, then pay again."),
    ),
    (
        Business("CBC.99005010"),
        ("订单当前状态不能取消。", "The order cannot be cancelled in its present status."),
        RELOAD,
    ),
    (Business("CBC.99006093"), ("无法获得税率。", "The tax rate is not available."), WAIT),
    (Business("CBC.99008040"), ("操作过于频繁。", "The operation is repeated too often."), WAIT),
    (
        Business("CBC.99008056"),
        ("今日交易次数已达上限。", "Today's limit of transactions is reached."),
        ("请明天再试。", "Try again tomorrow."),
    ),
    (Business("CBC.99000087"), ("华为云报告异常失败。", "Huawei Cloud reports an unusual failure."), RELOAD),
    (
        Business("CBC.99000088"),
        ("订单正在支付中，请勿重复支付。", "The order is being paid; do not repeat the payment."),
        RELOAD,
    ),
    (
        Business("CBC.99000089"),
        (
            "这是组合交易的子订单，不能单独支付或取消。",
            "This is part of a combined order and cannot be paid or cancelled on its own.",
        ),
        ("请对组合订单进行操作。", "Use the combined order instead."),
    ),
    // The gateway in front of BSS. The first row that fits is taken.
    (
        GatewaySaying(301, "signature expired"),
        (
            "签名时间与华为云服务器时间相差超过 15 分钟。",
            "The time of the signature is more than 15 minutes away from Huawei's clock.",
        ),
        ("请管理员校准服务器时钟。", "Have an administrator set the server's clock."),
    ),
    (
        GatewaySaying(301, "not exist"),
        ("访问密钥（AK）不存在。", "The access key does not exist."),
        CHECK_KEY,
    ),
    (
        GatewaySaying(301, "reach the limit"),
        (
            "连续认证失败，访问密钥暂时被锁定。",
            "The access key is locked for a while after repeated failures.",
        ),
        CHECK_KEY,
    ),
    (
        Gateway(301),
        (
            "签名校验失败：SK 不正确，或签名有误。",
            "The signature does not verify: the secret key is wrong, or the signature is.",
        ),
        CHECK_KEY,
    ),
    (
        Gateway(302),
        ("该 IAM 用户无权调用此接口。", "The IAM user may not call this interface."),
        ("请在华为云统一身份认证中授权。", "Give the user that right in Huawei Cloud's IAM."),
    ),
    (Gateway(303), ("应用认证信息不正确。", "The application could not be authenticated."), CHECK_KEY),
    (Gateway(304), ("应用无权调用此接口。", "The application may not call this interface."), ASK_HUAWEI),
    (Gateway(305), ("认证信息不正确。", "The authentication information is wrong."), CHECK_KEY),
    (Gateway(306), ("拒绝访问此接口。", "Access to this interface is denied."), ASK_HUAWEI),
    (Gateway(307), ("访问凭证需要更新。", "The token has to be renewed."), CHECK_KEY),
    (
        Gateway(308),
        ("请求过于频繁，被网关限流。", "Too many requests: the gateway throttles them."),
        (
            "请稍候几秒再试；可提交工单申请提高配额。",
            "Try again in a few seconds. A ticket at Huawei Cloud can raise the limit.",
        ),
    ),
    (
        Gateway(101),
        ("接口不存在或未发布。", "There is no such interface, or it is not published."),
        (
            "请管理员核对该账号的站点和接入地址。",
            "Have an administrator check the account's site and endpoint.",
        ),
    ),
    (
        Gateway(201),
        ("网关认为请求有误，或无法处理。", "The gateway finds the request wrong, or cannot handle it."),
        FIX_INPUT,
    ),
    (Gateway(202), ("华为云后端暂不可用。", "Huawei's service behind the gateway is not available."), WAIT),
    (
        Gateway(203),
        ("华为云后端响应超时。", "Huawei's service behind the gateway did not answer in time."),
        WAIT,
    ),
    (
        Gateway(401),
        ("网关不认识来源 IP 地址。", "The gateway does not know our IP address."),
        (
            "请在华为云放行本服务器的出口 IP 地址。",
            "Allow this server's outgoing IP address at Huawei Cloud.",
        ),
    ),
    (
        Gateway(402),
        ("来源 IP 地址未被授权。", "Our IP address is not allowed."),
        (
            "请在华为云放行本服务器的出口 IP 地址。",
            "Allow this server's outgoing IP address at Huawei Cloud.",
        ),
    ),
    (Gateway(610), ("网关找不到后端域名。", "The gateway cannot find the service behind it."), WAIT),
];

/// What `code` means, with Huawei's own `message` where that says more. `None` for codes that we do not
/// know: show them as they are.
pub fn explain(code: &str, message: Option<&str>, locale: Locale) -> Option<Explanation> {
    let message = message.unwrap_or_default();
    let number = gateway_number(code);
    let (_, meaning, next) = ROWS.iter().find(|(known, ..)| match *known {
        Business(business) => business == code,
        Gateway(gateway) => number == Some(gateway),
        GatewaySaying(gateway, words) => number == Some(gateway) && message.contains(words),
    })?;
    let mut explanation = Explanation {
        meaning: Cow::Borrowed(locale.pick(meaning.0, meaning.1)),
        next: Cow::Borrowed(locale.pick(next.0, next.1)),
    };
    if code == "CBC.0151"
        && let Some(permission) = missing_permission(message)
    {
        explanation.next = Cow::Owned(match locale {
            Locale::Zh => format!("请在华为云统一身份认证中给该 IAM 用户授予权限 {permission}。"),
            Locale::En => format!("Give the IAM user the permission {permission} in Huawei Cloud's IAM."),
        });
    }
    Some(explanation)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denied_permission_is_named() {
        let message =
            "user access denied.checkCustomerPermission,correct permission code is billing:order:view";
        assert_eq!(missing_permission(message), Some("billing:order:view"));
        let told = explain("CBC.0151", Some(message), Locale::En).expect("known");
        assert!(told.next.contains("billing:order:view"));
        assert_eq!(missing_permission("access denied"), None);
        assert!(explain("CBC.0151", None, Locale::Zh).is_some());
    }

    #[test]
    fn the_gateway_is_understood_under_both_prefixes() {
        let expired = "calc aksk signature fail:signature expired, signature time:…";
        for code in ["APIG.0301", "APIGW.0301"] {
            let clock = explain(code, Some(expired), Locale::En).expect("known");
            assert!(clock.meaning.contains("15 minutes"), "{code}");
            let key = explain(code, Some("verify aksk signature fail"), Locale::En).expect("known");
            assert!(key.meaning.contains("secret key"), "{code}");
        }
    }

    #[test]
    fn a_code_that_we_do_not_know_is_left_alone() {
        for code in ["CBC.12345678", "APIG.9999", "", "APIG", "cbc.0100"] {
            assert_eq!(explain(code, None, Locale::Zh), None, "{code}");
        }
    }

    #[test]
    fn no_code_is_explained_twice() {
        let names: Vec<String> = ROWS
            .iter()
            .map(|(code, ..)| match code {
                Business(code) => (*code).to_owned(),
                Gateway(number) => number.to_string(),
                GatewaySaying(number, words) => format!("{number} {words}"),
            })
            .collect();
        let unique: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
    }
}
