//! The long lists of the portal with all that tells one from the other for what is measured: tables,
//! addresses, the order of the list and what its rows hold.

use anyhow::Result;
use chrono::{DateTime, Utc};
use clap::ValueEnum;
use sqlx::{AssertSqlSafe, PgPool};

use crate::upstream::RARE;

/// What a world is full of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Orders, newest first.
    Orders,
    /// Yearly/monthly resources, those that expire soonest first.
    Resources,
}

impl Kind {
    /// What they are called, which is the name of their table too.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Resources => "resources",
        }
    }

    /// Where their list is.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Orders => "/orders",
            Self::Resources => "/resources",
        }
    }

    /// How the address of one of them begins.
    pub(crate) const fn link(self) -> &'static str {
        match self {
            Self::Orders => "/orders/CS",
            Self::Resources => "/resources/of/",
        }
    }

    /// Where it stands how far they have been read.
    pub(crate) const fn progress(self) -> &'static str {
        match self {
            Self::Orders => "order_sync",
            Self::Resources => "resource_sync",
        }
    }

    /// The tables that a first load fills, with the columns that it gives.
    pub(crate) const fn loaded(self) -> [(&'static str, &'static str); 3] {
        match self {
            Self::Orders => [
                (
                    "orders",
                    "id, account_id, order_id, status, order_type, source_type, service_type_code, service_name_zh, \
                     service_name_en, payable, official, currency, created_at, paid_at, project_name, sub_orders, \
                     for_member, search, digest",
                ),
                ("order_raw", "order_pk, listed"),
                ("order_gram", "order_pk, grams"),
            ],
            Self::Resources => [
                (
                    "resources",
                    "id, account_id, asked_at, resource_id, name, service_type_code, service_name_zh, \
                     service_name_en, resource_type_code, type_name_zh, type_name_en, region_code, project_id, \
                     project_name, spec_code, spec, search, spec_size, spec_measure, status, expire_policy, \
                     is_main, parent_id, effective_at, expires_at, changed_at, digest",
                ),
                ("resource_raw", "resource_pk, listed"),
                ("resource_gram", "resource_pk, grams"),
            ],
        }
    }

    /// The tables that hold them and what belongs to them.
    pub(crate) const fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Orders => &[
                "orders",
                "order_raw",
                "order_gram",
                "order_detail",
                "order_line",
                "order_sub",
                "order_tally",
            ],
            Self::Resources => &["resources", "resource_raw", "resource_gram", "resource_tally"],
        }
    }

    /// The index of text search.
    pub(crate) const fn search_index(self) -> &'static str {
        match self {
            Self::Orders => "order_gram_found",
            Self::Resources => "resource_gram_found",
        }
    }

    /// What its list is sorted by.
    const fn key(self) -> &'static str {
        match self {
            Self::Orders => "created_at",
            Self::Resources => "expires_at",
        }
    }

    /// What is listed, in the order of the list.
    const fn listed(self) -> (&'static str, &'static str) {
        match self {
            Self::Orders => ("true", "created_at desc, id desc"),
            Self::Resources => ("is_main and gone_at is null", "expires_at, id"),
        }
    }

    /// How many the list has.
    pub(crate) async fn count(self, db: &PgPool) -> Result<u64> {
        let text = format!("select count(*) from {} where {}", self.word(), self.listed().0);
        let n: i64 = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(db).await?;
        Ok(n.unsigned_abs())
    }

    /// The page behind so many rows of the list.
    pub(crate) async fn page_after(self, db: &PgPool, skipped: u64) -> Result<String> {
        let (condition, order) = self.listed();
        // What never ends stands last, and no page begins there.
        let (key, word) = (self.key(), self.word());
        let there = format!("from {word} where {condition} and isfinite({key})");
        let text = format!(
            "select {key}, id {there} order by {order}
             offset least($1, (select count(*) - 1 {there})) limit 1"
        );
        let (key, id): (DateTime<Utc>, i64) = sqlx::query_as(AssertSqlSafe(text))
            .bind(skipped.saturating_sub(1).cast_signed())
            .fetch_one(db)
            .await?;
        Ok(format!("{}?after={}_{id}", self.path(), key.timestamp_micros()))
    }

    /// The id of one that is nine tenths down the list, in lower case.
    pub(crate) async fn late(self, db: &PgPool) -> Result<String> {
        let text = match self {
            Self::Orders => {
                "select lower(order_id) from orders order by created_at
                 offset (select count(*) / 10 from orders) limit 1"
            }
            Self::Resources => {
                "select lower(resource_id) from resources where is_main and gone_at is null order by expires_at desc
                 offset (select count(*) / 10 from resources) limit 1"
            }
        };
        Ok(sqlx::query_scalar(text).fetch_one(db).await?)
    }

    /// The parameters of the statement of the first page after the accounts, as the portal binds them.
    pub(crate) fn first_page(self) -> Vec<Option<String>> {
        let some = |texts: &[&str]| texts.iter().map(|text| Some((*text).to_owned())).collect::<Vec<_>>();
        let first = i64::MIN.to_string();
        match self {
            Self::Orders => {
                [some(&["1970-01-01 00:00:00+00", "10000-01-01 00:00:00+00", &first]), vec![None; 7]].concat()
            }
            Self::Resources => {
                [some(&["infinity", "-infinity", &first]), vec![None; 6], some(&["false", "false"])].concat()
            }
        }
    }

    /// Texts to look for, each with why and from which of its ends pieces are taken.
    pub(crate) fn texts(self) -> Vec<(&'static str, &'static str, bool)> {
        let mut texts = vec![
            ("rare and far down, Latin", RARE[1], false),
            ("rare and far down, Latin, from its end", RARE[1], true),
            ("rare and far down, Chinese", RARE[0], false),
            ("rare and far down, Chinese, from its end", RARE[0], true),
            ("absent, Latin", "zqxjkzvwqqzxjvkqzwxj", false),
            ("absent, Chinese", "龘靐齉爩麤灪龖厵滟爨癵驫麣纞虋讟钃鸜麷鞻", false),
        ];
        texts.extend(match self {
            Self::Orders => [
                ("frequent, Latin", "elastic cloud server", false),
                ("frequent, Chinese", "弹性云服务器", false),
                ("less frequent, Chinese", "文档数据库服务", true),
                // Made of pieces that almost every order has.
                ("absent, of frequent digits", "20240101202402012024", false),
                ("absent, of frequent digits, otherwise", "01020304050607080901", true),
                ("absent, of frequent characters", "器务服云性弹盘硬云拟虚私有台平商电中", false),
                ("absent, of frequent letters", "dserveresticloudvolu", false),
            ],
            Self::Resources => [
                ("frequent, Latin", "s6.large.2.linux", false),
                ("frequent, Chinese", "通用计算增强型云服务器", false),
                ("less frequent, Chinese", "文档数据库副本集节点", true),
                // Made of pieces that almost every resource has.
                ("absent, of frequent digits", "-4a0-4b1-4c2-4d3-4e4", false),
                ("absent, of frequent digits, otherwise", "0a1b2c3d4e5f60718293", true),
                ("absent, of frequent characters", "器务服云型强增算计用通盘硬云核两", false),
                ("absent, of frequent letters", "xunil.egral.6slinuxs", false),
            ],
        });
        texts
    }
}
