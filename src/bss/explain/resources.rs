//! The codes of renewing, unsubscribing and changing what is bought by the period.

use super::{
    Code::Business,
    Row,
    steps::{
        ASK_HUAWEI, CHANGE_QUESTION, IN_CONSOLE, LET_FINISH, NOTHING_TO_DO, PAY_OR_CANCEL, RELOAD_RESOURCE,
        UNFREEZE, WAIT,
    },
};

/// Sources: api_order_00018 (renewal), 00019 (unsubscription), 00020 to 00023 (automatic renewal), 00024 (to
/// pay-per-use), and the general list of codes.
pub(super) const ROWS: &[Row] = &[
    // Renewal.
    (
        Business("CBC.30010036"),
        ("该资源不是主资源。", "It is not a main resource."),
        ("请对其所属的主资源续费。", "Renew the main resource that it belongs to."),
    ),
    (
        Business("CBC.30010069"),
        ("不支持所选的续费周期。", "This renewal period is not offered."),
        ("请另选续费时长。", "Choose another period."),
    ),
    (
        Business("CBC.30050006"),
        (
            "续费订单已生成，但自动支付失败。",
            "The renewal order was made, but it could not be paid automatically.",
        ),
        (
            "请在待支付订单中找到该续费订单，支付或取消它；不要重复续费。",
            "Find the renewal among the unpaid orders and pay or cancel it; do not renew again.",
        ),
    ),
    (
        Business("CBC.99000092"),
        ("续费周期校验失败。", "The check of the renewal period failed."),
        ("请另选续费时长后重试。", "Choose another period and try again."),
    ),
    (
        Business("CBC.99003016"),
        ("资源已到期删除，或不存在。", "The resource has expired and is deleted, or is unknown."),
        RELOAD_RESOURCE,
    ),
    (
        Business("CBC.99003100"),
        ("该资源有待支付的订单。", "There is an unpaid order for this resource."),
        PAY_OR_CANCEL,
    ),
    (
        Business("CBC.99003144"),
        ("该资源有正在处理的订单。", "An order for this resource is in progress."),
        LET_FINISH,
    ),
    (
        Business("CBC.99003154"),
        ("续费后的总时长超过上限。", "The total term would be over the maximum."),
        ("请选择较短的续费时长。", "Choose a shorter period."),
    ),
    (
        Business("CBC.99003634"),
        ("组合产品必须整体续费。", "A bundle must be renewed as a whole."),
        ("请同时选择该组合中的全部资源。", "Choose all resources of the bundle together."),
    ),
    // Unsubscription.
    (
        Business("CBC.30000053"),
        ("节省计划不支持退订。", "A savings plan cannot be unsubscribed."),
        ASK_HUAWEI,
    ),
    (
        Business("CBC.30000067"),
        (
            "资源已删除，或不由费用中心管理。",
            "The resource is deleted already, or not managed by the billing centre.",
        ),
        RELOAD_RESOURCE,
    ),
    (Business("CBC.99003012"), ("找不到该资源。", "There is no such resource."), RELOAD_RESOURCE),
    (
        Business("CBC.99003128"),
        (
            "没有可退订的续费周期，或该续费周期已经生效。",
            "There is no renewed term to unsubscribe, or it has begun already.",
        ),
        (
            "续费周期已生效时，只能退订资源本身。",
            "Once the renewed term has begun, only the resource itself can be unsubscribed.",
        ),
    ),
    (
        Business("CBC.99003185"),
        ("该服务必须整体操作。", "The service can only be operated as a whole."),
        ("请同时选择其全部关联资源。", "Choose all resources that belong together."),
    ),
    (
        Business("CBC.99003643"),
        ("订单已开具发票。", "An invoice was issued for the order."),
        (
            "请先在华为云费用中心退回发票，再退订。",
            "Return the invoice in Huawei Cloud's billing centre first, then unsubscribe.",
        ),
    ),
    (Business("CBC.99003647"), ("套餐包不支持退订。", "A package cannot be unsubscribed."), ASK_HUAWEI),
    (Business("CBC.99003649"), ("试用资源不支持退订。", "A trial cannot be unsubscribed."), ASK_HUAWEI),
    (
        Business("CBC.99003650"),
        ("云商店商品不能在此退订。", "A marketplace service cannot be unsubscribed here."),
        ("请在华为云云商店办理。", "Do this in Huawei Cloud's marketplace."),
    ),
    (
        Business("CBC.99003651"),
        ("该资源有正在进行的交易。", "A transaction of this resource is in progress."),
        LET_FINISH,
    ),
    (
        Business("CBC.99003652"),
        ("软件开发套餐不支持此操作。", "The software-development bundle does not allow this."),
        IN_CONSOLE,
    ),
    (
        Business("CBC.99003654"),
        (
            "存在带宽加油包，不能退订续费周期。",
            "A bandwidth add-on package prevents unsubscribing the renewed term.",
        ),
        (
            "请在加油包到期或退订后再操作。",
            "Try again when the add-on package has expired or is unsubscribed.",
        ),
    ),
    (Business("CBC.99003656"), ("资源已被冻结。", "The resource is frozen."), UNFREEZE),
    // Automatic renewal.
    (
        Business("CBC.99003602"),
        (
            "资源已到期或被冻结，不能设置自动续费。",
            "The resource has expired or is frozen; its automatic renewal cannot be set.",
        ),
        ("请先续费或解除冻结。", "Renew it first, or have it unfrozen."),
    ),
    (
        Business("CBC.99003605"),
        ("该资源没有开通自动续费。", "The automatic renewal of this resource is off already."),
        NOTHING_TO_DO,
    ),
    // To pay-per-use.
    (
        Business("CBC.99003608"),
        ("严选商品不支持转按需。", "A strictly selected product cannot change to pay-per-use."),
        IN_CONSOLE,
    ),
    (
        Business("CBC.99003609"),
        ("该资源类型不支持转按需。", "This type of resource cannot change to pay-per-use."),
        IN_CONSOLE,
    ),
    (
        Business("CBC.99003610"),
        (
            "资源处于宽限期或保留期，不能转按需。",
            "The resource is in its grace or retention period and cannot change to pay-per-use.",
        ),
        ("请先续费。", "Renew it first."),
    ),
    (
        Business("CBC.99003611"),
        ("套餐包不支持转按需。", "A package cannot change to pay-per-use."),
        CHANGE_QUESTION,
    ),
    (
        Business("CBC.99003622"),
        ("解决方案产品不支持转按需。", "A solution product cannot change to pay-per-use."),
        IN_CONSOLE,
    ),
    (
        Business("CBC.99003623"),
        ("该资源有正在进行的交易。", "A transaction of this resource is in progress."),
        LET_FINISH,
    ),
    (
        Business("CBC.99003624"),
        ("资源因违规被冻结。", "The resource is frozen because of a violation."),
        UNFREEZE,
    ),
    (Business("CBC.99003625"), ("资源被公安冻结。", "The resource is frozen by the police."), UNFREEZE),
    (Business("CBC.99003626"), ("账号已被冻结。", "The account is frozen."), UNFREEZE),
    (Business("CBC.99006066"), ("费用查询失败。", "The query of the fee failed."), WAIT),
];
