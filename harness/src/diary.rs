//! What is written down while a history is played, by everybody at once.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    browser::{Browser, Form, Page},
    evidence::{Act, Kill, Probe, Submission, View},
};

/// Everything so far.
#[derive(Debug, Default)]
pub struct Entries {
    /// Forms that were sent.
    pub submissions: Vec<Submission>,
    /// Everything else that people did.
    pub acts: Vec<Act>,
    /// What people saw.
    pub views: Vec<View>,
    /// What people tried who may not.
    pub denied: Vec<Probe>,
    /// What was done to the database.
    pub kills: Vec<Kill>,
    /// The operations that people were led to, with their maker, by order.
    pub known: HashMap<String, Vec<(Uuid, String)>>,
    /// The last form with which an order was to be paid.
    pub forms: HashMap<String, Form>,
    /// How many pages did not name their state.
    pub stateless: u32,
}

/// The diary of one history.
#[derive(Debug, Default)]
pub struct Diary(Mutex<Entries>);

impl Diary {
    /// Writes.
    pub fn write<T>(&self, entry: impl FnOnce(&mut Entries) -> T) -> T {
        entry(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// All that was written.
    pub fn close(self) -> Entries {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The operations about an order that people were led to, with who asked for them.
    pub fn about(&self, order: &str) -> Vec<(Uuid, String)> {
        self.write(|entries| entries.known.get(order).cloned().unwrap_or_default())
    }

    /// Somebody was led to an operation.
    pub fn learn(&self, order: &str, operation: Uuid, maker: &str) {
        self.write(|entries| {
            let known = entries.known.entry(order.to_owned()).or_default();
            if known.iter().all(|(id, _)| *id != operation) {
                known.push((operation, maker.to_owned()));
            }
        });
    }

    /// Somebody did something.
    pub fn act(
        &self,
        at: DateTime<Utc>,
        person: &str,
        what: &str,
        about: (Option<Uuid>, Option<&str>),
        status: Option<u16>,
    ) {
        let (person, what, subject) = (person.to_owned(), what.to_owned(), about.1.map(str::to_owned));
        self.write(|entries| {
            entries.acts.push(Act { at, person, what, operation: about.0, subject, status });
        });
    }

    /// Somebody saw the page of an operation.
    pub fn saw(&self, browser: &Browser, operation: Uuid, page: &Page, fragment: bool) {
        if page.status != 200 {
            return;
        }
        match page.part("operation") {
            Some((Some(state), text)) => {
                self.view(browser, operation, page, (state, text), (fragment, false));
            }
            _ => self.write(|entries| entries.stateless += 1),
        }
    }

    /// Somebody saw the list of operations.
    pub fn saw_list(&self, browser: &Browser, page: &Page, fragment: bool) {
        if page.status != 200 {
            return;
        }
        for (operation, state, text) in page.rows() {
            match state {
                Some(state) => self.view(browser, operation, page, (state, text), (fragment, true)),
                None => self.write(|entries| entries.stateless += 1),
            }
        }
    }

    fn view(
        &self,
        browser: &Browser,
        operation: Uuid,
        page: &Page,
        (state, text): (String, String),
        (fragment, listed): (bool, bool),
    ) {
        let (person, language) = (browser.who.username.clone(), browser.who.language.to_owned());
        let (at, asked_at) = (page.at, page.asked_at);
        let view = View { at, asked_at, person, operation, state, text, language, fragment, listed };
        self.write(|entries| entries.views.push(view));
    }
}
