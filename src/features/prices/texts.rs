//! What the pages of prices say, in both languages.

use crate::web::Ui;

/// The frame's texts in the reader's language.
pub const fn frame(ui: &Ui) -> Texts {
    Texts(ui.locale)
}

/// The tables' texts in the reader's language.
pub const fn table(ui: &Ui) -> TableTexts {
    TableTexts(ui.locale)
}

crate::texts! {
    /// The frame of these pages.
    pub struct Texts {
        prices: "价格", "Prices";
        inquiry: "询价", "Inquiry";
        renewal: "续费询价", "Renewal";
        quotes: "报价单", "Quotes";
        discounts: "商务折扣", "Contract discounts";
        account: "云账号", "Cloud account";
        pages: "价格页面", "Pages about prices";
        apply: "切换", "Switch";
        no_accounts: "没有可查询的云账号", "No cloud account to ask with";
        no_accounts_next: "请联系管理员为您分配云账号。", "Ask an administrator to give you a cloud account.";
        live: "价格由华为云实时给出，不是缓存。", "Prices are asked of Huawei Cloud now; none is cached.";
        again: "重新读取", "Read again";
    }
}

crate::texts! {
    /// The words of a line.
    pub struct LineTexts {
        pieces(n: u32): "{n} 个", "{n} pieces";
        used(factor: &str, amount: &str): "按需：{factor} {amount}", "pay-per-use: {factor} {amount}";
    }
}

crate::texts! {
    /// The inquiry.
    pub struct InquiryTexts {
        title: "询价", "Price inquiry";
        lede: "逐行选择产品，一次询价最多 50 行。", "Choose products line by line, up to 50 in one inquiry.";
        new_line: "添加产品", "Add a product";
        service: "云服务类型", "Service";
        resource: "资源类型", "Resource type";
        region: "区域", "Region";
        region_help: "可从列表中选择，也可直接输入区域编码。", "Choose from the list, or type the region's code.";
        spec: "规格", "Specification";
        spec_help: "云服务器规格需带 .linux 或 .win。", "A server's needs .linux or .win behind it.";
        no_specs: "该区域没有按此方式出售的规格，可直接输入规格编码。", "Nothing is sold like this in the region; you can type a code.";
        sold: "计费模式", "Charged";
        by_term: "包年/包月", "Yearly/monthly";
        by_use: "按需", "Pay-per-use";
        term: "购买时长", "Term";
        size: "大小", "Size";
        size_help: "云硬盘、带宽等线性产品必填，其他产品不填。", "Of linear products such as disks and bandwidth; of no others.";
        size_more: "指定大小（仅线性产品）", "Give a size (linear products only)";
        measure: "大小单位", "Unit of size";
        count: "数量", "Number";
        factor: "使用量类型", "Usage factor";
        value: "使用量", "Usage";
        unit: "使用量单位", "Unit of usage";
        choose: "请选择", "Choose";
        next: "下一步", "Continue";
        add: "添加此行", "Add this line";
        ask: "询价", "Ask for prices";
        lines: "询价清单", "Lines";
        no_lines: "还没有产品", "No products yet";
        no_lines_next: "在左侧选择产品，添加到清单后询价。", "Choose a product, add it, and ask for its price.";
        remove: "移除", "Remove";
        compare: "按需与包年/包月比较", "Compare use and terms";
        projects: "项目 ID", "Project ids";
        projects_help: "华为云要求提供账号在该区域的任一项目 ID（见“我的凭证”）。询价成功后会为此账号记住。", "Huawei Cloud wants any project id of the account in the region (page “My Credentials”). It is remembered for the account once it was answered.";
        project_missing: "请填写该区域的项目 ID", "Type a project id of this region";
        choose_service: "请选择云服务类型", "Choose a service";
        choose_resource: "请选择资源类型", "Choose a resource type";
        choose_region: "请选择区域", "Choose a region";
        choose_spec: "请选择规格", "Choose a specification";
        choose_term: "请选择购买时长", "Choose a term";
        choose_factor: "请选择使用量类型", "Choose a usage factor";
        choose_unit: "请选择使用量单位", "Choose a unit";
        type_size: "请填写大于 0 的整数和单位", "Type a whole number above 0 and its unit";
        type_count: "请填写大于 0 的整数", "Type a whole number above 0";
        type_value: "请填写大于 0 的数", "Type a number above 0";
        full: "清单已满 50 行，请先移除一行。", "There are 50 lines; remove one first.";
        result: "询价结果", "Prices";
        answered(at: &str): "华为云于 {at} 给出。", "Told by Huawei Cloud at {at}.";
        official: "官网价", "List price";
        payable: "最优价", "Best price";
        saved: "优惠", "Saved";
        mixed: "不同区域、不同计费模式分别询价；合计为各自最优价之和。", "Regions and ways of charging are asked for apart; the sum adds up the best price of each.";
        some_failed: "部分产品没有价格，合计不含它们。", "Some products have no price and are not in the sum.";
        nothing: "华为云没有给出价格", "No prices from Huawei Cloud";
        unread(what: &str): "无法读取{what}列表", "The list could not be read: {what}";
        type_code: "可直接输入编码。", "You can type the code.";
        never: "产品目录尚未读取", "The product catalogue was not read yet";
        never_next: "系统会在后台读取；也可以点“刷新目录”。", "It is read in the background; “Refresh the catalogue” asks for it now.";
        refresh: "刷新目录", "Refresh the catalogue";
        changed: "价格已变化，未保存报价单", "Prices have changed; no quote was saved";
        changed_next: "下面是现在的价格，请核对后重新保存。", "Below are the present ones; check them and save again.";
    }
}

