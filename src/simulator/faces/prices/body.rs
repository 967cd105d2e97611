//! The members of a request's body, read one by one so that a refusal can name the one that is wrong. Numbers
//! may come as strings, as they do from released callers.

use std::{borrow::Cow, collections::BTreeMap};

use rust_decimal::Decimal;
use serde_json::value::RawValue;

use super::super::wrong;
use crate::{
    money::Money,
    simulator::world::{Refusal, refuse},
};

/// A JSON object. `null` is like a member that is not there.
pub(in super::super) struct Body<'r>(BTreeMap<Cow<'r, str>, &'r RawValue>);

impl<'r> Body<'r> {
    pub(in super::super) fn parse(bytes: &'r [u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(bytes).map(Self).map_err(|_| wrong("body"))
    }

    /// The objects of a list, which has to be there and not be empty.
    pub(in super::super) fn objects(&self, name: &str) -> Result<Vec<Self>, Refusal> {
        let list = self.list(name)?.ok_or_else(|| missing(name))?;
        if list.is_empty() {
            return Err(wrong(name));
        }
        list.into_iter()
            .map(|object| serde_json::from_str(object.get()).map(Self).map_err(|_| wrong(name)))
            .collect()
    }

    /// The texts of a list; none where there is no list.
    pub(in super::super) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let Some(list) = self.list(name)? else { return Ok(None) };
        list.into_iter().map(|item| serde_json::from_str(item.get()).map_err(|_| wrong(name))).collect()
    }

    /// A text; an empty one is there.
    pub(in super::super) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(token) = self.token(name) else { return Ok(None) };
        serde_json::from_str(token).map(Some).map_err(|_| wrong(name))
    }

    /// A text for which an empty one stands for none.
    pub(in super::super) fn text_or_none(&self, name: &str) -> Result<Option<String>, Refusal> {
        Ok(self.text(name)?.filter(|text| !text.is_empty()))
    }

    /// A text that has to be there and not be empty.
    pub(in super::super) fn required(&self, name: &str) -> Result<String, Refusal> {
        let text = self.text(name)?.ok_or_else(|| missing(name))?;
        if text.is_empty() { Err(wrong(name)) } else { Ok(text) }
    }

    /// A whole number.
    pub(in super::super) fn whole(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.token(name).map(|token| token.trim_matches('"').parse().map_err(|_| wrong(name))).transpose()
    }

    /// A whole number that has to be there, of `least` at least.
    pub(in super::super) fn required_whole(&self, name: &str, least: i64) -> Result<i64, Refusal> {
        let number = self.whole(name)?.ok_or_else(|| missing(name))?;
        if number < least { Err(wrong(name)) } else { Ok(number) }
    }

    /// A number with decimals that has to be there.
    pub(in super::super) fn required_decimal(&self, name: &str) -> Result<Decimal, Refusal> {
        let token = self.token(name).ok_or_else(|| missing(name))?;
        token.trim_matches('"').parse().map(Money::decimal).map_err(|_| wrong(name))
    }

    /// A truth value, for which an empty text stands for none.
    pub(in super::super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.token(name) {
            None | Some("\"\"") => Ok(None),
            Some("true" | "\"true\"") => Ok(Some(true)),
            Some("false" | "\"false\"") => Ok(Some(false)),
            Some(_) => Err(wrong(name)),
        }
    }

    fn token(&self, name: &str) -> Option<&'r str> {
        self.0.get(name).map(|token| token.get()).filter(|token| *token != "null")
    }

    fn list(&self, name: &str) -> Result<Option<Vec<&'r RawValue>>, Refusal> {
        let Some(token) = self.token(name) else { return Ok(None) };
        serde_json::from_str(token).map(Some).map_err(|_| wrong(name))
    }
}

fn missing(name: &str) -> Refusal {
    refuse("CBC.0101", format!("The parameter {name} is mandatory."))
}
