//! From the tree to typed values, past as many faults as there are.
//!
//! The types derive `Deserialize`, and serde stops at the first error. So decoding is repeated, each time without the entry
//! that was wrong the time before, until it succeeds: every fault of a file is found. What is then missing because it was
//! left out is no fault of its own.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, Expected, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::fault::{Fault, closest, unknown_word};
use super::node::{Cursor, Kind, Node, NodeId};

/// A file with more faults than this is no suite that somebody mistyped.
const MAX_FAULTS: usize = 100;

/// What decoding found.
#[derive(Debug)]
pub(super) struct Decoded<T> {
    /// The value, without the entries that are wrong; none if nothing is left without them.
    pub(super) value: Option<T>,
    /// What is wrong.
    pub(super) faults: Vec<Fault>,
    /// The entries that were left out.
    pub(super) left_out: LeftOut,
}

/// The keys (in lists, the items) of entries that are wrong.
pub(super) type LeftOut = BTreeSet<NodeId>;

/// Decodes a tree, and tells all that is wrong with its shape.
pub(super) fn decode<T: DeserializeOwned>(root: &Node) -> Decoded<T> {
    let mut faults = Vec::new();
    let mut left_out = LeftOut::new();
    leave_out_duplicates(root, &mut faults, &mut left_out);
    while faults.len() < MAX_FAULTS {
        let source = Source {
            cursor: Cursor::root(root),
            left_out: &left_out,
        };
        let stop = match T::deserialize(source) {
            Ok(value) => {
                return Decoded {
                    value: Some(value),
                    faults,
                    left_out,
                };
            }
            Err(stop) => stop,
        };
        if !stop.follows_from_another {
            faults.push(stop.fault(root.id));
        }
        match stop.leave_out {
            Some(entry) => left_out.insert(entry),
            None => break,
        };
    }
    Decoded {
        value: None,
        faults,
        left_out,
    }
}

fn leave_out_duplicates(node: &Node, faults: &mut Vec<Fault>, left_out: &mut LeftOut) {
    node.items()
        .iter()
        .for_each(|item| leave_out_duplicates(item, faults, left_out));
    let mut seen: Vec<&Node> = Vec::new();
    for (key, value) in node.entries() {
        leave_out_duplicates(value, faults, left_out);
        let Some(name) = key.text() else { continue };
        match seen.iter().find(|first| first.text() == Some(name)) {
            None => seen.push(key),
            Some(first) => {
                let fault = Fault::at(key.id, format!("duplicate key `{name}`"));
                faults.push(fault.with_first(first.id));
                left_out.insert(key.id);
            }
        }
    }
}

/// Why decoding stopped, and how it gets on.
#[derive(Debug)]
struct Stop {
    message: String,
    notes: Vec<String>,
    place: Option<NodeId>,
    first: Option<NodeId>,
    /// The field that is missing, if that is what is wrong.
    missing: Option<&'static str>,
    /// The innermost entry around the place, to be left out the next time.
    leave_out: Option<NodeId>,
    /// What is missing was there, but wrong, and is reported already.
    follows_from_another: bool,
}

impl Stop {
    fn new(message: impl Into<String>) -> Self {
        Stop {
            message: message.into(),
            notes: Vec::new(),
            place: None,
            first: None,
            missing: None,
            leave_out: None,
            follows_from_another: false,
        }
    }

    fn with_accepted(mut self, words: &[&str]) -> Self {
        self.notes.push(format!("accepted: {}", words.join(", ")));
        self
    }

    fn at(mut self, node: &Node) -> Self {
        self.place.get_or_insert(node.id);
        self
    }

    /// Gives the error its place, unless something further inside did.
    fn in_source(mut self, source: Source) -> Self {
        if self.place.is_none() {
            self.follows_from_another = self.missing.is_some_and(|field| source.left_out(field));
            self.place = Some(source.cursor.place());
        }
        self
    }

    fn in_entry(mut self, entry: &Node) -> Self {
        self.leave_out.get_or_insert(entry.id);
        self
    }

    fn fault(&self, root: NodeId) -> Fault {
        let mut fault = Fault::at(self.place.unwrap_or(root), &self.message);
        fault.notes.clone_from(&self.notes);
        fault.first = self.first;
        fault
    }
}

impl std::error::Error for Stop {}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl de::Error for Stop {
    /// The first line is the message, the others are its notes: that is how the types' own parsers say both.
    fn custom<T: fmt::Display>(message: T) -> Self {
        let text = message.to_string();
        let mut lines = text.lines().map(str::to_owned);
        let mut stop = Stop::new(lines.next().unwrap_or_default());
        stop.notes.extend(lines);
        stop
    }

