//! What a page that acts on resources begins with: each that was asked for is looked up in the reader's
//! accounts, read from Huawei as it is now with what is attached to it, or told why it cannot be acted upon.
//! It changes nothing.

use std::collections::HashMap;

use futures_util::future::join_all;

use super::{
    live,
    store::{Stored, find_many},
};
use crate::{
    bss::{Reader, codes::ResourceStatus, resources::Resource},
    identity::access::{AccountId, Actor},
    operations::{Operation, OperationId},
    state::App,
    web::{
        Error, PAGE_LIMIT, Ui, links,
        sentence::{Failure, Sentence},
    },
};

/// A main resource that can be acted upon, as Huawei has it now.
#[derive(Debug, Clone)]
pub struct Subject {
    /// As it was last read.
    pub stored: Stored,
    /// As it is.
    pub live: Resource,
    /// What is attached to it, as it is.
    pub attached: Vec<Resource>,
}

/// Why a resource cannot be acted upon.
#[derive(Debug)]
pub enum Obstacle {
    /// No such resource on the reader's accounts.
    NotFound,
    /// The account is switched off in the portal.
    SwitchedOff,
    /// Huawei does not list it any more, or says that it is closed.
    Gone,
    /// It is attached to this one, which is acted upon instead.
    Attached(String),
    /// An open operation holds it.
    Busy(Box<Operation>),
    /// It cannot be read.
    Unreadable(Box<Failure>),
}

/// What looking for resources brought: those that can be acted upon, and of the others why not, both in the
/// order in which they were asked for.
#[derive(Debug, Default)]
pub struct Looked {
    /// Those that can.
    pub able: Vec<Subject>,
    /// The others: id and why.
    pub unable: Vec<(String, Obstacle)>,
}

/// Looks for these resources, each once. An open operation on one stands in the way.
pub async fn look(app: &App, actor: &Actor, ui: &Ui, ids: &[String]) -> Result<Looked, Error> {
    let scope = &actor.all_accounts;
    let mut stored: HashMap<String, Stored> =
        find_many(&app.db, scope, ids).await?.into_iter().map(|one| (one.resource_id.clone(), one)).collect();
    let mut holders: HashMap<String, OperationId> =
        app.desk.reading().holding_resources(scope, ids).await?.into_iter().collect();
    let mut by_account: HashMap<AccountId, Vec<String>> = HashMap::new();
    for one in stored.values() {
        by_account.entry(one.account).or_default().push(one.resource_id.clone());
    }
    let reads = by_account.iter().filter_map(|(account, ids)| {
        let reader = app.readers.get(*account)?.within(PAGE_LIMIT);
        Some(async move { (*account, read(&reader, ids, ui).await) })
    });
    let read: HashMap<AccountId, Result<Vec<Resource>, Box<Failure>>> =
        join_all(reads).await.into_iter().collect();
    let mut looked = Looked::default();
    for id in ids {
        let Some(one) = stored.remove(id) else {
            looked.unable.push((id.clone(), Obstacle::NotFound));
            continue;
        };
        let obstacle = if let Some(holder) = holders.remove(id) {
            let story = app.desk.reading().find(scope, holder).await?.ok_or(Error::Busy)?;
            Obstacle::Busy(Box::new(story.operation))
        } else {
            match read.get(&one.account) {
                None => Obstacle::SwitchedOff,
                Some(Err(failure)) => Obstacle::Unreadable(failure.clone()),
                Some(Ok(live)) => match subject(one, live) {
                    Ok(subject) => {
                        looked.able.push(subject);
                        continue;
                    }
                    Err(obstacle) => obstacle,
                },
            }
        };
        looked.unable.push((id.clone(), obstacle));
    }
    Ok(looked)
}

async fn read(reader: &Reader, ids: &[String], ui: &Ui) -> Result<Vec<Resource>, Box<Failure>> {
    live::listed(reader, ids, ui.locale)
        .await
        .map_err(|error| Box::new(Failure::of(&error, Texts(ui.locale).the_resource(), ui.locale)))
}

fn subject(stored: Stored, live: &[Resource]) -> Result<Subject, Obstacle> {
    let mine = live.iter().find(|one| one.resource_id == stored.resource_id).ok_or(Obstacle::Gone)?;
    if mine.status == ResourceStatus::Closed {
        return Err(Obstacle::Gone);
    }
    if mine.is_main == Some(false) {
        return Err(Obstacle::Attached(mine.parent_resource_id.clone().unwrap_or_default()));
    }
    let is_attached = |one: &&Resource| one.parent_resource_id.as_ref() == Some(&mine.resource_id);
    let attached = live.iter().filter(is_attached).cloned().collect();
    Ok(Subject { live: mine.clone(), attached, stored })
}

impl Obstacle {
    /// In words, for the resource with this id.
    pub fn sentence(&self, ui: &Ui) -> Sentence {
        let t = Texts(ui.locale);
        match self {
            Self::NotFound => Sentence::warning(t.not_found(), t.not_found_next()),
            Self::SwitchedOff => Sentence::warning(t.switched_off(), t.ask_administrator()),
            Self::Gone => Sentence::warning(t.gone(), t.gone_next()),
            Self::Attached(parent) => Sentence {
                link: (!parent.is_empty()).then(|| (links::resource(parent), t.see_main())),
                ..Sentence::warning(t.attached(parent), t.attached_next())
            },
            Self::Busy(operation) => Sentence {
                tone: "progress",
                icon: "progress",
                title: t.busy().to_owned(),
                text: t.busy_who(&operation.requester_name, &ui.at(&operation.created_at).to_string()),
                link: Some((links::operation(operation.id.0), t.see_operation())),
            },
            Self::Unreadable(failure) => {
                Sentence { icon: "offline", ..Sentence::warning(t.unreadable(failure.what), failure.words()) }
            }
        }
    }
}

crate::texts! {
    /// Why a resource cannot be acted upon.
    pub struct Texts {
        not_found: "没有这个资源", "No such resource";
        not_found_next: "它不在您的云账号中，或还没有读取到。", "It is not on your cloud accounts, or has not been read yet.";
        switched_off: "该云账号在本系统中已停用", "This cloud account is switched off in the portal";
        ask_administrator: "请联系管理员。", "Ask an administrator.";
        gone: "资源已不存在", "The resource is gone";
        gone_next: "华为云已不再列出它：可能已释放或退订。", "Huawei Cloud does not list it any more: it was released or unsubscribed.";
        attached(parent: &str): "它是 {parent} 的从资源", "It is attached to {parent}";
        attached_next: "从资源随主资源一起操作。", "What is attached is acted upon with its main resource.";
        see_main: "查看主资源", "See the main resource";
        busy: "该资源有进行中的操作", "An operation on this resource is open";
        busy_who(who: &str, at: &str): "{who} 于 {at} 提交。一个资源同一时间只能有一个操作。", "Submitted by {who} at {at}. A resource takes one operation at a time.";
        see_operation: "查看操作", "See the operation";
        unreadable(what: &str): "无法读取{what}", "Cannot read {what}";
        the_resource: "资源", "the resource";
    }
}
