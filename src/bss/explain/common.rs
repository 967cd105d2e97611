//! The codes that every operation may answer, and those of the gateway in front of BSS.

use super::{
    Code::{Business, Gateway, GatewaySaying},
    Row,
    steps::{
        ALLOW_ADDRESS, ASK_HUAWEI, CHECK_KEY, CHECK_PLACE, FIX_INPUT, LOOK_FIRST, NEW_TOKEN, OTHER_SITE,
    },
};

/// Sources: the status tables of all api-oce pages; jac_00004 on permissions; fci_00002 on flow control.
pub(super) const BUSINESS: &[Row] = &[
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
        OTHER_SITE,
    ),
    (
        Business("CBC.0156"),
        ("该账号不属于当前站点。", "The account belongs to Huawei Cloud's other site."),
        OTHER_SITE,
    ),
    (
        Business("CBC.0151"),
        ("拒绝访问：调用者没有此接口的权限。", "Access denied: the caller may not use this interface."),
        (
            "请在华为云统一身份认证（IAM）中给该 IAM 用户授予所需权限。",
            "Give the IAM user the permission that it lacks, in Huawei Cloud's IAM.",
        ),
    ),
    (Business("CBC.0154"), ("Token 不合法或已过期。", "The token is illegal or has expired."), NEW_TOKEN),
    (
        Business("CBC.0155"),
        (
            "当前请求不被允许：账号类型不符，或没有接口权限。",
            "The request is not allowed: the wrong kind of account, or no permission for the interface.",
        ),
        (
            "请管理员核对该账号是否为客户账号，以及 IAM 用户是否有此接口的权限。",
            "Have an administrator check that it is a customer's account and that the IAM user may use the interface.",
        ),
    ),
    (
        Business("CBC.0250"),
        ("华为云费用服务正在限制请求频率。", "Huawei's billing service is limiting the rate of requests."),
        LOOK_FIRST,
    ),
    (Business("CBC.0999"), ("华为云内部错误。", "An error inside Huawei Cloud."), LOOK_FIRST),
];

/// Sources: the error codes of the API signing guide, the api-oce FAQ, and public issues that quote the
/// gateway's words. The first row that fits is taken.
pub(super) const GATEWAY: &[Row] = &[
    (
        GatewaySaying(301, "signature expired"),
        (
            "签名时间与华为云服务器时间相差超过 15 分钟。",
            "The time of the signature is more than 15 minutes away from Huawei's clock.",
        ),
        ("请管理员校准服务器时钟（NTP）。", "Have an administrator set the server's clock (NTP)."),
    ),
    (
        GatewaySaying(301, "not exist"),
        ("访问密钥（AK）不存在或已停用。", "The access key does not exist, or is disabled."),
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
        GatewaySaying(301, "verify aksk signature fail"),
        (
            "签名校验失败：SK 不正确，或请求在途中被改动。",
            "The signature does not verify: the secret key is wrong, or the request was changed on its way.",
        ),
        CHECK_KEY,
    ),
    (
        GatewaySaying(301, "token"),
        (
            "临时访问密钥的安全令牌（Security Token）或 Token 不正确或已过期。",
            "The security token of a temporary access key, or the token, is wrong or has expired.",
        ),
        (
            "临时访问密钥需与同时取得的 Security Token 一起使用；过期后请管理员换新。",
            "A temporary access key works only with the security token it came with. Once expired, an administrator \
             has to replace both.",
        ),
    ),
    (Gateway(301), ("身份认证信息不正确。", "The authentication information is wrong."), CHECK_KEY),
    (
        Gateway(302),
        ("该 IAM 用户无权调用此接口。", "The IAM user may not call this interface."),
        ("请在华为云统一身份认证中授权。", "Give the user that right in Huawei Cloud's IAM."),
    ),
    (Gateway(303), ("应用认证信息不正确。", "The application could not be authenticated."), CHECK_KEY),
    (Gateway(304), ("应用无权调用此接口。", "The application may not call this interface."), ASK_HUAWEI),
    (Gateway(305), ("认证信息不正确。", "The authentication information is wrong."), CHECK_KEY),
    (Gateway(306), ("拒绝访问此接口。", "Access to this interface is denied."), ASK_HUAWEI),
    (Gateway(307), ("Token 需要更新。", "The token has to be renewed."), NEW_TOKEN),
    (
        Gateway(308),
        ("请求过于频繁，被网关限流。", "Too many requests: the gateway throttles them."),
        (
            "请等待 2～5 秒再试；可提交工单申请提高配额。",
            "Try again in two to five seconds. A ticket at Huawei Cloud can raise the limit.",
        ),
    ),
    (
        Gateway(101),
        ("接口不存在或未发布。", "There is no such interface, or it is not published."),
        CHECK_PLACE,
    ),
    (
        Gateway(201),
        ("网关认为请求有误，或无法处理。", "The gateway finds the request wrong, or cannot handle it."),
        FIX_INPUT,
    ),
    (
        Gateway(202),
        ("华为云后端暂不可用。", "Huawei's service behind the gateway is not available."),
        LOOK_FIRST,
    ),
    (
        Gateway(203),
        ("华为云后端响应超时。", "Huawei's service behind the gateway did not answer in time."),
        LOOK_FIRST,
    ),
    (Gateway(401), ("网关不认识来源 IP 地址。", "The gateway does not know our IP address."), ALLOW_ADDRESS),
    (Gateway(402), ("来源 IP 地址未被授权。", "Our IP address is not allowed."), ALLOW_ADDRESS),
    (Gateway(610), ("网关找不到后端域名。", "The gateway cannot find the service behind it."), LOOK_FIRST),
];
