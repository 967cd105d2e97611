//! What the overview says, in both languages.

crate::texts! {
    /// Texts of the overview.
    pub struct Texts {
        overview: "总览", "Overview";
        pending: "待支付", "Awaiting payment";
        orders_first(n: i64, due: &str): "{n} 个订单，最早 {due} 截止", "Orders: {n}, the first due {due}";
        orders(n: i64): "{n} 个订单", "Orders: {n}";
        this_month: "本月已付订单", "Paid this month";
        before_coupons(n: i64): "{n} 个订单，优惠后、用券前", "Orders: {n}; after discounts, before coupons";
        last_month: "上月同期", "Last month by now";
        returned: "本月退订", "Unsubscribed this month";
        money: "现在可用的钱", "Money now";
        money_hint: "余额不含优惠券；优惠券能否使用，因订单而异", "the balance is without coupons; whether a coupon can be used depends on the order";
        cash: "现金账户", "Cash";
        credit: "信用账户可用", "Credit left";
        of_line(line: &str): "授信额度 ¥{line}", "of a line of ¥{line}";
        no_credit: "未开通", "none";
        debt: "欠款", "Debt";
        earmarked(amount: &str): "其中专款专用 ¥{amount}", "¥{amount} of it earmarked";
        coupons: "可使用的优惠券", "Usable coupons";
        coupons_soon: "30 天内到期的优惠券", "Coupons expiring within 30 days";
        coupons_number(n: i64): "{n} 张", "{n}";
        money_never: "还没有读取过余额", "Balances have not been read yet";
        money_old: "余额或优惠券数据过旧", "Balances or coupons are older than they should be";
        money_failed(account: &str): "{account} 的余额或优惠券没有读取成功", "Balances or coupons of {account} could not be read";
        decide: "需要处理", "Needs a decision";
        nothing: "没有要处理的事", "Nothing needs a decision";
        nothing_hint: "没有待支付的订单，也没有等待处理的操作。", "No order awaits payment, and no operation waits for anybody.";
        never: "还没有读取过订单", "Orders have not been read yet";
        never_hint: "读取完成后，这里会显示需要处理的事。", "What needs a decision is shown here once they are read.";
        pay_until: "支付截止", "Pay until";
        recent: "最近的订单", "Recent orders";
        all_orders: "全部订单", "All orders";
        off: "不太对的地方", "Something is off";
        read_failed(account: &str): "{account} 的订单没有读取成功", "Orders of {account} could not be read";
        old: "订单数据过旧", "The orders are older than they should be";
        old_hint: "支付和取消在刷新之前不可用。", "Paying and cancelling are off until they are read again.";
        loading(done: i64, total: i64): "正在读取订单：{done} / {total}", "Reading orders: {done} / {total}";
        expiring: "即将到期的资源", "Resources about to expire";
        expiring_hint: "主资源数，不含有未完成订单的", "main resources without an unfinished order";
        all_resources: "全部资源", "All resources";
        policy: "到期策略", "At expiry";
        no_expiring: "30 天内没有到期的资源", "No resource expires within 30 days";
        resources_never: "还没有读取过资源", "Resources have not been read yet";
        resources_failed(account: &str): "{account} 的资源没有读取成功", "Resources of {account} could not be read";
        resources_old: "资源数据过旧", "The resources are older than they should be";
        resources_old_hint: "续费、退订等操作在刷新之前不可用。", "Renewing, unsubscribing and the like are off until they are read again.";
        packages: "需要关注的资源包", "Packages worth a look";
        all_packages: "全部资源包", "All packages";
        by_month: "每月已付订单", "Paid orders by month";
        by_month_hint: "近 12 个月，优惠后应付，元", "last 12 months, payable after discounts, CNY";
        chart: "每月已付订单的金额，数字见下表", "Paid orders by month; the table below has the numbers";
        bought: "已付", "Paid";
        given_back: "退订", "Unsubscribed";
        numbers: "查看数字", "Show the numbers";
        month: "月份", "Month";
        bought_yuan: "已付 (元)", "Paid (CNY)";
        given_back_yuan: "退订 (元)", "Unsubscribed (CNY)";
    }
}