crate::texts! {
    /// The tables of prices.
    pub struct TableTexts {
        by_use: "按需", "Pay-per-use";
        by_term: "包年/包月", "Yearly/monthly";
        discounted: "优惠后", "Discounted";
        no_price: "华为云没有给出价格。", "Huawei Cloud told no price.";
        product: "产品", "Product";
        official: "官网价", "List price";
        payable: "最优价", "Best price";
        yuan: "元", "CNY";
        total: "合计", "Total";
        alone(amount: &str): "单项 ¥{amount}", "¥{amount} by itself";
        best: "最优", "Best";
        compare: "比较时长", "Compare terms";
    }
}

crate::texts! {
    /// Use against terms.
    pub struct CompareTexts {
        title: "按需与包年/包月比较", "Pay-per-use and terms compared";
        back: "返回询价", "Back to the inquiry";
        per_hour: "按需每小时（优惠后）", "An hour of use (discounted)";
        per_hour_official: "按需每小时（官网价）", "An hour of use (list price)";
        yuan: "元", "CNY";
        term: "购买时长", "Term";
        official: "官网价", "List price";
        payable: "最优价", "Best price";
        per_month: "折合每月", "Per month";
        hours: "每月用满（小时）更省", "Cheaper from hours a month";
        day: "连续使用到第几天更省", "Cheaper from day";
        never: "按需更省", "Use stays cheaper";
        cheapest: "每月最低", "Lowest per month";
        from_hours(n: u32): "{n} 小时", "{n} h";
        from_day(n: u32): "第 {n} 天", "day {n}";
        help: "按优惠后的价格比较；“连续使用”指每天 24 小时，时长从今天算起。", "By discounted prices. A day is 24 hours of use, and terms begin today.";
        no_hours: "该产品不按小时计费，无法比较", "This product is not charged by the hour: nothing to compare";
    }
}

crate::texts! {
    /// The commercial contract.
    pub struct DiscountTexts {
        title: "商务折扣", "Contract discounts";
        lede: "与华为云签订的商务合同中约定的价格，实时读取。", "What the commercial contract with Huawei Cloud agrees, read now.";
        number: "合同编号", "Contract";
        from: "生效时间", "From";
        until: "失效时间", "Until";
        none: "没有商务折扣", "No contract discounts";
        none_next: "该账号没有生效中的商务合同。折扣由华为云客户经理授予。", "The account has no commercial contract in force. Huawei Cloud's account manager grants them.";
        categories: "按产品类别", "By category";
        products: "按产品", "By product";
        what: "产品", "Product";
        place: "区域", "Region";
        everywhere: "全部", "All";
        modes: "计费模式", "Charged";
        paid: "约定价格", "Agreed price";
        step: "年累计金额（元）", "Spent in the year (CNY)";
        empty: "没有这类约定。", "Nothing agreed of this kind.";
        share(tenths: &str, percent: &str): "{tenths} 折", "{percent}% of list";
        unit_price(price: &str, basis: &str): "¥{price} {basis}", "¥{price} {basis}";
        between(from: &str, until: &str): "{from} – {until}", "{from} – {until}";
        above(from: &str): "{from} 起", "from {from}";
        on_demand: "按需", "pay-per-use";
        one_time: "一次性", "one-time";
        daily: "按天", "daily";
        monthly: "包月", "monthly";
        yearly(n: u8): "包 {n} 年", "{n} y";
        reserved(n: u8): "预留实例 {n} 年", "reserved, {n} y";
    }
}
