//! Languages: the reader's locale and the `texts!` macro that keeps both languages of a text on
//! one line. A missing text does not compile; it knows nothing about pages.

use serde::{Deserialize, Serialize};

/// A language of the portal. Simplified Chinese is the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Locale {
    /// Simplified Chinese.
    #[default]
    #[serde(rename = "zh-CN")]
    Zh,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Locale {
    /// Every locale, in the order of the switch.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The BCP 47 tag, as in `<html lang>`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language's own name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zh => "简体中文",
            Self::En => "English",
        }
    }

    /// The value of BSS's `X-Language` header.
    pub const fn bss(self) -> &'static str {
        match self {
            Self::Zh => "zh_CN",
            Self::En => "en_US",
        }
    }

    /// One of two texts.
    pub const fn pick<T: Copy>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The locale of a tag such as `en-GB`, if it is one of ours.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next()?.trim();
        if language.eq_ignore_ascii_case("zh") {
            Some(Self::Zh)
        } else if language.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The best locale for an `Accept-Language` header: its first known language in order of
    /// preference, or the default.
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for range in accept_language.split(',') {
            let mut parts = range.split(';');
            let Some(locale) = parts.next().and_then(Self::from_tag) else { continue };
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            if weight > 0.0 && best.is_none_or(|(heaviest, _)| weight > heaviest) {
                best = Some((weight, locale));
            }
        }
        best.map(|(_, locale)| locale).unwrap_or_default()
    }
}

/// Declares a set of texts, Chinese and English of each on one line:
///
/// ```
/// bss_portal::texts! {
///     /// What the orders pages say.
///     pub struct Texts {
///         title: "订单", "Orders";
///         pay(amount: &str): "支付 ¥{amount}", "Pay ¥{amount}";
///     }
/// }
/// let en = Texts(bss_portal::i18n::Locale::En);
/// assert_eq!(en.title(), "Orders");
/// assert_eq!(en.pay("1.00"), "Pay ¥1.00");
/// ```
#[macro_export]
macro_rules! texts {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($body:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        $vis struct $name(
            /// The reader's language.
            pub $crate::i18n::Locale,
        );
        impl $name { $crate::texts!(@each $($body)*); }
    };
    (@each) => {};
    (@each $key:ident : $zh:literal, $en:literal; $($rest:tt)*) => {
        #[doc = concat!("“", $en, "”")]
        pub const fn $key(self) -> &'static str { self.0.pick($zh, $en) }
        $crate::texts!(@each $($rest)*);
    };
    (@each $key:ident ($($arg:ident : $type:ty),+ $(,)?) : $zh:literal, $en:literal; $($rest:tt)*) => {
        #[doc = concat!("“", $en, "”")]
        pub fn $key(self, $($arg: $type),+) -> String {
            match self.0 {
                $crate::i18n::Locale::Zh => format!($zh),
                $crate::i18n::Locale::En => format!($en),
            }
        }
        $crate::texts!(@each $($rest)*);
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_language_by_preference_wins() {
        for (header, locale) in [
            ("", Locale::Zh),
            ("fr, de", Locale::Zh),
            ("en-GB", Locale::En),
            ("zh-TW,en;q=0.9", Locale::Zh),
            ("fr, en;q=0.8, zh;q=0.7", Locale::En),
            ("en;q=0.1, zh;q=0.7", Locale::Zh),
            ("en;q=0", Locale::Zh),
            ("en;q=x", Locale::Zh),
        ] {
            assert_eq!(Locale::negotiate(header), locale, "{header}");
        }
    }
}
