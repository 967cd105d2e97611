//! The files of `static/`, embedded, under URLs that change with their content, so that browsers may
//! keep them for ever. It reads nothing from disk in a release build and never panics on a request.

use std::{
    collections::HashMap,
    fmt,
    sync::{LazyLock, OnceLock},
};

use askama::filters::HtmlSafe;
use axum::{
    body::Bytes,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{Embed, EmbeddedFile};

/// The path that [`serve`] is routed at; everybody may read it.
pub const PATH: &str = "/assets/{hash}/{*name}";

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const SPRITE: &str = "icons.svg";

#[derive(Embed)]
#[folder = "static/"]
struct Files;

struct Asset {
    body: Bytes,
    hash: String,
    etag: HeaderValue,
    media_type: HeaderValue,
    brotli: OnceLock<Option<Bytes>>,
}

impl Asset {
    /// `None` for what is no business of a browser: licences, notes.
    fn new(name: &str, file: EmbeddedFile) -> Option<Self> {
        let hash = hex::encode(&file.metadata.sha256_hash()[..8]);
        Some(Self {
            etag: HeaderValue::from_str(&format!("\"{hash}\"")).ok()?,
            media_type: media_type(name)?,
            body: Bytes::from(file.data.into_owned()),
            hash,
            brotli: OnceLock::new(),
        })
    }

    /// The compressed body, made at first use and kept; `None` when it would not be smaller.
    fn brotli(&self) -> Option<Bytes> {
        self.brotli
            .get_or_init(|| {
                let mut out = Vec::new();
                let params = brotli::enc::BrotliEncoderParams { quality: 9, ..Default::default() };
                brotli::BrotliCompress(&mut &self.body[..], &mut out, &params).ok()?;
                (out.len() < self.body.len()).then(|| Bytes::from(out))
            })
            .clone()
    }
}

static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
    Files::iter()
        .filter_map(|name| {
            let asset = Asset::new(&name, Files::get(&name)?)?;
            Some((name.into_owned(), asset))
        })
        .collect()
});

/// The URL of a file in `static/`. An unknown name gives a URL that answers 404.
pub fn url(name: &str) -> String {
    let hash = ASSETS.get(name).map_or("unknown", |asset| asset.hash.as_str());
    format!("/assets/{hash}/{name}")
}

/// An icon of the sprite, as a template writes it: `{{ ui.icon("orders") }}`. It is decoration; the
/// word beside it, or its button's label, speaks.
#[derive(Debug, Clone, Copy)]
pub struct Icon(&'static str);

/// The icon called `name` in `static/icons.svg`.
pub const fn icon(name: &'static str) -> Icon {
    Icon(name)
}

/// Safe because the name is a literal of the program and the rest is written here.
impl HtmlSafe for Icon {}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name) = self;
        let hash = ASSETS.get(SPRITE).map_or("unknown", |asset| asset.hash.as_str());
        write!(
            f,
            r#"<svg class="icon" aria-hidden="true"><use href="/assets/{hash}/{SPRITE}#{name}"></use></svg>"#
        )
    }
}

/// `GET /assets/{hash}/{name}`: the file, if `hash` is the one of its present content.
pub async fn serve(Path((hash, name)): Path<(String, String)>, request: HeaderMap) -> Response {
    let Some(asset) = ASSETS.get(&name).filter(|asset| asset.hash == hash) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.insert(header::ETAG, asset.etag.clone());
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if holds(&request, &asset.etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, asset.media_type.clone());
    if let Some(body) = takes_brotli(&request).then(|| asset.brotli()).flatten() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        return (headers, body).into_response();
    }
    (headers, asset.body.clone()).into_response()
}

/// Whether the browser says that it has this very version.
fn holds(request: &HeaderMap, etag: &HeaderValue) -> bool {
    let (Some(Ok(known)), Ok(etag)) =
        (request.get(header::IF_NONE_MATCH).map(HeaderValue::to_str), etag.to_str())
    else {
        return false;
    };
    known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == etag)
}