    fn invalid_type(unexpected: Unexpected, expected: &dyn Expected) -> Self {
        let expected = plain(expected);
        let mut stop = Stop::new(format!("expected {expected}, found {}", found(unexpected)));
        if expected == "a text" {
            stop.notes
                .extend(quoted(unexpected).map(|text| format!("quote it: {text}")));
        }
        stop
    }

    fn invalid_value(unexpected: Unexpected, expected: &dyn Expected) -> Self {
        Stop::new(format!(
            "expected {}, found {}",
            plain(expected),
            found(unexpected)
        ))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Stop::new(unknown_word("word", variant, expected)).with_accepted(expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Stop::new(unknown_word("key", field, expected)).with_accepted(expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Stop {
            missing: Some(field),
            ..Stop::new(format!("the key `{field}` is missing"))
        }
    }
}

/// What serde's own types expect, in the words of someone who writes YAML.
fn plain(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    let words = match expected.as_str() {
        "a string" | "path string" => "a text",
        "a sequence" => "a list",
        "a map" => "a mapping of keys to values",
        "i32" => "a whole number",
        "u32" | "usize" => "a whole number, not negative",
        _ => return expected,
    };
    words.to_owned()
}

fn found(unexpected: Unexpected) -> String {
    match unexpected {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("the number {value}"),
        Unexpected::Signed(value) => format!("the number {value}"),
        Unexpected::Float(value) => format!("the number {value}"),
        Unexpected::Str(value) => format!("`{value}`"),
        Unexpected::Unit => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        other => other.to_string(),
    }
}

/// What a scalar that YAML takes for something else looks like as a text.
fn quoted(unexpected: Unexpected) -> Option<String> {
    match unexpected {
        Unexpected::Bool(value) => Some(format!("\"{value}\"")),
        Unexpected::Unsigned(value) => Some(format!("\"{value}\"")),
        Unexpected::Signed(value) => Some(format!("\"{value}\"")),
        Unexpected::Float(value) => Some(format!("\"{value}\"")),
        _ => None,
    }
}

/// A node to decode from.
#[derive(Clone, Copy)]
struct Source<'n> {
    cursor: Cursor<'n>,
    left_out: &'n LeftOut,
}

impl<'n> Source<'n> {
    /// Whether the entry of that name is here, but was left out.
    fn left_out(self, name: &str) -> bool {
        let entry = self.cursor.find(name).and_then(|cursor| cursor.key);
        entry.is_some_and(|key| self.left_out.contains(&key.id))
    }

    fn entries(self) -> Entries<'n> {
        Entries {
            rest: self.cursor.node.entries().iter(),
            value: None,
            left_out: self.left_out,
        }
    }

    fn visit<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Stop> {
        match &self.cursor.node.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(*value),
            Kind::Integer(value) => visit_integer(visitor, *value),
            Kind::Float(value) => visitor.visit_f64(*value),
            Kind::Text(text) => visitor.visit_borrowed_str(text),
            Kind::List(items) => visitor.visit_seq(Items {
                rest: items.iter(),
                left_out: self.left_out,
            }),
            Kind::Mapping(_) => visitor.visit_map(self.entries()),
        }
    }

    /// The one entry whose key is among the variants.
    fn variant(self, variants: &'static [&'static str]) -> Result<Variant<'n>, Stop> {
        let is_variant = |key: &Node| key.text().is_some_and(|name| variants.contains(&name));
        let entries = self.cursor.node.entries();
        let mut named = entries.iter().filter(|(key, _)| is_variant(key));
        match (named.next(), named.next()) {
            (Some((key, value)), None) => Ok(Variant {
                key,
                value,
                whole: self,
            }),
            (None, _) => Err(no_variant(entries, variants)),
            (Some((key, _)), Some((other, _))) => Err(two_variants(key, other, variants)),
        }
    }
}

fn visit_integer<'de, V: Visitor<'de>>(visitor: V, value: i128) -> Result<V::Value, Stop> {
    if let Ok(value) = u64::try_from(value) {
        visitor.visit_u64(value)
    } else if let Ok(value) = i64::try_from(value) {
        visitor.visit_i64(value)
    } else {
        visitor.visit_i128(value)
    }
}

fn no_variant(entries: &[(Node, Node)], variants: &'static [&'static str]) -> Stop {
    let names = || {
        entries
            .iter()
            .filter_map(|(key, _)| Some((key, key.text()?)))
    };
    let mistyped = names().find(|(_, name)| closest(name, variants).is_some());
    let stop = match mistyped.or_else(|| names().next()) {
        Some((key, name)) => Stop::new(unknown_word("key", name, variants)).at(key),
        None => Stop::new("nothing is said here"),
    };
    stop.with_accepted(variants)
}

