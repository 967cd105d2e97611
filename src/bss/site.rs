//! Finds the site that an account belongs to, by the question that Huawei's own tools ask. It changes
//! nothing and guesses nothing.

use serde::de::IgnoredAny;

use super::{
    Error, Reader, Site,
    read::{Ask, ReadOperation},
};

/// A question of the catalogue that every account may ask and whose answer is short.
const SERVICE_TYPES: ReadOperation = ReadOperation {
    id: "list_service_types",
    method: "GET",
    path: "/v2/products/service-types",
    per_second: 10,
    answer: &[],
};

/// The site at which an account is at home; `at` connects to it at a site.
///
/// # Errors
/// What the last site said, when none of them knows the account or one did not answer.
pub async fn find_site(at: impl Fn(Site) -> Reader) -> Result<Site, Error> {
    let china = at(Site::China).is_at_home().await;
    match china {
        Ok(true) => return Ok(Site::China),
        Ok(false) => {}
        Err(error) => return Err(error),
    }
    match at(Site::International).ask_service_types().await {
        Err(error) if !is_denied(&error) => Err(error),
        _ => Ok(Site::International),
    }
}

impl Reader {
    /// Whether the account belongs to the site that this reader asks.
    ///
    /// # Errors
    /// When that was not told.
    pub async fn is_at_home(&self) -> Result<bool, Error> {
        match self.ask_service_types().await {
            Err(error) if error.says_other_site() => Ok(false),
            Err(error) if !is_denied(&error) => Err(error),
            _ => Ok(true),
        }
    }

    async fn ask_service_types(&self) -> Result<IgnoredAny, Error> {
        self.ask(Ask::of(&SERVICE_TYPES).with("limit", Some(1))).await
    }
}

/// Whoever is known well enough to be denied something is at home.
fn is_denied(error: &Error) -> bool {
    matches!(error.code.as_deref(), Some("CBC.0151" | "CBC.0155"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::bss::{
        Kind, connect,
        scripted::{Script, answer, connection, flying},
    };

    const ELSEWHERE: &str = r#"{"error_code":"CBC.0150","error_msg":"does not belong to the website"}"#;

    async fn found(answers: &[(u16, &str)]) -> (Result<Site, Error>, Vec<String>) {
        let wire = Script::of(answers.iter().map(|(status, body)| answer(*status, body)));
        let (connection, hand) = connection(wire.clone());
        let at = |site: Site| {
            connect(super::super::Connection { endpoint: site.endpoint(), ..connection.clone() }).0
        };
        let found = flying(&hand, find_site(at)).await;
        let asked = Arc::as_ref(&wire).asked();
        (found, asked.iter().map(|request| format!("{}{}", request.endpoint, request.target)).collect())
    }

    #[tokio::test]
    async fn an_account_is_at_home_where_it_is_answered() {
        let (site, asked) = found(&[(200, r#"{"total_count":1}"#)]).await;
        assert_eq!(site, Ok(Site::China));
        assert_eq!(asked, ["https://bss.myhuaweicloud.com/v2/products/service-types?limit=1"]);
        for elsewhere in [ELSEWHERE, &ELSEWHERE.replace("0150", "0156")] {
            let (site, asked) = found(&[(403, elsewhere), (200, r#"{"total_count":1}"#)]).await;
            assert_eq!(site, Ok(Site::International));
            assert!(asked[1].starts_with("https://bss-intl.myhuaweicloud.com/"), "{asked:?}");
        }
        let denied = r#"{"error_code":"CBC.0151","error_msg":"user access denied."}"#;
        assert_eq!(found(&[(403, denied)]).await.0, Ok(Site::China));
    }

    #[tokio::test]
    async fn a_site_is_not_guessed() {
        let (site, asked) = found(&[(401, r#"{"error_code":"APIGW.0301","error_msg":"x"}"#)]).await;
        assert_eq!(site.expect_err("a wrong key").kind, Kind::NotAuthorised);
        assert_eq!(asked.len(), 1);
        let (site, _) = found(&[(403, ELSEWHERE), (403, ELSEWHERE)]).await;
        assert_eq!(site.expect_err("nowhere").code.as_deref(), Some("CBC.0150"));
    }
}