fn takes_brotli(request: &HeaderMap) -> bool {
    let Some(Ok(accepted)) = request.get(header::ACCEPT_ENCODING).map(HeaderValue::to_str) else {
        return false;
    };
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("br")
            && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn media_type(name: &str) -> Option<HeaderValue> {
    let media_type = match name.rsplit('.').next()? {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    };
    Some(HeaderValue::from_static(media_type))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path as FilePath};

    use super::*;

    async fn get(path: &str, headers: &[(header::HeaderName, &'static str)]) -> Response {
        let mut parts = path.trim_start_matches("/assets/").splitn(2, '/').map(str::to_owned);
        let (hash, name) = (parts.next().expect("hash"), parts.next().expect("name"));
        let headers = headers.iter().map(|(k, v)| (k.clone(), HeaderValue::from_static(v))).collect();
        serve(Path((hash, name)), headers).await
    }

    async fn body(response: Response) -> Vec<u8> {
        axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a whole body").to_vec()
    }

    fn texts_under(folder: &FilePath, extension: &str) -> String {
        let mut all = String::new();
        for entry in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                all += &texts_under(&entry, extension);
            } else if entry.extension().is_some_and(|e| e == extension) {
                all += &fs::read_to_string(&entry).expect("a text");
            }
        }
        all
    }

    #[tokio::test]
    async fn a_file_may_be_kept_for_ever_under_its_hash() {
        let response = get(&url("app.css"), &[]).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CACHE_CONTROL], FOR_EVER);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
        assert_eq!(body(response).await, fs::read("static/app.css").expect("the file"));
    }

    #[tokio::test]
    async fn a_browser_that_takes_brotli_gets_the_same_bytes_smaller() {
        for accepts in ["gzip, deflate, br, zstd", "br;q=0.5", "br"] {
            let response = get(&url("app.css"), &[(header::ACCEPT_ENCODING, accepts)]).await;
            assert_eq!(response.headers()[header::CONTENT_ENCODING], "br", "{accepts}");
            let (small, mut whole) = (body(response).await, Vec::new());
            brotli::BrotliDecompress(&mut &small[..], &mut whole).expect("brotli");
            assert!(small.len() < whole.len() / 2);
            assert_eq!(whole, fs::read("static/app.css").expect("the file"));
        }
        for accepts in ["gzip", "br;q=0", "brr", ""] {
            let response = get(&url("app.css"), &[(header::ACCEPT_ENCODING, accepts)]).await;
            assert!(!response.headers().contains_key(header::CONTENT_ENCODING), "{accepts}");
        }
    }

    #[tokio::test]
    async fn a_version_that_the_browser_holds_is_not_sent_again() {
        let etag = get(&url("app.js"), &[]).await.headers()[header::ETAG].clone();
        let known: &'static str = String::from(etag.to_str().expect("ascii")).leak();
        let response = get(&url("app.js"), &[(header::IF_NONE_MATCH, known)]).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert!(body(response).await.is_empty());
        let other = get(&url("app.js"), &[(header::IF_NONE_MATCH, "\"0\"")]).await;
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn an_unknown_name_or_a_former_hash_is_not_found() {
        let licence = url("vendor/htmx-2.0.11/LICENSE");
        let css = url("app.css");
        let hash = css.split('/').nth(2).expect("hash");
        let climbing = format!("/assets/{hash}/../Cargo.toml");
        for path in ["/assets/0000000000000000/app.css", &url("nothing.css"), &licence, &climbing] {
            assert_eq!(get(path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn every_icon_and_file_that_a_template_names_exists() {
        let templates = texts_under(FilePath::new("templates"), "html");
        let sources = texts_under(FilePath::new("src/features"), "rs");
        let sprite = fs::read_to_string("static/icons.svg").expect("the sprite");
        let names = |text: &str, before: &str| -> Vec<String> {
            text.split(before).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
        };
        for name in names(&templates, "icon(\"").into_iter().chain(names(&sources, "icon(\"")) {
            assert!(sprite.contains(&format!("<symbol id=\"{name}\" ")), "no icon called {name}");
        }
        for name in names(&templates, "asset(\"") {
            assert!(ASSETS.contains_key(&name), "no file called {name}");
        }
    }

    #[test]
    fn no_template_has_inline_style_or_script() {
        let templates = texts_under(FilePath::new("templates"), "html");
        for forbidden in [
            " style=",
            "<style",
            "<script>",
            " onclick=",
            " onchange=",
            " onsubmit=",
            "hx-on",
            "|safe",
            "| safe",
        ] {
            assert!(
                !templates.contains(forbidden),
                "{forbidden} would be refused by the content security policy"
            );
        }
    }

    #[test]
    fn what_is_vendored_is_what_its_readme_says() {
        use sha2::{Digest, Sha256};
        let readme = fs::read_to_string("static/vendor/README.md").expect("the readme");
        for (name, asset) in ASSETS.iter().filter(|(name, _)| name.starts_with("vendor/")) {
            let sum = hex::encode(Sha256::digest(&asset.body));
            assert!(readme.contains(&sum), "{name} is {sum}, which static/vendor/README.md does not list");
        }
    }
}
