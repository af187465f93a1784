//! A node as serde's source of values.

use std::collections::BTreeSet;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::fault::{Fault, Place, closest};
use super::node::{Cursor, Kind, Node, NodeId};
use super::stop::{Stop, unknown};

/// The keys (in lists, the items) of entries that are passed over.
pub(super) type LeftOut = BTreeSet<NodeId>;

/// A node to decode from, with the entries that are to be passed over.
#[derive(Clone, Copy)]
pub(super) struct Source<'n> {
    cursor: Cursor<'n>,
    left_out: &'n LeftOut,
}

impl<'n> Source<'n> {
    /// The whole tree.
    pub(super) fn root(root: &'n Node, left_out: &'n LeftOut) -> Self {
        Source {
            cursor: Cursor::root(root),
            left_out,
        }
    }

    /// A part of the tree.
    pub(super) fn at(cursor: Cursor<'n>, left_out: &'n LeftOut) -> Self {
        Source { cursor, left_out }
    }

    fn passes_over(self, id: NodeId) -> bool {
        self.left_out.contains(&id)
    }

    /// Gives an error from this node its place.
    ///
    /// A key that is missing here, but was passed over, is no news.
    fn place(self, stop: Stop) -> Stop {
        let passed_over = |name| {
            let entry = self.cursor.find(name).and_then(|cursor| cursor.key);
            entry.is_some_and(|key| self.passes_over(key.id))
        };
        let follows = !stop.has_place() && stop.missing.is_some_and(passed_over);
        let follows_from_another = stop.follows_from_another || follows;
        Stop {
            follows_from_another,
            ..stop.at(self.cursor.place())
        }
    }

    /// Decodes this value of an entry, which is to be passed over the next time if it is wrong.
    fn decode_entry<T: DeserializeSeed<'n>>(self, entry: &Node, seed: T) -> Result<T::Value, Stop> {
        let decoded = seed.deserialize(self);
        decoded.map_err(|stop| self.place(stop).in_entry(entry))
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
                list: self,
            }),
            Kind::Mapping(entries) => visitor.visit_map(Entries {
                rest: entries.iter(),
                value: None,
                mapping: self,
            }),
        }
    }

    fn wrong_kind(self, expected: &dyn Expected) -> Stop {
        Stop::invalid_type(unexpected(self.cursor.node), expected)
    }

    /// The one entry whose key is among the variants.
    fn variant(self, variants: &'static [&'static str]) -> Result<Variant<'n>, Stop> {
        let entries = self.cursor.node.entries();
        let is_variant = |key: &Node| key.text().is_some_and(|name| variants.contains(&name));
        let mut named = entries.iter().filter(|(key, _)| is_variant(key));
        let Some((key, value)) = named.next() else {
            return Err(no_variant(entries, variants));
        };
        match named.find(|(other, _)| other.text() != key.text()) {
            Some((other, _)) => Err(two_variants(key, other, variants)),
            None => Ok(Variant {
                key,
                value,
                mapping: self,
            }),
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

fn unexpected(node: &Node) -> Unexpected<'_> {
    match &node.kind {
        Kind::Null => Unexpected::Unit,
        Kind::Bool(value) => Unexpected::Bool(*value),
        Kind::Integer(value) => match i64::try_from(*value) {
            Ok(value) => Unexpected::Signed(value),
            Err(_) => Unexpected::Other("a very large number"),
        },
        Kind::Float(value) => Unexpected::Float(*value),
        Kind::Text(text) => Unexpected::Str(text),
        Kind::List(_) => Unexpected::Seq,
        Kind::Mapping(_) => Unexpected::Map,
    }
}

