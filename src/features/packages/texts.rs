//! What the pages of packages say, in both languages.

use super::filter::{Near, Tab};

crate::texts! {
    /// Texts of the list.
    pub struct Texts {
        packages: "资源包", "Resource packages";
        lede: "每个资源包（套餐包）还剩多少、何时用完。账单中的“套餐内使用量”就是从这里扣减的用量。", "What is left of each package and when it runs out. “In-package usage” in bills is what was deducted here.";
        refresh: "刷新", "Refresh";
        by_state: "按状态", "By status";
        by_nearness: "需要关注", "Worth a look";
        in_effect: "生效中", "In effect";
        pending: "未生效", "Not yet in effect";
        used_up: "已用完", "Used up";
        expired: "已失效", "Expired";
        unsubscribed: "已退订", "Unsubscribed";
        all: "全部", "All";
        low: "余量不足", "Low";
        running_out: "30 天内用完", "Runs out ≤ 30 d";
        expiring: "30 天内到期", "Expires ≤ 30 d";
        package: "资源包", "Package";
        package_id: "资源包 ID", "Package id";
        product: "产品", "Product";
        service: "云服务", "Service";
        region: "区域", "Region";
        service_and_region: "云服务 / 区域", "Service / region";
        project: "企业项目", "Enterprise project";
        account: "云账号", "Cloud account";
        status: "状态", "Status";
        order: "订单号", "Order";
        usage: "使用量类型", "Usage type";
        left_and_quota: "剩余 / 总量", "Left / total";
        left: "剩余", "Left";
        quota: "总量", "Total";
        unit: "单位", "Unit";
        refill: "重置周期", "Reset";
        cycle: "当前周期", "Current cycle";
        cycle_until: "当前周期截止", "Cycle ends";
        per_day: "日均用量", "Average use per day";
        expected: "预计", "Expected";
        runs_out_on: "预计用完日", "Runs out on";
        left_at_end: "到期剩余", "Left when it ends";
        effective: "生效时间", "Effective";
        expires: "到期时间", "Expires";
        lapsing: "预计作废", "Expected to lapse";
        lapsing_hint: "按优惠后金额", "of the price after discounts";
        yuan: "元", "CNY";
        lapsing_yuan: "预计作废 (优惠后, 元)", "Expected to lapse (after discounts, CNY)";
        percent_left(n: u8): "剩余 {n}%", "{n}% left";
        once: "不重置", "One quota, never reset";
        each_hour: "每小时重置", "Reset each hour";
        each_day: "每天重置", "Reset each day";
        each_week: "每周重置", "Reset each week";
        each_month: "每月重置", "Reset each month";
        each_year: "每年重置", "Reset each year";
        refilled(every: &str, from: &str): "{every}（{from}）", "{every} ({from})";
        no_records: "还没有扣减记录，无法预计", "No deductions yet to go by";
        lasts: "够用到到期", "Lasts until it ends";
        cycles_last: "每个周期都够用", "Lasts in every cycle";
        each_cycle_short: "每个周期都会提前用完", "Used up in every cycle";
        is_used_up: "本期已用完", "Used up for now";
        today: "预计今天用完", "Runs out today";
        runs_out: "预计用完", "Runs out";
        between(early: &str, late: &str): "最早 {early}，最晚 {late}", "earliest {early}, latest {late}";
        its_end: "到期", "its end";
        unless_busy(day: &str): "若按最忙的一周，{day} 用完", "on {day} at the pace of the busiest week";
        gift: "赠送", "Gift";
        find: "在列表中查找", "Find in the list";
        find_hint: "产品、ID、订单号、项目", "Product, id, order, project";
        apply: "应用", "Apply";
        showing: "正在显示", "Showing";
        clear_all: "清除全部", "Clear all";
        clear_filters: "清除全部条件", "Clear all filters";
        on_page(n: usize): "本页 {n} 个", "{n} on this page";
        first_of(n: usize, all: &str): "第 1–{n} 个，共 {all} 个", "1–{n} of {all}";
        none_match: "没有符合条件的资源包", "No package matches";
        none_match_hint: "放宽其中一个条件再试。", "Widen one of the conditions.";
        none: "没有这种状态的资源包", "No package in this state";
        none_hint: "其他状态的资源包在别的标签页里；失效 18 个月后华为云不再列出。", "Packages in other states are under other tabs; Huawei Cloud lists them no longer than 18 months after their end.";
        show_all: "查看全部资源包", "Show all packages";
        text_is(word: &str): "包含“{word}”", "Contains “{word}”";
        service_is(word: &str): "云服务：{word}", "Service: {word}";
        region_is(word: &str): "区域：{word}", "Region: {word}";
        account_is(word: &str): "云账号：{word}", "Cloud account: {word}";
        order_is(id: &str): "订单：{id}", "Order: {id}";
    }
}

