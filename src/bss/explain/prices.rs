//! The codes of asking for prices and costs.

use super::{
    Code::Business,
    Row,
    steps::{CHANGE_QUESTION, IN_CONSOLE, LET_FINISH, PAY_OR_CANCEL, RELOAD_RESOURCE, WAIT},
};

/// Sources: bcloud_01001, 01002 and 01007 (prices); the cost centre's pages; the general list of codes.
pub(super) const ROWS: &[Row] = &[
    (
        Business("CBC.30050007"),
        (
            "该资源不是主资源，不能单独询价。",
            "It is not a main resource and has no renewal price of its own.",
        ),
        ("请查询其所属主资源的续费价格。", "Ask for the price of the main resource that it belongs to."),
    ),
    (
        Business("CBC.30050008"),
        ("不支持所选的续费周期。", "This renewal period is not offered."),
        ("请另选续费时长。", "Choose another period."),
    ),
    (
        Business("CBC.30050009"),
        ("资源已删除，或不存在。", "The resource is deleted or unknown."),
        RELOAD_RESOURCE,
    ),
    (
        Business("CBC.30050010"),
        ("该资源有待支付的订单。", "There is an unpaid order for this resource."),
        PAY_OR_CANCEL,
    ),
    (
        Business("CBC.30050011"),
        ("该资源正在退订或变更。", "The resource is being unsubscribed or changed."),
        LET_FINISH,
    ),
    (
        Business("CBC.30050012"),
        ("询价的资源重复。", "A resource was named twice in the question."),
        ("请去掉重复的资源后再查询。", "Leave out the duplicates and ask again."),
    ),
    (Business("CBC.30050013"), ("该资源不能续费。", "The resource cannot be renewed."), RELOAD_RESOURCE),
    (
        Business("CBC.99006006"),
        ("找不到该产品。", "There is no such product."),
        (
            "请核对云服务类型、资源类型、规格和区域。",
            "Check the service, the type of resource, its specification and the region.",
        ),
    ),
    (Business("CBC.99006016"), ("优惠券查询失败。", "The query of coupons failed."), WAIT),
    (Business("CBC.99006017"), ("客户信息查询失败。", "The query of the customer failed."), WAIT),
    (Business("CBC.99006024"), ("产品信息查询失败。", "The query of the product failed."), WAIT),
    (
        Business("CBC.99006050"),
        ("度量单位不正确。", "The unit of measurement is wrong."),
        ("请改用该产品支持的度量单位。", "Use a unit that the product has."),
    ),
    (
        Business("CBC.99006055"),
        ("询价结果超过最大值。", "The price is above the maximum that can be told."),
        ("请减少数量或缩短时长后再查询。", "Ask with a smaller quantity or a shorter period."),
    ),
    (
        Business("CBC.99006073"),
        ("项目 ID 不存在。", "The project id is unknown."),
        (
            "请核对项目 ID（华为云“我的凭证”页面中列出）。",
            "Check the project id; Huawei Cloud lists it on the page of your credentials.",
        ),
    ),
    (Business("CBC.99006074"), ("没有该使用量类型。", "There is no such usage factor."), CHANGE_QUESTION),
    (
        Business("CBC.18000014"),
        ("尚未开通成本中心。", "The cost centre is not open for this account."),
        (
            "请在华为云费用中心开通成本中心，次日起有数据。",
            "Open the cost centre in Huawei Cloud's billing centre; it has data from the next day on.",
        ),
    ),
    (
        Business("CBC.18000016"),
        ("没有查看成本数据的权限。", "There is no permission to see the cost data."),
        ("请向您的华为云伙伴申请。", "Ask your Huawei Cloud partner for it."),
    ),
    (
        Business("CBC.18000048"),
        (
            "独立核算的成员账号过多，不能一次查询。",
            "There are too many independent members for one question.",
        ),
        ("请指定一个成员账号后再查询。", "Name one member and ask again."),
    ),
    (
        Business("CBC.3006"),
        ("不支持该云服务（旧代码）。", "The service is not supported (an old code)."),
        IN_CONSOLE,
    ),
];