fn no_variant(entries: &[(Node, Node)], variants: &'static [&'static str]) -> Stop {
    let names: Vec<(&Node, &str)> = entries
        .iter()
        .filter_map(|(key, _)| Some((key, key.text()?)))
        .collect();
    let mistyped = names
        .iter()
        .find(|(_, name)| closest(name, variants).is_some());
    match mistyped.or(names.first()) {
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
    let message = format!("`{name}` and `{first_name}` exclude each other");
    let fault = Fault::at(second.id, message).with_first(first.id);
    fault
        .with_note(format!("one of: {}", variants.join(", ")))
        .into()
}

impl<'de> Deserializer<'de> for Source<'de> {
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
                    fault: stop.fault.with_accepted(variants).into(),
                    ..stop
                })
            }
        };
        decoded.map_err(|stop| self.place(stop))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'n> {
    rest: std::slice::Iter<'n, Node>,
    list: Source<'n>,
}

impl<'n> SeqAccess<'n> for Items<'n> {
    type Error = Stop;

    fn next_element_seed<T: DeserializeSeed<'n>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Stop> {
        let list = self.list;
        let Some(node) = self.rest.find(|item| !list.passes_over(item.id)) else {
            return Ok(None);
        };
        let item = Source {
            cursor: Cursor::root(node),
            ..list
        };
        item.decode_entry(node, seed).map(Some)
    }
}

struct Entries<'n> {
    rest: std::slice::Iter<'n, (Node, Node)>,
    /// The entry whose key was read, and whose value comes next.
    value: Option<(&'n Node, &'n Node)>,
    mapping: Source<'n>,
}

impl<'n> MapAccess<'n> for Entries<'n> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Stop> {
        let mapping = self.mapping;
        let Some((key, value)) = self.rest.find(|(key, _)| !mapping.passes_over(key.id)) else {
            return Ok(None);
        };
        self.value = Some((key, value));
        let decoded = match key.text() {
            Some(name) => seed.deserialize(StrDeserializer::new(name)),
            None => Err(Stop::invalid_type(unexpected(key), &"a string")),
        };
        decoded
            .map(Some)
            .map_err(|stop| stop.at(key.id).in_entry(key))
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Stop> {
        let (key, node) = self
            .value
            .take()
            .expect("serde asks for a value after its key");
        let value = Source {
            cursor: Cursor {
                key: Some(key),
                node,
            },
            ..self.mapping
        };
        value.decode_entry(key, seed)
    }
}

/// A mapping that stands for an enum's variant.
struct Variant<'n> {
    key: &'n Node,
    value: &'n Node,
    mapping: Source<'n>,
}

impl<'n> Variant<'n> {
    fn name(&self) -> &'n str {
        self.key.text().expect("a variant's key is its name")
    }

    /// The first entry beside the variant's own.
    fn neighbour(&self) -> Option<&'n Node> {
        let mut keys = self
            .mapping
            .cursor
            .node
            .entries()
            .iter()
            .map(|(key, _)| key);
        keys.find(|key| key.id != self.key.id && !self.mapping.passes_over(key.id))
    }
}

impl<'n> EnumAccess<'n> for Variant<'n> {
    type Error = Stop;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'n>>(self, seed: V) -> Result<(V::Value, Self), Stop> {
        let name = StrDeserializer::<Stop>::new(self.name());
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'n> VariantAccess<'n> for Variant<'n> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        Err(Stop::new(format!("`{}` stands alone, without a value", self.name())).at(self.key.id))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'n>>(self, seed: T) -> Result<T::Value, Stop> {
        if let Some(neighbour) = self.neighbour() {
            let message = format!("nothing else may stand beside `{}`", self.name());
            return Err(Stop::new(message).at(neighbour.id));
        }
        let cursor = Cursor {
            key: Some(self.key),
            node: self.value,
        };
        seed.deserialize(Source {
            cursor,
            ..self.mapping
        })
    }

    fn tuple_variant<V: Visitor<'n>>(self, _len: usize, visitor: V) -> Result<V::Value, Stop> {
        self.mapping.visit(visitor)
    }

    fn struct_variant<V: Visitor<'n>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.mapping.visit(visitor)
    }
}
