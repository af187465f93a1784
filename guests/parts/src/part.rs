//! The parts of a document, each a type of its own behind one trait.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

pub trait Part: erased_serde::Serialize + Send {
    /// How many parts there are, this one included.
    fn weight(&self) -> u32 {
        1
    }
}

erased_serde::serialize_trait_object!(Part);

/// A part whose type only the text tells.
pub struct BoxedPart(pub Box<dyn Part>);

struct Nothing;

struct List(Vec<Box<dyn Part>>);

struct Map(Vec<(String, Box<dyn Part>)>);

impl Part for Nothing {}
impl Part for bool {}
impl Part for i64 {}
impl Part for String {}

impl Part for List {
    fn weight(&self) -> u32 {
        1 + self.0.iter().map(|part| part.weight()).sum::<u32>()
    }
}

impl Part for Map {
    fn weight(&self) -> u32 {
        1 + self.0.iter().map(|(_, part)| part.weight()).sum::<u32>()
    }
}

impl Serialize for Nothing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl Serialize for List {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, part) in &self.0 {
            map.serialize_entry(name, part)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for BoxedPart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyPart)
    }
}

struct AnyPart;

impl<'de> Visitor<'de> for AnyPart {
    type Value = BoxedPart;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of a document")
    }

    fn visit_unit<E: Error>(self) -> Result<BoxedPart, E> {
        Ok(BoxedPart(Box::new(Nothing)))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<BoxedPart, E> {
        Ok(BoxedPart(Box::new(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<BoxedPart, E> {
        Ok(BoxedPart(Box::new(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<BoxedPart, E> {
        let value = i64::try_from(value).map_err(|_| E::custom("a number beyond all measure"))?;
        self.visit_i64(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<BoxedPart, E> {
        Ok(BoxedPart(Box::new(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<BoxedPart, A::Error> {
        let mut list = List(Vec::new());
        while let Some(BoxedPart(part)) = items.next_element()? {
            list.0.push(part);
        }
        Ok(BoxedPart(Box::new(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<BoxedPart, A::Error> {
        let mut map = Map(Vec::new());
        while let Some((name, BoxedPart(part))) = entries.next_entry()? {
            map.0.push((name, part));
        }
        Ok(BoxedPart(Box::new(map)))
    }
}