fn two_variants(first: &Node, second: &Node, variants: &[&str]) -> Stop {
    let [first_name, name] = [first, second].map(|key| key.text().unwrap_or_default());
    let message = format!("`{name}` and `{first_name}` exclude each other");
    let note = format!("one of {} at a time", variants.join(", "));
    Stop {
        first: Some(first.id),
        notes: vec![note],
        ..Stop::new(message).at(second)
    }
}

impl<'de> de::Deserializer<'de> for Source<'de> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.visit(visitor).map_err(|stop| stop.in_source(self))
    }

    /// A key that is there has a value: "nothing" is wrong even where the key could be absent.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        visitor.visit_newtype_struct(self)
    }

    /// A mapping is the variant that one of its keys names. A variant with one value finds it under that key; a variant with
    /// fields has the whole mapping for them, `call: f, args: [1]` being a `call` with `args`.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let decoded = match &self.cursor.node.kind {
            Kind::Mapping(_) => self.variant(variants).and_then(|it| visitor.visit_enum(it)),
            _ => Err(Stop::new("expected a mapping of keys to values").with_accepted(variants)),
        };
        decoded.map_err(|stop| stop.in_source(self))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Items<'n> {
    rest: std::slice::Iter<'n, Node>,
    left_out: &'n LeftOut,
}

impl<'n> SeqAccess<'n> for Items<'n> {
    type Error = Stop;

    fn next_element_seed<T: DeserializeSeed<'n>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Stop> {
        let Some(node) = self.rest.find(|item| !self.left_out.contains(&item.id)) else {
            return Ok(None);
        };
        let source = Source {
            cursor: Cursor { key: None, node },
            left_out: self.left_out,
        };
        seed.deserialize(source)
            .map(Some)
            .map_err(|stop| stop.in_entry(node))
    }
}

struct Entries<'n> {
    rest: std::slice::Iter<'n, (Node, Node)>,
    /// The entry whose key was read, and whose value comes next.
    value: Option<Cursor<'n>>,
    left_out: &'n LeftOut,
}

impl<'n> MapAccess<'n> for Entries<'n> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Stop> {
        let Some((key, node)) = self.rest.find(|(key, _)| !self.left_out.contains(&key.id)) else {
            return Ok(None);
        };
        self.value = Some(Cursor {
            key: Some(key),
            node,
        });
        let decoded = match key.text() {
            Some(name) => seed.deserialize(StrDeserializer::new(name)),
            None => Err(Stop::new("a key is a text: quote it")),
        };
        decoded.map(Some).map_err(|stop| stop.at(key).in_entry(key))
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Stop> {
        let cursor = self
            .value
            .take()
            .expect("serde asks for a value after its key");
        let entry = cursor.key.expect("an entry has a key");
        let source = Source {
            cursor,
            left_out: self.left_out,
        };
        seed.deserialize(source)
            .map_err(|stop| stop.in_entry(entry))
    }
}

/// A mapping that stands for an enum's variant.
struct Variant<'n> {
    key: &'n Node,
    value: &'n Node,
    whole: Source<'n>,
}

impl<'n> EnumAccess<'n> for Variant<'n> {
    type Error = Stop;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'n>>(self, seed: V) -> Result<(V::Value, Self), Stop> {
        let name = self.key.text().unwrap_or_default();
        Ok((seed.deserialize(StrDeserializer::<Stop>::new(name))?, self))
    }
}

impl<'n> VariantAccess<'n> for Variant<'n> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        Err(Stop::new("expected a value that stands alone"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'n>>(self, seed: T) -> Result<T::Value, Stop> {
        let name = self.key.text().unwrap_or_default();
        let entries = self.whole.cursor.node.entries();
        if let Some((other, _)) = entries.iter().find(|(key, _)| key.id != self.key.id) {
            let message = format!("nothing else may stand beside `{name}`");
            return Err(Stop::new(message).at(other));
        }
        let cursor = Cursor {
            key: Some(self.key),
            node: self.value,
        };
        seed.deserialize(Source {
            cursor,
            left_out: self.whole.left_out,
        })
    }

    fn tuple_variant<V: Visitor<'n>>(self, _len: usize, visitor: V) -> Result<V::Value, Stop> {
        self.whole.visit(visitor)
    }

    fn struct_variant<V: Visitor<'n>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.whole.visit(visitor)
    }
}
