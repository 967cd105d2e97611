//! What stands above every list: the reader's saved views, and which columns it has. It decides no filter.

use uuid::Uuid;

use super::{Error, links};
use crate::{
    identity::{
        access::Actor,
        lists::{self, List, MOST_VIEWS, Mine},
    },
    state::App,
    web::Ui,
};

/// The tools of a list for one reader, as `templates/shared/lists.html` shows them.
#[derive(Debug)]
pub struct Tools {
    /// The texts.
    pub t: Texts,
    list: List,
    mine: Mine,
    columns: Vec<(&'static str, &'static str)>,
    query: String,
}

impl Tools {
    /// Those of `actor`, with `words` for the columns of the list in their order, and the filter that is shown as
    /// an address has it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(
        app: &App,
        (ui, actor): (&Ui, &Actor),
        list: List,
        words: &[&'static str],
        query: String,
    ) -> Result<Self, Error> {
        let mine = lists::store::mine(&app.db, actor.id, list).await?;
        let columns = list.columns().iter().copied().zip(words.iter().copied()).collect();
        Ok(Self { t: Texts(ui.locale), list, mine, columns, query })
    }

    /// Whether a column shows.
    pub fn shows(&self, column: &str) -> bool {
        self.mine.look.shows(column)
    }

    /// How many of these columns show.
    pub fn count(&self, columns: &[&str]) -> usize {
        columns.iter().filter(|column| self.shows(column)).count()
    }

    /// Whether rows are low.
    pub const fn dense(&self) -> bool {
        self.mine.look.dense
    }

    /// The columns that can be hidden: name, word, whether it shows.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        self.columns.iter().map(|(name, word)| (*name, *word, self.shows(name)))
    }

    /// The views: the view itself, its address, and whether it is what is shown.
    pub fn views(&self) -> impl Iterator<Item = (&lists::View, String, bool)> {
        self.mine.views.iter().map(|view| (view, url(self.list, &view.query), view.query == self.query))
    }

    /// How many views there are.
    pub fn number(&self) -> usize {
        self.mine.views.len()
    }

    /// Whether one more can be saved.
    pub fn has_room(&self) -> bool {
        self.mine.views.iter().filter(|view| view.owner.is_none()).count() < MOST_VIEWS
    }

    /// The filter that is shown.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// Where the form of columns goes.
    pub fn look_url(&self) -> String {
        format!("/lists/{}/look", self.list.name())
    }

    /// Where the form of a new view goes.
    pub fn save_url(&self) -> String {
        format!("/lists/{}/views", self.list.name())
    }

    /// Where the form goes that deletes a view.
    pub fn delete_url(&self, id: &Uuid) -> String {
        format!("/lists/{}/views/{id}/delete", self.list.name())
    }
}

/// The address of a list with a filter.
pub fn url(list: List, query: &str) -> String {
    let path = match list {
        List::Orders => links::ORDERS,
        List::Resources => links::RESOURCES,
    };
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

crate::texts! {
    /// Texts of the tools.
    pub struct Texts {
        views: "视图", "Views";
        no_views: "还没有保存的视图", "No views saved yet";
        of(owner: &str): "{owner} 共享", "shared by {owner}";
        shared: "已共享", "shared";
        save: "保存当前筛选", "Save this filter";
        name: "视图名称", "Name of the view";
        name_hint: "例如：一周内到期", "Such as: expiring this week";
        share: "共享给所有人", "Share with everybody";
        save_it: "保存", "Save";
        full: "视图已满，请先删除不用的。", "There is no room for more views: delete one first.";
        delete(name: &str): "删除视图“{name}”", "Delete the view “{name}”";
        columns: "列", "Columns";
        dense: "紧凑行距", "Low rows";
        apply: "应用", "Apply";
    }
}
