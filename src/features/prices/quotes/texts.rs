//! What the pages of quotes and of renewal inquiries say, in both languages.

crate::texts! {
    /// Quotes.
    pub struct QuoteTexts {
        quotes: "报价单", "Quotes";
        quote: "报价单", "Quote";
        lede: "保存的是华为云当时给出的价格；华为云不承诺价格保持不变。", "Prices as Huawei Cloud told them then; it does not promise to keep them.";
        all: "全部", "All";
        valid: "有效", "Valid";
        past: "已过期", "Out of date";
        by_validity: "按有效期", "By validity";
        find: "搜索报价单", "Find a quote";
        find_hint: "名称、产品、资源 ID 或创建人", "Name, product, resource id or person";
        none: "还没有报价单", "No quotes yet";
        none_next: "询价后可将结果保存为报价单。", "Ask for prices, then save the result as a quote.";
        none_found: "没有符合条件的报价单", "No quote matches";
        none_found_next: "请放宽条件。", "Try with fewer conditions.";
        ask: "去询价", "Ask for prices";
        shown(n: usize): "本页 {n} 条", "{n} on this page";
        name: "名称", "Name";
        account: "云账号", "Cloud account";
        kind: "类型", "Kind";
        purchase: "新购询价", "Purchase";
        renewal: "续费询价", "Renewal";
        made_at: "询价时间", "Asked at";
        made_by: "创建人", "By";
        valid_until: "有效期至", "Valid until";
        standing: "状态", "State";
        official: "官网价", "List price";
        payable: "最优价", "Best price";
        saved: "优惠", "Saved";
        yuan: "元", "CNY";
        official_yuan: "官网价（元）", "List price (CNY)";
        payable_yuan: "最优价（元）", "Best price (CNY)";
        alone_yuan: "单项金额（元）", "By itself (CNY)";
        discount: "折扣", "Discount";
        product: "产品", "Product";
        terms: "说明", "Terms";
        asked: "询价内容", "What was asked";
        save_title: "保存为报价单", "Save as a quote";
        save_help: "保存时会再次询价；若价格有变化则不保存。", "Prices are asked for once more; if they differ, nothing is saved.";
        days: "有效天数", "Valid for days";
        save: "保存报价单", "Save the quote";
        again: "重新询价", "Ask again";
        again_title: "重新询价的差异", "Now and then";
        same: "价格没有变化", "The prices are the same";
        differs: "价格有变化", "The prices differ";
        was: "当时", "Then";
        now: "现在", "Now";
        difference: "差额", "Difference";
        total: "合计", "Total";
        open_inquiry: "打开此询价", "Open the inquiry";
        renew: "去续费", "Renew these";
        sheet: "请款单", "Payment request";
        sheet_help: "填写后生成可打印的请款单。", "What the printed payment request says beside the prices.";
        sheet_title: "请款单", "Payment request";
        company: "公司", "Company";
        department: "申请部门", "Department";
        purpose: "用途", "Purpose";
        payee: "收款方", "Payee";
        huawei: "华为云", "Huawei Cloud";
        make_sheet: "生成请款单", "Make the sheet";
        print: "打印", "Print";
        amount: "请款金额", "Amount requested";
        to_the_fen: "舍入至分", "Rounded to the fen";
        capitals: "大写", "In Chinese capitals";
        applicant: "申请人", "Applicant";
        reviewer: "审核", "Reviewed";
        approver: "批准", "Approved";
        date: "日期", "Date";
        back: "返回报价单", "Back to the quote";
        number: "报价单编号", "Quote";
    }
}

crate::texts! {
    /// The inquiry of renewals.
    pub struct RenewalTexts {
        title: "续费询价", "Renewal inquiry";
        lede: "查询包年/包月资源续费的价格，可保存为报价单。", "What renewing yearly/monthly resources costs, to be kept as a quote.";
        resources: "资源 ID", "Resource ids";
        resources_help: "每行一个，最多 50 个主资源，须属于同一云账号。", "One a line, up to 50 main resources of one account.";
        too_many: "一次最多查询 50 个资源，请减少。", "Up to 50 resources at once; leave some out.";
        term: "续费时长", "Renewed for";
        ask: "询价", "Ask for prices";
        result: "续费价格", "Renewal prices";
        help: "单项金额含挂载资源，华为云未说明是否已含折扣；官网价和折扣按每 10 个资源一次询价给出合计。", "The price of a resource by itself includes what is attached; Huawei Cloud does not say whether a discount is in it. List price and discounts are told for each question, of ten resources at most.";
        nothing: "华为云没有给出价格", "No prices from Huawei Cloud";
        some_failed: "部分资源没有价格，合计不含它们。", "Some resources have no price and are not in the sum.";
        renew: "去续费", "Renew these";
        changed: "价格已变化，未保存报价单", "Prices have changed; no quote was saved";
        changed_next: "下面是现在的价格，请核对后重新保存。", "Below are the present ones; check them and save again.";
        official: "官网价", "List price";
        payable: "最优价", "Best price";
        saved: "优惠", "Saved";
        from_list: "从资源列表选择", "Choose from the list";
    }
}

/// The texts of quotes in the reader's language.
pub const fn quote(ui: &crate::web::Ui) -> QuoteTexts {
    QuoteTexts(ui.locale)
}
