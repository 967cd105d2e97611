//! What a person's own page says.

crate::texts! {
    /// Texts of the account page.
    pub struct Texts {
        title: "我的账户", "My account";
        me: "我", "Me";
        username: "用户名", "User name";
        role: "角色", "Role";
        accounts: "云账号", "Cloud accounts";
        no_accounts: "没有分配云账号；请联系管理员。", "You were given none yet. Ask an administrator.";
        display: "显示", "Display";
        language: "语言", "Language";
        appearance: "外观", "Appearance";
        sessions: "登录中的设备", "Where you are signed in";
        sessions_why: "不认识的设备请立即结束，并修改密码。", "End what you do not recognise, and change your password.";
        device: "设备", "Device";
        address: "地址", "Address";
        since: "登录时间", "Signed in";
        last_used: "最近使用", "Last used";
        this_one: "本设备", "This device";
        end: "结束", "End";
        unknown_device: "未知设备", "Unknown device";
        change_password: "修改密码", "Change password";
        current: "当前密码", "Current password";
        current_wrong: "不是您的当前密码。", "Not your current password.";
        new_password: "新密码", "New password";
        new_help: "至少 15 个字符。修改后，其他设备需要重新登录。", "At least 15 characters. Other devices will have to sign in again.";
        new_short: "太短：至少 15 个字符。", "Too short: at least 15 characters.";
        new_long: "太长：最多 256 字节。", "Too long: at most 256 bytes.";
        new_guessable: "太容易被猜到；请换一句不常见的话。", "Easy to guess; choose words that do not usually stand together.";
        new_same: "新密码与当前密码相同。", "The new password is the current one.";
        again: "再输入一次新密码", "New password again";
        again_differs: "两次输入不一致。", "Not the same as above.";
        too_often: "尝试太频繁，请稍后再试。", "Too many tries; try again later.";
        changed: "密码已修改", "Password changed";
        changed_next: "其他设备上的登录已结束。", "Your sign-ins on other devices have ended.";
        must_change: "请先修改密码", "Change your password first";
        must_change_why: "当前密码是别人替您设的，只能用来登录一次。", "Somebody else made the present one; it only lets you in to choose your own.";
    }
}
