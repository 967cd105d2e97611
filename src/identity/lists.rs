//! How a person has lists look, and the views of them that people saved. It knows no list's filters: a view is
//! an address, and who follows it sees what they may see.

pub mod store;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The most views that a person keeps of a list.
pub const MOST_VIEWS: usize = 50;
/// The longest name of a view, in characters.
pub const LONGEST_NAME: usize = 60;
/// The longest filter of a view, in characters.
pub const LONGEST_QUERY: usize = 4_000;

/// A list that can be made to look otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Orders.
    Orders,
    /// Resources.
    Resources,
}

impl List {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Orders, Self::Resources];

    /// The name in addresses and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Resources => "resources",
        }
    }

    /// The list of that name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.name() == name)
    }

    /// The columns that can be hidden, in their order. What the row is about and what can be done always shows.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Orders => &["status", "product", "account", "created", "paid", "official"],
            Self::Resources => &["product", "region", "account", "policy", "status"],
        }
    }
}

/// How a person has a list look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// Columns that are not shown.
    pub hidden: Vec<String>,
    /// Whether rows are low.
    pub dense: bool,
}

impl Look {
    /// Whether a column shows.
    pub fn shows(&self, column: &str) -> bool {
        self.hidden.iter().all(|hidden| hidden != column)
    }
}

/// A saved filter of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its id.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// The filter, as the list's address has it.
    pub query: String,
    /// Whether everybody sees it.
    pub shared: bool,
    /// Whose it is, where it is not the reader's own.
    pub owner: Option<String>,
}

/// What a person has of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mine {
    /// How it looks.
    pub look: Look,
    /// Their own views first, then those that others share, each by name.
    pub views: Vec<View>,
}

/// A view to be saved.
#[derive(Debug)]
pub struct NewView<'a> {
    /// What people call it: not empty, at most [`LONGEST_NAME`].
    pub name: &'a str,
    /// The filter: at most [`LONGEST_QUERY`].
    pub query: &'a str,
    /// Whether everybody sees it.
    pub shared: bool,
    /// When.
    pub now: DateTime<Utc>,
}
