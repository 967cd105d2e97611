//! What the frame and the shared components say, in both languages. Features bring their own.

crate::texts! {
    /// Texts of the layout and of the components in `templates/shared`.
    pub struct Texts {
        skip: "跳到正文", "Skip to content";
        menu: "导航菜单", "Navigation menu";
        navigation: "主导航", "Main";
        collapse: "收起导航", "Collapse navigation";
        overview: "总览", "Overview";
        orders: "订单", "Orders";
        prices: "价格", "Prices";
        resources: "包年/包月资源", "Resources";
        packages: "资源包", "Packages";
        coupons: "优惠券与储值卡", "Coupons and cards";
        balance: "余额", "Balance";
        activity: "操作记录", "Activity";
        account: "我的账户", "My account";
        account_switch: "云账号", "Cloud account";
        all_accounts: "全部云账号", "All cloud accounts";
        switch: "切换", "Switch";
        search: "搜索", "Search";
        search_hint: "搜索订单，或 res:资源 ID", "Search orders, or res:id";
        search_resources_hint: "搜索资源，或 order:订单号", "Search resources, or order:id";
        open_operations: "进行中", "open";
        language: "语言", "Language";
        other_language: "English", "中文";
        theme: "外观", "Appearance";
        theme_auto: "跟随系统", "System";
        theme_light: "浅色", "Light";
        theme_dark: "深色", "Dark";
        person_menu: "个人菜单", "Your menu";
        sign_out: "退出登录", "Sign out";
        keys: "键盘快捷键", "Keyboard shortcuts";
        key_move: "下一行 / 上一行", "Next row / previous row";
        key_select: "选择该行", "Select the row";
        key_open: "打开该行", "Open the row";
        close: "关闭", "Close";
        times_in: "时间按", "Times in";
        copy: "复制", "Copy";
        copied: "已复制", "Copied";
        request_failed: "请求没有得到回应，页面内容未变。请检查网络后重试。", "The request got no answer; nothing on this page changed. Check the connection and try again.";
        age_words: "刚刚|{n} 秒前|{n} 分钟前|{n} 小时前|{n} 天前", "just now|{n} s ago|{n} min ago|{n} h ago|{n} d ago";
        deadline_words: "即将到期|剩 {n} 秒|剩 {n} 分钟|剩 {n} 小时|剩 {n} 天", "due now|{n} s left|{n} min left|{n} h left|{n} d left";
        in_words: "马上|{n} 秒后|{n} 分钟后|{n} 小时后|{n} 天后", "any moment|in {n} s|in {n} min|in {n} h|in {n} d";
        reading: "正在读取", "Reading from Huawei Cloud";
        reading_progress: "读取进度", "Progress of reading";
        read_failed(account: &str, at: &str): "{account} 没有读取成功（{at}），显示的是之前读到的数据", "{account} could not be read ({at}); this is what was read before";
        read_failed_next: "会自动再试。", "It will be tried again by itself.";
        never: "还没有读取过", "Not read yet";
        never_hint: "读取完成后会显示在这里。可以离开本页。", "What is read will be shown here. You may leave this page.";
        no_accounts: "没有可以查看的云账号", "No cloud account to look at";
        no_accounts_hint: "请管理员为您授权云账号。", "Ask an administrator to give you one.";
        as_of: "截至", "As of";
        refresh: "刷新", "Refresh";
        print: "打印", "Print";
        none: "无", "none";
        previous_page: "上一页", "Previous";
        next_page: "下一页", "Next";
        first_page: "回到首页", "First page";
        pages: "翻页", "Pages";
        remove_filter: "移除此条件", "Remove this filter";
        back: "返回", "Back";
        reason: "事由", "Reason";
        optional: "可不填", "optional";
        reason_help: "给审批人看，并保留在操作记录中。", "For whoever approves, and kept in the activity.";
        type_amount: "输入从余额支付的金额", "Type the amount taken from the balance";
    }
}
