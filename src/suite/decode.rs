//! From the tree to typed values, past as many faults as there are.
//!
//! The types derive `Deserialize`, and serde stops at the first error. So decoding is repeated, each time without the entry
//! that was wrong the time before, until it succeeds: every fault of a file is found. What is then missing because it was
//! left out is no fault of its own.

use std::collections::BTreeSet;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, Error, Expected, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::fault::{Fault, Place, closest};
use super::node::{Cursor, Kind, Node, NodeId};
use super::stop::{Stop, unknown};

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
            Err(stop) => stop.at(root.id),
        };
        let leave_out = stop.leave_out;
        if !stop.follows_from_another {
            faults.push(stop.fault);
        }
        if !leave_out.is_some_and(|entry| left_out.insert(entry)) {
            break;
        }
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

    fn wrong_kind(self, expected: &dyn Expected) -> Stop {
        Stop::invalid_type(unexpected(&self.cursor.node.kind), expected)
    }

    /// Gives an error from this node its place.
    fn place(self, stop: Stop) -> Stop {
        let here = !stop.has_place();
        let follows_from_another =
            stop.follows_from_another || here && stop.missing.is_some_and(|key| self.left_out(key));
        Stop {
            follows_from_another,
            ..stop.at(self.cursor.place())
        }
    }

    /// Decodes this value of an entry, which is left out the next time if it is wrong.
    fn decode_entry<T: DeserializeSeed<'n>>(self, entry: &Node, seed: T) -> Result<T::Value, Stop> {
        seed.deserialize(self)
            .map_err(|stop| self.place(stop).in_entry(entry))
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

fn unexpected(kind: &Kind) -> Unexpected<'_> {
    match kind {
        Kind::Null => Unexpected::Unit,
        Kind::Bool(value) => Unexpected::Bool(*value),
        Kind::Integer(value) => {
            i64::try_from(*value).map_or(Unexpected::Other("a number"), Unexpected::Signed)
        }
        Kind::Float(value) => Unexpected::Float(*value),
        Kind::Text(text) => Unexpected::Str(text),
        Kind::List(_) => Unexpected::Seq,
        Kind::Mapping(_) => Unexpected::Map,
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
    match mistyped.or_else(|| names().next()) {
        Some((key, name)) => Stop::from(unknown("key", name, variants)).at(key.id),
        None => {
            let message = "expected one of the accepted keys, found none";
            Fault::new(Place::File, message)
                .with_accepted(variants)
                .into()
        }
    }
}

fn two_variants(first: &Node, second: &Node, variants: &[&str]) -> Stop {
    let [first_name, name] = [first, second].map(|key| key.text().unwrap_or_default());
    Fault::at(
        second.id,
        format!("`{name}` and `{first_name}` exclude each other"),
    )
    .with_first(first.id)
    .with_note(format!("one of: {}", variants.join(", ")))
    .into()
}

impl<'de> de::Deserializer<'de> for Source<'de> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.visit(visitor).map_err(|stop| self.place(stop))
    }

    /// A key that is there has a value: "nothing" is wrong even where the key could be absent.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_some(self)
    }

    /// A list is no short way to write a mapping.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        match &self.cursor.node.kind {
            Kind::Mapping(_) => self.deserialize_any(visitor),
            _ => Err(self.wrong_kind(&visitor)),
        }
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
            _ => {
                let stop = self.wrong_kind(&"a map");
                Err(Stop {
                    fault: stop.fault.with_accepted(variants),
                    ..stop
                })
            }
        };
        decoded.map_err(|stop| self.place(stop))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
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
        source.decode_entry(node, seed).map(Some)
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
            None => Err(Stop::invalid_type(unexpected(&key.kind), &"a string")),
        };
        decoded
            .map(Some)
            .map_err(|stop| stop.at(key.id).in_entry(key))
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
        source.decode_entry(entry, seed)
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
            return Err(Stop::new(message).at(other.id));
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
