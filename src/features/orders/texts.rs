//! What the orders pages say, in both languages.

crate::texts! {
    /// Texts of the orders pages.
    pub struct Texts {
        orders: "订单", "Orders";
        order: "订单号", "Order";
        refresh: "刷新", "Refresh";
        by_status: "按状态", "By status";
        all: "全部", "All";
        status: "状态", "Status";
        kind: "类型", "Type";
        service: "云服务", "Service";
        product: "产品", "Product";
        account: "云账号", "Cloud account";
        created: "创建时间", "Created";
        paid: "支付时间", "Paid";
        deadline: "支付截止", "Pay until";
        paid_or_due: "支付 / 截止", "Paid / due";
        due: "截止", "Due";
        expires: "到期", "Expires";
        official: "官网价", "List price";
        payable: "应付", "Payable";
        payable_hint: "优惠后、使用优惠券之前", "After discounts, before coupons";
        yuan: "元", "CNY";
        official_yuan: "官网价 (元)", "List price (CNY)";
        payable_yuan: "应付 (元)", "Payable (CNY)";
        actions: "操作", "Actions";
        select_page: "选择本页全部", "Select the whole page";
        select: "选择", "Select";
        pay: "支付", "Pay";
        refund: "退款", "Refund";
        find: "在列表中查找", "Find in the list";
        find_hint: "订单号、产品、用户、项目", "Order, product, user, project";
        apply: "应用", "Apply";
        from: "从", "From";
        to: "到", "To";
        showing: "正在显示", "Showing";
        clear_all: "清除全部", "Clear all";
        clear_filters: "清除全部条件", "Clear all filters";
        parts(n: i16): " 等 {n} 个子订单", " and {n} sub-orders";
        for_member: "代付", "For a member";
        total: "合计", "Total";
        total_orders(n: &str): "合计 {n} 个订单", "Total · orders: {n}";
        count_now: "计算合计", "Add up";
        on_page(n: usize): "本页 {n} 个", "{n} on this page";
        first_of(n: usize, all: &str): "第 1–{n} 个，共 {all} 个", "1–{n} of {all}";
        last_page: "末页", "Last page";
        selected: "已选订单", "Selected orders";
        can_cancel: "可取消", "Can be cancelled:";
        can_cancel_sum: " 个，应付合计 ", ", payable ";
        left_out_before: "另有", "";
        left_out: "个不在待支付状态，不会取消", "not awaiting payment, left out";
        over: "一次最多 200 个，请减少选择", "At most 200 at once; select fewer";
        clear_selection: "清除选择", "Clear";
        cancel_selected: "取消所选订单", "Cancel selected orders";
        none_match: "没有符合条件的订单", "No order matches";
        none_match_hint: "放宽其中一个条件再试。", "Widen one of the conditions.";
        none: "还没有订单", "No orders";
        none_hint: "华为云上这些云账号没有订单。", "These cloud accounts have no orders at Huawei Cloud.";
        no_accounts: "没有可看的云账号", "No cloud account to look at";
        no_accounts_hint: "请管理员为您分配云账号。", "Ask an administrator to give you one.";
        never: "还没有读取过订单", "Orders have not been read yet";
        never_hint: "第一次读取从最早的年份开始，逐年进行。可以离开本页。", "The first read goes year by year from the oldest. You may leave this page.";
        reading: "正在读取订单", "Reading orders";
        reading_progress: "读取订单的进度", "Progress of reading orders";
        read_failed(at: &str): "华为云没有正常应答（{at}），显示的是之前读到的数据", "Huawei Cloud did not answer properly ({at}); this is what was read before";
        read_failed_next: "会自动再试。", "It will be tried again by itself.";
        type_is(word: &str): "类型：{word}", "Type: {word}";
        service_is(word: &str): "云服务：{word}", "Service: {word}";
        account_is(word: &str): "云账号：{word}", "Cloud account: {word}";
        text_is(word: &str): "包含“{word}”", "Contains “{word}”";
        created_between(from: &str, to: &str): "创建于 {from} 至 {to}", "Created {from} to {to}";
        created_since(day: &str): "创建时间 {day} 起", "Created since {day}";
        created_until(day: &str): "创建时间至 {day}", "Created until {day}";
        paid_between(from: &str, to: &str): "支付于 {from} 至 {to}", "Paid {from} to {to}";
        paid_since(day: &str): "支付时间 {day} 起", "Paid since {day}";
        paid_until(day: &str): "支付时间至 {day}", "Paid until {day}";
        other_sort: "此条件下不能按此列排序", "Cannot be sorted by this column under these filters";
    }
}