impl Texts {
    /// The word of a tab.
    pub const fn tab(self, tab: Tab) -> &'static str {
        match tab {
            Tab::InEffect => self.in_effect(),
            Tab::Pending => self.pending(),
            Tab::UsedUp => self.used_up(),
            Tab::Expired => self.expired(),
            Tab::Unsubscribed => self.unsubscribed(),
            Tab::All => self.all(),
        }
    }

    /// The word of what packages are near.
    pub const fn near(self, near: Near) -> &'static str {
        match near {
            Near::Low => self.low(),
            Near::RunningOut => self.running_out(),
            Near::Expiring => self.expiring(),
        }
    }
}

crate::texts! {
    /// Texts of the page of one package.
    pub struct DetailTexts {
        print: "打印", "Print";
        gone: "华为云不再列出这个资源包", "Huawei Cloud no longer lists this package";
        gone_hint: "资源包失效 18 个月后不再列出；这里是最后一次读到的内容。", "Packages are no longer listed 18 months after their end; this is what was read last.";
        cannot_read: "现在读不到", "Cannot be read now";
        huawei_says: "华为云答复", "Huawei Cloud answered";
        request_id: "请求编号", "Request id";
        in_cycle: "本周期", "This cycle";
        expected: "预计", "Expected";
        reckoned: "怎样得出", "How this was reckoned";
        by_records(days: i64, per_day: &str): "依据最近 {days} 天的扣减记录，同类用量平均每天 {per_day}，并区分一周中的各天。", "From the deductions of the last {days} days: {per_day} of this kind on an average day, with each weekday taken by itself.";
        only_least: "资源包多次用尽，超出的用量不在扣减记录里，所以这只是下限。", "Packages were often used up and what was used beyond them is not recorded, so this is the least.";
        used_first: "同类资源包中它最先到期，因此最先扣减。", "Of its kind it ends first, so it is used first.";
        used_after(n: i16): "有 {n} 个同类资源包更早到期，先于它扣减。", "Packages of its kind that end earlier and are used before it: {n}.";
        cycles_lapse: "每个周期没用完的部分作废，不结转。", "What a cycle leaves lapses and is not carried over.";
        range_is: "最早与最晚分别按近 8 周中用得最多和最少的一周推算。", "Earliest and latest are by the busiest and the quietest of the last 8 weeks.";
        use_by_day: "每日用量", "Use by day";
        use_by_day_hint: "北京时间的自然日，近 60 天", "Days of Beijing’s calendar, last 60 days";
        chart(usage: &str): "{usage}：近 60 天每日用量", "{usage}: use by day, last 60 days";
        most(amount: &str): "最高 {amount}", "at most {amount}";
        numbers: "以表格查看", "As a table";
        day: "日期", "Day";
        used: "扣减量", "Deducted";
        times: "扣减次数", "Deductions";
        no_use: "近 60 天没有扣减", "Nothing was deducted in the last 60 days";
        use_not_read: "扣减记录还没有读完", "Deductions have not all been read yet";
        deductions: "扣减记录", "Deductions";
        newest(n: usize): "最近 {n} 条；文件中有全部", "The newest {n}; the file has all";
        no_deductions: "没有扣减记录", "No deductions";
        known_span(since: &str, until: &str): "已读取 {since} 至 {until} 的全部扣减", "All deductions from {since} to {until} have been read";
        deducted_at: "扣减时间", "Deducted";
        resource: "资源", "Resource";
        resource_type: "资源类型", "Resource type";
        before: "扣减前", "Before";
        after: "扣减后", "After";
        used_from: "使用开始", "Used from";
        used_until: "使用结束", "Used until";
        used_during: "使用时间", "Used during";
        about: "资源包信息", "About";
        all_projects: "全部企业项目", "All enterprise projects";
        source: "来源", "Source";
        lapsing_hint: "按现在的用法，到期前用不上的部分，占购买订单优惠后金额的份额", "at the present pace, the part of the order’s price after discounts that will not be used before it ends";
        threshold: "余量提醒", "Low threshold";
        low_now: "余量不足", "Low";
        low_usual: "未设置：剩余不超过 20% 时视为余量不足（每小时、每天重置的除外）", "Not set: low at 20% or less (unless it is reset hourly or daily)";
        low_percent(value: &str): "剩余不超过 {value}% 时视为余量不足", "Low at {value}% or less";
        low_days(value: &str): "预计 {value} 天内用完时视为余量不足", "Low when it is expected to run out within {value} days";
        low_amount(value: &str, unit: &str): "剩余不超过 {value} {unit} 时视为余量不足", "Low at {value} {unit} or less";
        set_by(who: &str, at: &str): "{who} 设于 {at}", "Set by {who}, {at}";
        compare: "比较", "Compare";
        value: "数值", "Value";
        kind_percent: "剩余百分比", "Percent left";
        kind_days: "距用完天数", "Days until it runs out";
        kind_amount(unit: &str): "剩余数量（{unit}）", "Amount left ({unit})";
        value_help: "留空则取消设置。", "Leave empty to take it away.";
        wrong_value: "请输入大于 0 的数：百分比不超过 100，天数为整数。", "Enter a number above 0: percent up to 100, days as a whole number.";
        save: "保存", "Save";
    }
}
