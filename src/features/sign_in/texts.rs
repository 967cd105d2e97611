//! What the pages of signing in say.

crate::texts! {
    /// Texts of the sign-in and first-run pages.
    pub struct Texts {
        sign_in: "登录", "Sign in";
        what_this_is: "华为云费用自建平台", "Your own billing portal for Huawei Cloud";
        username: "用户名", "User name";
        password: "密码", "Password";
        wrong: "用户名或密码不对", "User name or password is wrong";
        wrong_next: "请检查大小写后再试。", "Check upper and lower case and try again.";
        too_often: "尝试太频繁", "Too many tries";
        wait(how_long: &str): "请在 {how_long}后再试。", "Try again in {how_long}.";
        seconds(n: u64): "{n} 秒", "{n} s";
        minutes(n: u64): "{n} 分钟", "{n} min";
        hours(n: u64): "{n} 小时", "{n} h";
        busy: "登录的人太多", "Too many people are signing in";
        busy_next: "请稍候再试。", "Try again in a moment.";
        setup: "创建第一个管理员", "Create the first administrator";
        setup_why: "还没有任何管理员。管理员管理用户和云账号，不能支付。", "There is no administrator yet. An administrator manages people and cloud accounts and cannot pay.";
        code: "安装码", "Set-up code";
        code_help: "在服务器日志里，启动时打印。", "In the server's log, printed at start.";
        code_wrong: "安装码不对或已失效；请查看最近一次启动的日志。", "Not, or no longer, the code; see the log of the last start.";
        username_help: "小写字母、数字、点和连字符。", "Lower-case letters, digits, dots, hyphens.";
        username_bad: "请用 1 至 64 个小写字母、数字或 . _ - @，以字母或数字开头。", "Use 1 to 64 small letters, digits and . _ - @, starting with a letter or digit.";
        username_taken: "该用户名已被使用。", "This name is taken.";
        password_help: "至少 15 个字符；一句话最好记。", "At least 15 characters; a sentence is easy to remember.";
        password_short: "太短：至少 15 个字符。", "Too short: at least 15 characters.";
        password_long: "太长：最多 256 字节。", "Too long: at most 256 bytes.";
        password_guessable: "太容易被猜到；请换一句不常见的话。", "Easy to guess; choose words that do not usually stand together.";
        create: "创建管理员", "Create administrator";
    }
}
