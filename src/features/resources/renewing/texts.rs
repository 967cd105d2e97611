//! What the page of renewals says, in both languages.

crate::texts! {
    /// Texts of the page.
    pub struct Texts {
        title: "续费", "Renew";
        resources: "资源", "Resources";
        paste: "资源 ID", "Resource ids";
        paste_help: "每行一个，或用逗号分隔，最多 50 个。", "One a line or separated by commas, 50 at most.";
        look_up: "查询", "Look up";
        another: "续费其他资源", "Renew other resources";
        too_many(n: usize, most: usize): "{n} 个资源，一次最多续费 {most} 个", "{n} resources; at most {most} at a time";
        too_many_next: "请分几次续费。", "Renew them in several goes.";
        what: "续费什么", "What is renewed";
        read_at(at: &str): "价格和到期时间于 {at} 从华为云读取，按预估显示。", "Prices and expiries were read from Huawei Cloud at {at}; they are estimates.";
        resource: "资源", "Resource";
        account: "云账号", "Cloud account";
        term: "续费时长", "Term";
        expires: "到期时间", "Expires";
        new_expiry: "续费后到期（预估）", "Expiry after renewal (estimated)";
        from_old_expiry: "新到期时间从原到期时间起算，宽限期和保留期内也一样。", "The new expiry counts from the old one, in the grace and retention periods too.";
        moved: "按统一到期日调整", "Moved to the common expiry day";
        official: "官网价", "List price";
        discount: "优惠", "Discount";
        payable: "应付", "Payable";
        yuan: "元", "CNY";
        auto_soon(at: &str): "已开通自动续费，{at} 将自动扣款；现在手动续费可能续两次。", "It renews by itself and is charged at {at}: renewing by hand now may renew it twice.";
        compare: "比较全部时长", "Compare all terms";
        compare_help: "同样的资源，各时长的价格和每月均价。", "The same resources: price of each term, and per month.";
        comparing: "正在读取各时长的价格。", "Reading the price of each term.";
        per_month: "每月", "Per month";
        cheapest: "每月最低", "lowest per month";
        without(n: usize): "{n} 个不能按此时长续费", "{n} cannot be renewed for this term";
        choose: "选择", "Choose";
        no_terms: "没有可用的时长", "No term can be had";
        how: "如何支付", "How it is paid";
        pay_now: "下单后立即从余额支付", "Order, then pay from the balance at once";
        pay_now_help: "使用询价中的最优折扣，不用优惠券；支付前再读一次，价格不同就不支付。", "With the best discount of the inquiry and no coupons; read again before paying, and not paid if the price differs.";
        order_only_choice: "只下单，稍后支付", "Order only, pay later";
        order_only_help: "每个资源一个待支付订单；要用优惠券时，在订单的支付页面逐个选择。", "An unpaid order for each resource; coupons are chosen on each order's own page of payment.";
        no_right_to_pay: "您没有支付权限，只能下单。", "You may not pay: you can only order.";
        update: "更新价格", "Update";
        confirm: "确认", "Confirm";
        summary: "汇总", "Summary";
        count: "资源数", "Resources";
        sum_now: "立即从余额支付", "From the balance now";
        cash: "现金余额", "Cash";
        cash_after: "支付后现金", "Cash afterwards";
        from_credit: "信用额度", "From credit";
        short(account: &str, amount: &str): "{account} 余额差 ¥{amount}", "{account} is short of ¥{amount}";
        short_next: "请先充值，或只下单。", "Top up first, or only order.";
        renew_and_pay(amount: &str): "续费并支付 ¥{amount}", "Renew and pay ¥{amount}";
        order_one: "下单续费", "Order the renewal";
        order_only(n: usize): "下单续费 {n} 个资源", "Order {n} renewals";
        approvals_none: "下单和支付不需要审批。", "Ordering and paying need no approval.";
        approvals_one: "按合计金额，每笔支付需要 1 人审批后才执行；下单不需要。", "By the sum, each payment waits for the approval of 1 other person; ordering does not.";
        approvals(n: i16): "按合计金额，每笔支付需要 {n} 人审批后才执行；下单不需要。", "By the sum, each payment waits for the approval of {n} other people; ordering does not.";
        read_before: "逐个下单、逐个支付，提交后可以随时停止。", "Ordered and paid one after another; it can be stopped at any time.";
        left_out: "不能续费", "Left out";
        none_left: "没有可以续费的资源", "Nothing can be renewed";
        changed: "与显示的不同", "Different from what was shown";
        changed_next: "没有提交。请核对后再确认。", "Nothing was submitted. Check and confirm again.";
        nothing_confirmable: "读取不完整，不能确认", "Not everything could be read, so nothing can be confirmed";
        read_again: "再读一次", "Read again";
        not_confirmed: "没有提交，请看下面的说明", "Not submitted; see below";
        not_valid: "这样不能提交", "It cannot be submitted like this";
        renewable: "能否续费", "Renewal";
        can_be_renewed: "可以续费", "possible";
        cannot_be_renewed: "不能续费", "not possible";
        no_price: "不能续费", "It cannot be renewed";
        no_expiry: "华为云没有给出到期时间", "Huawei Cloud tells no expiry";
        the_price: "续费价格", "the price of the renewal";
        the_balance: "余额", "the balance";
        back: "返回", "Go back";
    }
}
