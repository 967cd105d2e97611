//! What the pages of coupons and cards say, in both languages.

crate::texts! {
    /// Texts of the lists.
    pub struct Texts {
        coupons: "优惠券", "Coupons";
        cards: "储值卡", "Stored-value cards";
        cards_lede: "储值卡的余额与有效期。支付时是否可用以华为云控制台为准。", "What is left on the cards, and until when. Whether one can pay is seen in Huawei Cloud's console.";
        expiring: "30 天内到期", "Expiring within 30 days";
        views: "优惠券与储值卡", "Coupons and cards";
        coupon: "券号", "Coupon";
        card: "卡号", "Card";
        account: "云账号", "Cloud account";
        kind: "类型", "Kind";
        state: "状态", "State";
        by_state: "按状态", "By state";
        plan: "活动名称", "Plan";
        name: "名称", "Name";
        limits: "使用限制", "Limits";
        no_limits: "无限制", "none";
        valid_from: "生效时间", "Valid from";
        expires: "到期时间", "Expires";
        no_end: "长期有效", "no end";
        lock_order: "锁定它的订单", "Held by order";
        held_by: "锁定订单", "held by";
        used_by: "使用它的订单", "Used by order";
        face: "面值", "Value";
        face_yuan: "面值 (元)", "Value (CNY)";
        left: "可用余额", "Left";
        left_yuan: "可用余额 (元)", "Left (CNY)";
        yuan: "元", "CNY";
        usable: "可使用", "Usable";
        held: "订单锁定", "Held by an order";
        held_or_frozen: "锁定或冻结", "Held or frozen";
        frozen: "已冻结", "Frozen";
        not_yet: "未生效", "Not yet valid";
        inactive: "未激活", "Not activated";
        used: "已使用", "Used up";
        expired: "已过期", "Expired";
        reclaimed: "已回收", "Taken back";
        not_listed: "不再列出", "No longer listed";
        all: "全部", "All";
        within_30_days: "30 天内到期", "Within 30 days";
        usable_value: "可使用的余额", "Usable";
        held_value: "锁定或冻结", "Held or frozen";
        soon_value: "30 天内到期", "Expiring within 30 days";
        coupons_without_ratio(n: i64): "{n} 张；折扣券和产品券不计金额", "{n}; discount and product coupons are no amount";
        number(n: i64): "{n} 张", "Number: {n}";
        cards_number(n: i64): "{n} 张可使用", "{n} usable cards";
        cards_left: "可使用卡的余额", "Left on usable cards";
        find: "在优惠券中查找", "Find a coupon";
        find_hint: "券号、活动、订单号", "Coupon, plan, order";
        apply: "应用", "Apply";
        showing: "正在显示", "Showing";
        clear_all: "清除全部", "Clear all";
        clear_filters: "清除全部条件", "Clear all filters";
        text_is(text: &str): "包含“{text}”", "Contains “{text}”";
        order_is(order: &str): "订单 {order} 锁定或使用的", "Held or used by order {order}";
        account_is(word: &str): "云账号：{word}", "Cloud account: {word}";
        on_page(n: usize): "本页 {n} 张", "{n} on this page";
        none_match: "没有符合条件的优惠券", "No coupon matches";
        none_match_hint: "放宽其中一个条件再试。", "Widen one of the conditions.";
        none: "没有这种状态的优惠券", "No coupon in this state";
        none_hint: "其他状态的优惠券在其他标签下。", "Coupons in other states are under the other tabs.";
        see_all: "查看全部", "See all";
        no_cards: "没有储值卡", "No stored-value cards";
        no_cards_hint: "华为云上这些云账号没有可使用或已用完的储值卡。", "These cloud accounts have no card at Huawei Cloud, usable or used up.";
        none_expiring: "30 天内没有可使用的优惠券到期", "No usable coupon expires within 30 days";
        none_expiring_hint: "到期前 30 天会出现在这里。", "A coupon appears here 30 days before it expires.";
        expiring_lede: "还能用在哪里，依据已读到的订单、资源和券的限制推断；能否使用，在订单的“可用金额”页向华为云查询。", "What each could still be used for, as far as is known of orders, resources and limits. Whether it can be is asked of Huawei Cloud on the order's page of what it can be paid with.";
    }
}