crate::texts! {
    /// Texts of the page of one order and of refunds.
    pub struct DetailTexts {
        order_title(id: &str): "订单 {id}", "Order {id}";
        print: "打印", "Print";
        cancel: "取消订单", "Cancel order";
        pay_amount(amount: &str): "支付 ¥{amount}", "Pay ¥{amount}";
        too_old: "数据过旧，刷新后才能支付或取消", "The data is too old to pay or cancel; refresh it first";
        before_coupons: "使用优惠券之前", "before coupons";
        discounts: "优惠", "Discounts";
        discount: "折扣", "Discount";
        lapses: "到期未支付将自动取消", "cancelled by Huawei when it passes";
        expires: "所购资源到期", "What was bought expires";
        lines: "明细", "Lines";
        total_lines(n: usize): "合计 {n} 项", "Total · lines: {n}";
        quantity: "数量", "Quantity";
        period: "周期", "Period";
        valid: "有效期", "Valid";
        until: "至", "to";
        discount_yuan: "优惠 (元)", "Discount (CNY)";
        not_read: "明细还没有读取", "The lines have not been read yet";
        read_now: "现在读取", "Read them now";
        no_lines: "华为云没有返回明细", "Huawei Cloud tells no lines";
        sub_orders: "子订单", "Sub-orders";
        combined: "合并交易，不能单独支付或取消", "Combined transaction: not paid or cancelled on their own";
        sub_order: "子订单号", "Sub-order";
        amounts: "金额构成", "Amounts";
        paid_by: "支付方式", "Paid by";
        not_paid: "尚未支付", "Not paid yet";
        voucher: "代金券", "Vouchers";
        flexi_coupon: "现金券", "Flexi-purchase coupons";
        stored_card: "储值卡", "Stored-value cards";
        balance: "余额（现金、信用）", "Balance (cash, credit)";
        kept: "未退还", "Not given back";
        consumed: "已消费", "Consumed";
        commission: "手续费", "Handling fee";
        about: "订单信息", "About";
        created_by: "创建人", "Created by";
        source: "来源", "Source";
        project: "企业项目", "Enterprise project";
        contract: "合同", "Contract";
        customer: "客户 ID", "Customer id";
        agent: "代付方", "Paid for by";
        more: "华为云返回的其他字段", "Other fields from Huawei Cloud";
        activity: "操作记录", "Activity";
        no_activity: "本订单还没有操作", "No operation on this order yet";
        paying: "支付", "Payment";
        cancelling: "取消", "Cancellation";
        other_operation: "操作", "Operation";
        refund_details: "退款明细", "Refund details";
        refund_lede(id: &str): "订单 {id} 的每个资源，从哪个原订单退了多少；刚刚从华为云读取。", "What came back for each resource of order {id}, and from which original order; read from Huawei Cloud just now.";
        refunded: "退款合计", "Refunded";
        not_refunded: "已消费与手续费", "Consumed and fees";
        resource: "资源", "Resource";
        original: "原订单", "Original order";
        region: "区域", "Region";
        refund_yuan: "退款 (元)", "Refund (CNY)";
        kept_yuan: "已消费 / 手续费 (元)", "Consumed / fee (CNY)";
        total_resources(n: usize): "合计 {n} 个资源", "Total · resources: {n}";
        no_refunds: "没有退款明细", "No refund details";
        no_refunds_hint: "华为云没有返回该订单的退款明细：它可能没有退款，或仍在处理。", "Huawei Cloud tells no refund of this order: there is none, or it is still being processed.";
        cannot_read: "现在读不到", "Cannot be read now";
        huawei_says: "华为云答复", "Huawei Cloud answered";
        request_id: "请求编号", "Request id";
        read_again: "再读一次", "Read again";
    }
}

crate::texts! {
    /// The states of an operation, in a word.
    pub struct OperationTexts {
        pending_approval: "待审批", "Waiting for approval";
        ready: "已受理", "Accepted";
        sending: "提交中", "Being sent";
        unknown: "结果未知", "Result unknown";
        confirming: "确认中", "Being confirmed";
        succeeded: "已完成", "Done";
        failed: "未执行", "Not executed";
        stale: "已变化，未执行", "Changed, not executed";
        rejected: "已驳回", "Rejected";
        expired: "已过期", "Expired";
        cancelled: "已撤回", "Taken back";
        needs_review: "待人工核对", "Needs a person";
    }
}
