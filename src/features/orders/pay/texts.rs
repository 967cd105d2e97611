//! What the page on which an order is paid says, in both languages.

crate::texts! {
    /// Texts of the payment page.
    pub struct Texts {
        title: "支付订单", "Pay order";
        order(id: &str): "订单 {id}", "Order {id}";
        read_again: "再读一次", "Read again";
        nothing_confirmable: "有数据读不到，现在不能支付", "Some facts cannot be read; paying is off";
        the_order: "订单", "the order";
        the_coupons: "优惠券", "the coupons";
        the_discounts: "折扣", "the discounts";
        the_balance: "余额", "the balance";
        request(id: &str): "请求编号 {id}", "Request {id}";
        changed: "与显示的不同，没有提交，也没有扣款", "Different from what was shown; nothing was submitted or charged";
        changed_next: "下面已是新的数据。请再看一遍，重新确认。", "Below is what is true now. Look again and confirm again.";
        not_valid: "这样选择不能支付，没有提交", "It cannot be paid this way; nothing was submitted";
        not_valid_next: "请按各项旁边的说明调整选择。", "Change the choice as the words beside it say.";
        not_confirmed: "还差一步，没有提交", "One thing is missing; nothing was submitted";
        what: "买什么", "What";
        product: "产品", "Product";
        period: "周期", "Term";
        expires: "到期", "Expires";
        payable: "应付", "Payable";
        payable_yuan: "应付 (元)", "Payable (CNY)";
        yuan: "元", "CNY";
        more_lines(n: usize): "另有 {n} 项，见订单详情", "{n} more, see the order";
        pay_until: "支付截止", "Pay until";
        account: "云账号", "Cloud account";
        how: "怎么付", "How paid";
        read_at(at: &str): "优惠券、折扣和余额于 {at} 从华为云读取。", "Coupons, discounts and balance were read from Huawei Cloud at {at}.";
        coupons: "优惠券", "Coupons";
        up_to(n: usize): "最多 {n} 张", "up to {n}";
        no_coupons: "没有可用于该订单的优惠券。", "No coupon can be used for this order.";
        what_pays: "订单可用金额与不可用的原因", "What can pay for this order, and why the rest cannot";
        left(amount: &str): "余额 ¥{amount}", "¥{amount} left";
        estimated: "约", "about";
        single_use: "一次用完", "used up at once";
        until(day: &str): "{day} 到期", "until {day}";
        cannot_be_used(n: usize): "另有 {n} 张不能用于该订单", "{n} cannot be used for this order";
        others_unread: "账号的其他优惠券暂时读不到，不影响支付。", "The account's other coupons cannot be read now; paying does not depend on them.";
        others_not_brought: "账号的其他优惠券为什么不能用，重新读取后显示。", "Why the account's other coupons cannot be used is shown when the order is read again.";
        discount: "折扣", "Discount";
        at_most_one: "最多 1 个", "at most 1";
        no_discount: "不使用折扣", "No discount";
        must_be_used: "必须使用", "must be used";
        by_huawei: "由华为云计算", "reckoned by Huawei Cloud";
        balance: "余额", "Balance";
        cash_first: "先扣现金余额，不足部分扣信用额度；优惠券不在其中。", "Cash first, then credit; coupons are not part of it.";
        cash: "现金余额", "Cash";
        earmarked: "其中专款专用", "of which earmarked";
        credit: "信用额度", "Credit";
        held: "提交后，在有结果之前，该订单由这次操作占用。", "Once submitted, this order is held by the operation until it has a result.";
        update: "重新计算", "Update";
        confirm: "确认", "Confirm";
        summary: "合计", "Summary";
        official: "官网价", "List price";
        ordered_discount: "下单时优惠", "Discount when ordered";
        from_balance: "从余额支付", "From the balance";
        estimate: "折扣券的抵扣是估算，以华为云实际扣款为准。", "What a discount coupon takes off is an estimate; Huawei Cloud decides.";
        from_cash: "现金余额支付", "From cash";
        from_credit: "信用额度支付", "From credit";
        cash_after: "支付后现金余额", "Cash after paying";
        short(amount: &str): "余额还差 ¥{amount}", "The balance is short of ¥{amount}";
        short_next: "请先充值，或改选优惠。", "Top up first, or choose other coupons.";
        choice_wrong: "这样选择不能支付，请看各项说明", "It cannot be paid this way; see the words beside the choice";
        pay(amount: &str): "支付 ¥{amount}", "Pay ¥{amount}";
        go_back: "不支付，返回", "Back without paying";
        read_before: "支付前会再读一次订单、优惠券和余额；与这里不同就停止，不会扣款。", "First the order, coupons and balance are read again; if anything differs from what is shown here it stops and nothing is charged.";
        approvals_none: "这个金额不需要审批，提交后立即支付。", "This amount needs no approval and is paid at once.";
        approvals_one: "这个金额需要 1 人审批，审批后才支付。", "This amount needs one approval before it is paid.";
        approvals(n: i16): "这个金额需要 {n} 人审批，审批后才支付。", "This amount needs {n} approvals before it is paid.";
        too_late_now: "提交时已临近支付截止，没有提交", "Too near the payment deadline by now; nothing was submitted";
        coupon_is(id: &str): "优惠券 {id}", "Coupon {id}";
        discount_is(id: &str): "折扣 {id}", "Discount {id}";
        usable: "可用", "usable";
        none: "无", "none";
    }
}