crate::texts! {
    /// Texts of the page of one coupon, and of what expiring ones could be used for.
    pub struct DetailTexts {
        title(id: &str): "优惠券 {id}", "Coupon {id}";
        gone: "华为云不再列出这张券", "Huawei Cloud does not list this coupon any more";
        gone_since(at: &str): "自 {at} 起；显示的是之前读到的。", "Since {at}; this is what was read before.";
        held_title(order: &str): "订单 {order} 锁定了这张券", "Order {order} holds this coupon";
        held_next: "支付该订单会用掉它；取消该订单即可释放，供其他订单使用。", "Paying that order uses it. To free it for others, cancel that order.";
        see_order: "查看订单", "See the order";
        pay_order: "支付订单", "Pay the order";
        cancel_order: "取消该订单以释放", "Cancel that order to free it";
        frozen_title: "华为云冻结了这张券", "Huawei Cloud has frozen this coupon";
        frozen_next: "冻结期间不能使用，请联系华为云客户经理。", "It cannot be used meanwhile; ask your account manager at Huawei Cloud.";
        could: "还能用在哪里", "What it could be used for";
        could_hint: "依据已读到的数据推断，以支付时华为云的判断为准", "by what is known here; Huawei Cloud decides when it is paid";
        could_orders: "待支付订单", "Orders awaiting payment";
        could_resources: "在它到期之前要续费的资源", "Resources to be renewed before it expires";
        could_nothing: "没有发现能用它的待支付订单，也没有在它到期之前要续费的资源。", "No order awaiting payment and no resource to be renewed before it expires was found for it.";
        no_orders: "没有", "none";
        pay_until: "支付截止", "Pay until";
        what_pays: "可用金额", "What can pay for it";
        more_orders(n: usize): "另有 {n} 个订单", "{n} more orders";
        resources_number(n: usize): "{n} 个资源", "{n} resources";
        more_resources(n: usize): "另有 {n} 个资源", "{n} more resources";
        renew: "续费这些资源", "Renew these";
        history: "使用记录", "History";
        history_hint: "近 24 个月，金额为元", "24 months, in CNY";
        no_history: "没有收支记录", "Nothing changed it";
        no_history_hint: "一次性使用的老版本券和折扣券，华为云可能不返回记录。", "Huawei Cloud may tell none of coupons that are spent at once.";
        time: "时间", "Time";
        what: "类型", "What";
        order: "订单号 / 流水号", "Order / transaction";
        service: "云服务", "Service";
        amount: "变动", "Change";
        amount_yuan: "变动 (元)", "Change (CNY)";
        after: "变动后余额", "Left after";
        after_yuan: "变动后余额 (元)", "Left after (CNY)";
        about: "优惠券信息", "About";
        limits: "使用限制", "Limits";
        usage: "适用范围", "Meant for";
        plan: "活动", "Plan";
        fetched: "获取方式", "Obtained";
        version: "使用方式", "Spent";
        single_use: "一次性使用", "at once";
        reusable: "可多次使用，直到余额用完", "in parts, until nothing is left";
        created: "发放时间", "Issued";
        activated: "激活时间", "Activated";
        used_last: "最近使用", "Used last";
        used_by: "使用它的订单", "Used by order";
        more: "华为云返回的其他字段", "Other fields from Huawei Cloud";
    }
}

crate::texts! {
    /// Texts of what an order can be paid with.
    pub struct SpendTexts {
        title: "订单可用金额", "What can pay for this order";
        order(id: &str): "订单 {id}", "Order {id}";
        read_at(at: &str): "{at} 刚从华为云读取；以支付时华为云的判断为准。", "Read from Huawei Cloud at {at}; Huawei Cloud judges again when it is paid.";
        read_again: "重新读取", "Read again";
        cannot_read: "现在读不全，无法给出金额", "Not everything can be read now, so there is no figure";
        status_is(status: &str): "订单现在的状态是“{status}”", "The order's status is now “{status}”";
        only_awaiting: "只有待支付的订单有可用金额。", "Only orders that await payment can be paid.";
        see_order: "查看订单", "See the order";
        the_order: "订单", "the order";
        the_coupons: "可用优惠券", "its coupons";
        the_discounts: "可用折扣", "its discounts";
        the_balance: "余额", "the balance";
        spendable: "可用于该订单", "Spendable for it";
        parts_hint: "折扣 + 优惠券 + 现金 + 信用", "discount + coupons + cash + credit";
        payable: "应付", "Payable";
        payable_hint: "优惠后、用券前", "after discounts, before coupons";
        from_balance: "其中需从余额支付", "Left to the balance";
        enough: "足够支付", "Enough";
        short(amount: &str): "还差 ¥{amount}", "¥{amount} short";
        estimate: "折扣券抵扣的金额是估算。", "What a discount coupon takes off is an estimate.";
        parts: "构成", "Parts";
        discount: "折扣", "Discount";
        coupons: "优惠券", "Coupons";
        coupons_hint(most: usize): "按规则一次最多 {most} 张，取抵扣最多的组合", "at most {most} at once by the rules; the set that takes off the most";
        cash: "现金账户", "Cash";
        earmarked(amount: &str): "其中专款专用 ¥{amount}", "¥{amount} of it earmarked";
        credit: "信用账户可用", "Credit left";
        total: "合计", "Total";
        yuan: "元", "CNY";
        usable: "可用的优惠券", "Usable coupons";
        discounts: "可用的折扣", "Usable discounts";
        counted: "已计入", "Counted";
        not_counted: "未计入", "Not counted";
        instrument: "优惠", "Instrument";
        conditions: "条件", "Conditions";
        takes: "可抵扣", "Takes off";
        takes_yuan: "可抵扣 (元)", "Takes off (CNY)";
        by_huawei: "由华为云计算", "reckoned by Huawei";
        alone: "金额为单独使用时的抵扣；未计入的不在最优组合中。", "What is not counted would take this off by itself; it is no part of the best set.";
        no_usable: "华为云没有列出可用于该订单的优惠券。", "Huawei Cloud lists no coupon for this order.";
        excluded: "不能用于该订单的优惠券", "Coupons that cannot be used for it";
        excluded_number(n: usize): "{n} 张，各有原因", "{n}, each with its reason";
        why: "原因", "Why";
        none_excluded: "没有被排除的优惠券。", "None.";
        others_unread: "账号的其他优惠券没有读到。", "The account's other coupons could not be read.";
        pay: "按此组合去支付", "Pay like this";
        until(day: &str): "{day} 到期", "until {day}";
        estimated: "约", "about";
    }
}
