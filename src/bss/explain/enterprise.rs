//! The codes of enterprises: moving money and coupons between master and members, opening members and
//! enterprise projects; and the names of checks that stand in their messages.

use super::{
    Code::{Business, BusinessSaying},
    Pair, Row,
    steps::{ASK_HUAWEI, RELOAD, RELOAD_RESOURCE, WAIT},
};

const CHECK_TERMS: Pair = (
    "请在华为云企业中心核对主子账号的关联关系、财务模式和权限。",
    "In Huawei Cloud's enterprise centre, check how the member is linked, its accounting mode and its permissions.",
);
const OTHER_PLATFORM: Pair = ("请在该平台上创建成员账号。", "Make the member account on that platform.");
const OPEN_PROJECTS: Pair = (
    "请先在华为云企业项目管理服务中开通企业项目功能。",
    "Open enterprise projects in Huawei Cloud's Enterprise Project Management Service first.",
);
const EXTEND_CREDIT: Pair = (
    "请联系华为云客户经理延长信用额度的有效期，或改为划拨现金余额。",
    "Have Huawei Cloud's account manager extend the credit, or transfer cash instead.",
);
const SPARE_CODE: Pair = ("请重新获取验证码。", "Ask for a new verification code.");

/// Sources: the pages on enterprise multi-accounts and on opening enterprise projects (api-oce), and their
/// older versions.
pub(super) const ROWS: &[Row] = &[
    // Moving money and coupons.
    (
        Business("CBC.99000043"),
        ("划拨或回收失败。", "The transfer or taking back failed."),
        ("请核对双方余额后再试。", "Look at both balances, then try again."),
    ),
    (
        Business("CBC.99000087"),
        ("华为云报告异常失败。", "Huawei Cloud reports an unusual failure."),
        (
            "请稍候核对订单或划拨结果，再决定是否重试。",
            "Look at the order or the transfer a little later before trying again.",
        ),
    ),
    (
        BusinessSaying("CBC.99007004", "NO_SHARE_CREDIT_TO_SUB_PERMISSION"),
        (
            "主账号没有向子账号共享信用额度的权限。",
            "The master may not share its credit line with the member.",
        ),
        (
            "请在华为云企业中心开通信用额度共享，或改为划拨现金余额。",
            "Have sharing of credit allowed in the enterprise centre, or transfer cash instead.",
        ),
    ),
    (
        BusinessSaying("CBC.99007004", "TRANS_CREDIT_EXT_PRI_MUST_POSTPAY"),
        ("划拨信用额度要求主账号为后付费客户。", "Only a master that pays after use can transfer credit."),
        (
            "请改为划拨现金余额，或联系华为云客户经理。",
            "Transfer cash instead, or talk to Huawei Cloud's account manager.",
        ),
    ),
    (
        BusinessSaying("CBC.99007004", "ADVANCE_PAY_PRI_SUB_MUST_SAME_LEGAL"),
        (
            "垫付要求主账号与子账号属于同一法人。",
            "Paying in advance needs master and member to be the same legal entity.",
        ),
        CHECK_TERMS,
    ),
    (
        BusinessSaying("CBC.99007004", "NOT_OPEN_PROJECT_GROUP"),
        ("尚未开通企业项目。", "Enterprise projects are not open for this account."),
        OPEN_PROJECTS,
    ),
    (
        BusinessSaying("CBC.99007004", "NOT_OPEN_MULTI_PROJECT"),
        ("尚未开通多项目功能。", "Multiple projects are not open for this account."),
        OPEN_PROJECTS,
    ),
    (
        BusinessSaying("CBC.99007004", "SELF_OPEN_ONLY_FOR_ENT_AND_INTR_CUST"),
        (
            "只有企业客户（或国际站客户）可以自助开通企业项目。",
            "Only enterprise customers, or customers of the international site, can open enterprise projects themselves.",
        ),
        (
            "请先完成企业实名认证，或联系华为云客户经理。",
            "Have the enterprise verified first, or talk to Huawei Cloud's account manager.",
        ),
    ),
    (Business("CBC.99007004"), ("业务校验不通过。", "A business check is not met."), CHECK_TERMS),
    (
        Business("CBC.99007009"),
        (
            "该请求编号已经使用过：前一次请求可能已经执行。",
            "The number of this request was used before: the earlier request may have been carried out.",
        ),
        (
            "请先核对划拨记录和余额，不要重复划拨。",
            "Look at the records of transfers and the balances first; do not transfer again.",
        ),
    ),
    (
        Business("CBC.99007181"),
        ("信用额度已过有效期。", "The validity of the credit has passed."),
        EXTEND_CREDIT,
    ),
    (
        Business("CBC.99007461"),
        ("有尚未完成的划拨或回收。", "Another transfer or taking back is unfinished."),
        ("请等待其完成后再试。", "Wait until it is finished, then try again."),
    ),
    (
        Business("CBC.7001"),
        ("该账号没有关联到此企业主账号。", "The account is not linked to this enterprise master."),
        CHECK_TERMS,
    ),
    (
        Business("CBC.7004"),
        ("业务校验不通过（旧代码）。", "A business check is not met (an old code)."),
        CHECK_TERMS,
    ),
    (
        Business("CBC.7181"),
        ("信用额度已过有效期（旧代码）。", "The validity of the credit has passed (an old code)."),
        EXTEND_CREDIT,
    ),
    (
        Business("CBC.99000047"),
        (
            "划拨或回收失败；这是华为云旧版接口的代码。",
            "A transfer or taking back failed. It is a code of Huawei's older interface.",
        ),
        ASK_HUAWEI,
    ),
    // Opening members.
    (
        Business("CBC.70900002"),
        ("成员账号须在其他平台创建。", "The member has to be made on another platform."),
        OTHER_PLATFORM,
    ),
    (
        Business("CBC.99007490"),
        ("账号正在退出经销商关系。", "The account is leaving its reseller."),
        ("请在退出完成后再试。", "Try again when that is finished."),
    ),
    (Business("CBC.99000026"), ("验证码不正确。", "The verification code is wrong."), SPARE_CODE),
    (Business("CBC.99000027"), ("验证码已过期。", "The verification code has expired."), SPARE_CODE),
    (
        Business("CBC.99000029"),
        ("手机号已被使用。", "The phone number is in use."),
        ("请改用其他手机号。", "Use another phone number."),
    ),
    (
        Business("CBC.99000030"),
        ("手机号被使用的次数过多。", "The phone number is in use too often."),
        ("请改用其他手机号。", "Use another phone number."),
    ),
    (
        Business("CBC.99000031"),
        ("账号名不合法。", "The account's name is not valid."),
        ("请改用其他名称。", "Choose another name."),
    ),
    (
        Business("CBC.99000036"),
        (
            "密码格式不符合要求（至少 8 个字符）。",
            "The password does not have the right form (at least 8 characters).",
        ),
        ("请换一个更复杂的密码。", "Choose a more complex password."),
    ),
    (
        Business("CBC.99000051"),
        ("该号码已被举报。", "The number has been reported."),
        ("请改用其他手机号。", "Use another phone number."),
    ),
    (
        Business("CBC.99007197"),
        ("来源 IP 地址的操作过于频繁。", "There are too many requests from our IP address."),
        WAIT,
    ),
    // Verification codes.
    (
        Business("CBC.70300008"),
        ("该账号不是企业主账号。", "The account is not the master of an enterprise."),
        ("请使用企业主账号操作。", "Use the enterprise's master account."),
    ),
    (
        Business("CBC.70300009"),
        ("财务托管的成员账号不能进行此操作。", "A member whose money is in custody may not do this."),
        ("请使用企业主账号操作。", "Use the enterprise's master account."),
    ),
    (Business("CBC.99000082"), ("发送验证码过于频繁。", "Too many verification codes were sent."), WAIT),
    (
        Business("CBC.99004003"),
        ("验证码已生成，但发送失败。", "The code was made but could not be sent."),
        SPARE_CODE,
    ),
    // The first version's short codes, which older pages list with HTTP 200.
    (
        Business("CBC.3002"),
        ("订单或资源已被锁定（旧代码）。", "The order or resource is locked (an old code)."),
        WAIT,
    ),
    (
        Business("CBC.3016"),
        ("资源已到期（旧代码）。", "The resources have expired (an old code)."),
        RELOAD_RESOURCE,
    ),
    (
        Business("CBC.3106"),
        ("订单状态已变化（旧代码）。", "The order's status has changed (an old code)."),
        RELOAD,
    ),
    (
        Business("CBC.3112"),
        ("优惠券已被使用（旧代码）。", "The coupon has been used (an old code)."),
        super::steps::CHOOSE_AGAIN,
    ),
    (
        Business("CBC.3124"),
        ("资源已经退订（旧代码）。", "The resource is unsubscribed already (an old code)."),
        RELOAD_RESOURCE,
    ),
    (
        Business("CBC.6006"),
        ("找不到该产品（旧代码）。", "There is no such product (an old code)."),
        ASK_HUAWEI,
    ),
];
