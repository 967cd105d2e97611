//! Forms and query strings read strictly: a field given twice, or one that nobody asked for, is
//! refused, so that what was checked is what was meant. It renders nothing.

use std::{collections::HashMap, fmt, marker::PhantomData};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Request},
    http::{header, request::Parts},
};
use percent_encoding::percent_decode_str;
use serde::{
    Deserialize,
    de::{
        self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
        Visitor,
    },
};

use super::error::Error;

/// The largest form that is read.
pub const LIMIT: usize = 64 * 1024;

/// The most fields that a form may have.
const MAX_FIELDS: usize = 1_000;

/// A posted form. Fields of `T` that are sequences (with `#[serde(default)]`) take repeated
/// names; every other field takes exactly one. An empty field is `None` for an `Option`.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request<Body>, _: &S) -> Result<Self, Error> {
        let is_form = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        if !is_form {
            return Err(Error::Invalid("not a form".to_owned()));
        }
        let body = read(request.into_body()).await?;
        let text = std::str::from_utf8(&body).map_err(|_| Error::Invalid("not UTF-8".to_owned()))?;
        parse(text, true).map(Self).map_err(|error| Error::Invalid(error.to_string()))
    }
}

/// A query string: fields given twice are refused, unknown ones are ignored, because links gather
/// parameters of others on their way.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parse(parts.uri.query().unwrap_or_default(), false)
            .map(Self)
            .map_err(|error| Error::Invalid(error.to_string()))
    }
}

async fn read(body: Body) -> Result<Bytes, Error> {
    axum::body::to_bytes(body, LIMIT).await.map_err(|error| {
        let mut source: Option<&dyn std::error::Error> = Some(&error);
        while let Some(inner) = source {
            if inner.is::<http_body_util::LengthLimitError>() {
                return Error::TooLarge;
            }
            source = inner.source();
        }
        Error::Invalid("the form was cut short".to_owned())
    })
}

/// The ids in texts that may hold several, as they were ticked or pasted: each once, in the writing that
/// `as_written` gives them.
pub fn ids_in<'a>(
    texts: impl IntoIterator<Item = &'a String>,
    as_written: impl Fn(&str) -> String,
) -> Vec<String> {
    let separates = |c: char| c.is_whitespace() || ",;，；、".contains(c);
    let mut ids: Vec<String> = Vec::new();
    for id in texts.into_iter().flat_map(|text| text.split(separates)).filter(|id| !id.is_empty()) {
        let id = as_written(id);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// Why a form was not read. It names fields, never values.
#[derive(Debug, PartialEq, Eq)]
pub struct BadForm(String);

impl fmt::Display for BadForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadForm {}

impl de::Error for BadForm {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Self(message.to_string())
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self(format!("expected {expected}"))
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self("not one of the choices".to_owned())
    }
}

fn bad(message: impl Into<String>) -> BadForm {
    BadForm(message.into())
}

/// Reads `name=value&…` into `T`.
fn parse<T: DeserializeOwned>(text: &str, refuse_unknown: bool) -> Result<T, BadForm> {
    let mut fields: HashMap<String, Vec<String>> = HashMap::new();
    for (count, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        if count >= MAX_FIELDS {
            return Err(bad("too many fields"));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        fields.entry(decoded(name)?).or_default().push(decoded(value)?);
    }
    T::deserialize(FormDeserializer { fields, refuse_unknown })
}

fn decoded(text: &str) -> Result<String, BadForm> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| bad("not UTF-8"))?;
    // PostgreSQL cannot hold it, and no field means it.
    if decoded.contains('\0') {
        return Err(bad("a zero character"));
    }
    Ok(decoded.into_owned())
}

struct FormDeserializer {
    fields: HashMap<String, Vec<String>>,
    refuse_unknown: bool,
}

