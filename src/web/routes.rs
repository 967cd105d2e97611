//! The table of routes: nothing can be routed without saying who may use it, and the table is
//! data that tests walk. It decides nothing; the guard does.

use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{MethodRouter, get, post},
};

use crate::{identity::access::Permission, state::App};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, signed in or not.
    Public,
    /// Whoever has signed in.
    SignedIn,
    /// Whoever has signed in and whose role grants the permission.
    Needs(Permission),
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteInfo {
    /// GET (which answers HEAD too) or POST.
    pub method: &'static Method,
    /// The path with its `{parameters}`.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}

/// Routes under construction, each with its access.
#[derive(Debug)]
pub struct Routes {
    router: Router<App>,
    table: Vec<RouteInfo>,
}

impl Routes {
    /// No routes.
    pub fn new() -> Self {
        Self { router: Router::new(), table: Vec::new() }
    }

    /// Adds a page or a file.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(&Method::GET, path, access, get(handler))
    }

    /// Adds what a form posts to.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(&Method::POST, path, access, post(handler))
    }

    /// Adds the routes of another feature.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.table.extend(other.table);
        Self { router: self.router.merge(other.router), table: self.table }
    }

    /// Every route with its access.
    pub fn table(&self) -> &[RouteInfo] {
        &self.table
    }

    pub(super) fn into_parts(self) -> (Router<App>, Vec<RouteInfo>) {
        (self.router, self.table)
    }

    fn add(
        mut self,
        method: &'static Method,
        path: &'static str,
        access: Access,
        handler: MethodRouter<App>,
    ) -> Self {
        self.table.push(RouteInfo { method, path, access });
        Self { router: self.router.route(path, handler), table: self.table }
    }
}

impl Default for Routes {
    fn default() -> Self {
        Self::new()
    }
}
