//! Holds the tokens of `static/app.css` to WCAG 2.2 AA in both themes: 4.5:1 for text, 3:1 for what is
//! drawn. It knows only tokens; the browser tests look at whole pages.

use std::collections::HashMap;

/// Light and dark.
type Token = [[f64; 3]; 2];

/// Text that may stand on each ground.
const TEXT: &[(&str, &[&str])] = &[
    ("ink", &["ground", "shell", "raised", "sunken", "hover", "chosen"]),
    ("ink", &["done-ground", "decision-ground", "destructive-ground", "unknown-ground", "progress-ground"]),
    ("ink-2", &["ground", "shell", "raised", "sunken", "hover", "chosen", "final-ground"]),
    ("ink-3", &["ground", "shell", "raised", "sunken", "hover", "chosen"]),
    ("accent", &["ground", "shell", "raised", "sunken", "hover", "chosen", "progress-ground"]),
    ("accent", &["done-ground", "decision-ground", "destructive-ground", "unknown-ground", "final-ground"]),
    ("done", &["ground", "done-ground"]),
    ("decision", &["ground", "shell", "raised", "sunken", "hover", "chosen", "decision-ground"]),
    ("destructive", &["ground", "raised", "destructive-ground"]),
    ("unknown", &["ground", "unknown-ground"]),
    ("on-solid", &["accent-solid", "accent-solid-hover", "destructive-solid", "destructive-solid-hover"]),
];

/// Edges of controls and the mark of focus.
const DRAWN: &[(&str, &[&str])] = &[
    ("edge", &["ground", "raised"]),
    ("focus", &["ground", "shell", "raised", "sunken", "hover", "chosen"]),
];

/// `oklch(L C H)` as linear sRGB, cut to what a screen shows.
fn linear(text: &str) -> Option<[f64; 3]> {
    let inner = text.trim().strip_prefix("oklch(")?.strip_suffix(')')?;
    let mut parts = inner.split_whitespace().map(str::parse::<f64>);
    let (light, chroma, hue) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?.to_radians());
    let (a, b) = (chroma * hue.cos(), chroma * hue.sin());
    let long = (0.215_803_757_3_f64.mul_add(b, 0.396_337_777_4_f64.mul_add(a, light))).powi(3);
    let medium = ((-0.063_854_172_8_f64).mul_add(b, (-0.105_561_345_8_f64).mul_add(a, light))).powi(3);
    let short = ((-1.291_485_548_f64).mul_add(b, (-0.089_484_177_5_f64).mul_add(a, light))).powi(3);
    let rgb = [
        [4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2],
        [-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5],
        [-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701_0],
    ];
    Some(
        rgb.map(|row: [f64; 3]| row[0].mul_add(long, row[1].mul_add(medium, row[2] * short)).clamp(0.0, 1.0)),
    )
}

fn tokens(css: &str) -> HashMap<String, Token> {
    css.lines()
        .filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": "))
        .filter_map(|(name, value)| {
            let both = match value.strip_prefix("light-dark(").and_then(|v| v.strip_suffix(')')) {
                Some(pair) => {
                    let (light, dark) = pair.split_once("), ")?;
                    [linear(&format!("{light})"))?, linear(dark)?]
                }
                None => [linear(value)?; 2],
            };
            Some((name.to_owned(), both))
        })
        .collect()
}

fn luminance([r, g, b]: [f64; 3]) -> f64 {
    0.2126f64.mul_add(r, 0.7152f64.mul_add(g, 0.0722 * b))
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn colours_are_read_as_browsers_read_them() {
    let grey = |l: &str| luminance(linear(&format!("oklch({l} 0 0)")).expect("a colour"));
    assert!((contrast([1.0; 3], [0.0; 3]) - 21.0).abs() < 1e-9);
    assert!((grey("1") - 1.0).abs() < 1e-6);
    // #777777 on white is the well-known near miss: 4.48.
    let near_miss = 1.05 / (grey("0.5694") + 0.05);
    assert!((near_miss - 4.48).abs() < 0.02, "{near_miss}");
}

#[test]
fn every_text_and_every_edge_can_be_seen_in_both_themes() {
    let css = std::fs::read_to_string("static/app.css").expect("the style sheet");
    let tokens = tokens(&css);
    let token = |name: &str| tokens.get(name).unwrap_or_else(|| panic!("no token --{name}"));
    let mut faint = Vec::new();
    for (pairs, least) in [(TEXT, 4.5), (DRAWN, 3.0)] {
        for (front, grounds) in pairs {
            for ground in *grounds {
                for (theme, name) in ["light", "dark"].into_iter().enumerate() {
                    let ratio = contrast(token(front)[theme], token(ground)[theme]);
                    if ratio < least {
                        faint.push(format!("{name}: --{front} on --{ground} is {ratio:.2}, needs {least}"));
                    }
                }
            }
        }
    }
    assert!(faint.is_empty(), "{}", faint.join("\n"));
}