impl<'de> Deserializer<'de> for FormDeserializer {
    type Error = BadForm;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadForm> {
        visitor.visit_map(Fields { rest: self.fields.into_iter(), value: None })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, BadForm> {
        if self.refuse_unknown && self.fields.keys().any(|name| !names.contains(&name.as_str())) {
            return Err(bad("a field that the form does not have"));
        }
        self.fields.retain(|name, _| names.contains(&name.as_str()));
        self.deserialize_any(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, BadForm> {
        self.deserialize_struct(name, &[], visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Fields<I> {
    rest: I,
    value: Option<(String, Vec<String>)>,
}

impl<'de, I: Iterator<Item = (String, Vec<String>)>> MapAccess<'de> for Fields<I> {
    type Error = BadForm;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, BadForm> {
        let Some((name, values)) = self.rest.next() else { return Ok(None) };
        let key = seed.deserialize(name.as_str().into_deserializer())?;
        self.value = Some((name, values));
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, BadForm> {
        let (name, values) = self.value.take().ok_or_else(|| bad("a value without a name"))?;
        seed.deserialize(Values(values)).map_err(|error| bad(format!("{name}: {error}")))
    }
}

/// The values of one field.
struct Values(Vec<String>);

impl Values {
    fn one(self) -> Result<String, BadForm> {
        let mut values = self.0.into_iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(value),
            _ => Err(bad("given more than once")),
        }
    }
}

macro_rules! parsed {
    ($($method:ident => $visit:ident),+ $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadForm> {
            visitor.$visit(self.one()?.parse().map_err(|_| bad("not a number"))?)
        })+
    };
}

impl<'de> Deserializer<'de> for Values {
    type Error = BadForm;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadForm> {
        visitor.visit_string(self.one()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadForm> {
        if self.0.iter().all(String::is_empty) && self.0.len() == 1 {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadForm> {
        match self.one()?.as_str() {
            "on" | "true" | "1" => visitor.visit_bool(true),
            "" | "off" | "false" | "0" => visitor.visit_bool(false),
            _ => Err(bad("neither yes nor no")),
        }
    }

    parsed! {
        deserialize_i8 => visit_i8, deserialize_i16 => visit_i16, deserialize_i32 => visit_i32, deserialize_i64 => visit_i64,
        deserialize_u8 => visit_u8, deserialize_u16 => visit_u16, deserialize_u32 => visit_u32, deserialize_u64 => visit_u64,
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, BadForm> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadForm> {
        visitor.visit_seq(Items(self.0.into_iter()))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, BadForm> {
        visitor.visit_enum(self.one()?.into_deserializer())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadForm> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct map
        struct identifier
    }
}

struct Items(std::vec::IntoIter<String>);

impl<'de> SeqAccess<'de> for Items {
    type Error = BadForm;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, BadForm> {
        self.0.next().map(|value| seed.deserialize(Values(vec![value]))).transpose()
    }
}

/// A form with no fields, such as a lone button.
#[derive(Debug, Clone, Copy)]
pub struct Nothing(PhantomData<()>);

impl<'de> Deserialize<'de> for Nothing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Empty {}
        Empty::deserialize(deserializer).map(|Empty {}| Self(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Choice {
        First,
        Second,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Everything {
        text: String,
        number: u32,
        choice: Choice,
        id: uuid::Uuid,
        maybe: Option<u8>,
        #[serde(default)]
        many: Vec<String>,
        #[serde(default)]
        tick: bool,
    }

    const WHOLE: &str = "text=a+b%2B%E4%B8%AD&number=7&choice=second&id=00000000-0000-0000-0000-000000000001";

    #[test]
    fn a_form_is_read_by_the_types_of_its_fields() {
        let form: Everything =
            parse(&format!("{WHOLE}&maybe=3&many=x&many=y&tick=on"), true).expect("a form");
        assert_eq!(
            form,
            Everything {
                text: "a b+中".to_owned(),
                number: 7,
                choice: Choice::Second,
                id: uuid::Uuid::from_u128(1),
                maybe: Some(3),
                many: vec!["x".to_owned(), "y".to_owned()],
                tick: true,
            }
        );
        let short: Everything = parse(&format!("{WHOLE}&maybe="), true).expect("a form");
        assert_eq!((short.maybe, short.many.len(), short.tick), (None, 0, false));
    }

    #[test]
    fn what_is_given_twice_or_not_asked_for_is_refused() {
        for extra in [
            "text=again",
            "number=8",
            "amount=1",
            "maybe=1&maybe=2",
            "maybe=&maybe=",
            "id=x",
            "%00=1",
            "tick=maybe",
        ] {
            assert!(parse::<Everything>(&format!("{WHOLE}&{extra}"), true).is_err(), "{extra}");
        }
        assert!(parse::<Everything>("text=%FF", true).is_err());
        assert!(parse::<Everything>("text=%00", true).is_err());
        assert!(parse::<Nothing>("a=1", true).is_err());
        assert!(parse::<Nothing>("", true).is_ok());
    }

    #[test]
    fn a_query_ignores_strange_fields_but_refuses_doubles() {
        assert!(parse::<Everything>(&format!("{WHOLE}&utm=1"), false).is_ok());
        assert!(parse::<Everything>(&format!("{WHOLE}&number=1"), false).is_err());
    }

    #[test]
    fn a_refusal_never_repeats_what_was_typed() {
        for text in ["number=secret", "choice=secret", "id=secret", "tick=secret"] {
            let error = parse::<Everything>(text, true).expect_err("refused").to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn ids_are_read_from_whatever_was_pasted() {
        let texts = ["cs1, CS2\nCS1;cs3".to_owned(), "CS4、CS2".to_owned(), String::new()];
        assert_eq!(ids_in(&texts, str::to_uppercase), ["CS1", "CS2", "CS3", "CS4"]);
        assert_eq!(ids_in(&texts, str::to_owned), ["cs1", "CS2", "CS1", "cs3", "CS4"]);
    }
}
