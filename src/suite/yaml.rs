//! YAML text to a tree of nodes. No other file knows the YAML library.
//!
//! The library tells positions only through its errors. So a node is a number, counted while reading, and its position is
//! found by reading the text once more and failing at that number: slow by the standards of a parser, but paid only for
//! what is wrong, and exact for keys, values and aliases alike.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};

use super::fault::{Fault, Place, Position};
use super::margin::ACCEPTED;
use super::node::{Kind, Node, NodeId};

/// Deeper than any story is told, and far from the end of the stack.
const MAX_DEPTH: usize = 64;
/// Aliases can multiply a small text; more nodes than this are no suite.
const MAX_NODES: usize = 100_000;

/// Reads a text that holds exactly one document.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let reader = Reader::new(None);
    let mut documents = serde_yaml::Deserializer::from_str(text);
    let document = documents
        .next()
        .expect("even an empty text holds a document");
    let root = reader.deserialize(document);
    let root = root.map_err(|error| match reader.refusal.take() {
        Some(message) => at(&error, message),
        None => syntax_fault(text, &error),
    })?;
    match documents.next() {
        None => Ok(root),
        Some(second) => Err(second_document(second)),
    }
}

/// Where a node of that text begins.
pub(super) fn locate(text: &str, node: NodeId) -> Option<Position> {
    let document = serde_yaml::Deserializer::from_str(text).next()?;
    let error = Reader::new(Some(node)).deserialize(document).err()?;
    position(&error)
}

fn position(error: &serde_yaml::Error) -> Option<Position> {
    let location = error.location()?;
    Some(Position {
        line: location.line(),
        column: location.column(),
    })
}

fn at(error: &serde_yaml::Error, message: impl Into<String>) -> Fault {
    let place = position(error).map_or(Place::File, Place::Position);
    Fault::new(place, message)
}

fn second_document(document: serde_yaml::Deserializer) -> Fault {
    const MESSAGE: &str = "a second document begins here";
    let fault = match Reader::new(Some(0)).deserialize(document) {
        Err(error) => at(&error, MESSAGE),
        Ok(_) => Fault::new(Place::File, MESSAGE),
    };
    fault.with_note("a suite is one YAML document: put the other into a file of its own")
}

fn syntax_fault(text: &str, error: &serde_yaml::Error) -> Fault {
    let Some(position) = position(error) else {
        // Every error but this one has a position.
        return Fault::new(Place::File, "the aliases (`*name`) multiply without bound");
    };
    let place = Place::Position(position);
    let line = text.lines().nth(position.line - 1).unwrap_or_default();
    if line.starts_with('\t') {
        return Fault::new(place, "YAML is indented with spaces, and here is a tab");
    }
    if let Some(bound) = unquoted_bound(line) {
        return Fault::new(place, "in YAML a leading `>` starts a folded text")
            .with_note(format!("quote the bound: \"{bound}\""));
    }
    Fault::new(place, without_position(&error.to_string()))
}

/// The value of `key: > 5MB`, which YAML takes for a block scalar's header, and in brackets for nothing at all.
fn unquoted_bound(line: &str) -> Option<&str> {
    let begins_value = |at: &usize| line[..*at].trim_end().ends_with([':', '[', ',']);
    let mut signs = line.match_indices('>').map(|(at, _)| at);
    let (before, value) = line.split_at(signs.find(begins_value)?);
    let value = match before.contains(['{', '[']) {
        true => value.split([',', '}', ']']).next()?,
        false => value,
    };
    let (value, _) = value.split_once(" #").unwrap_or((value, ""));
    let value = value.trim_end();
    let bound = value[1..].trim_start_matches(['=', ' ']);
    let is_bound = bound.starts_with(|first: char| first.is_ascii_digit() || first == '-')
        || bound.starts_with(ACCEPTED);
    is_bound.then_some(value)
}

/// Drops the first " at line 3 column 5" of the library's message: the excerpt shows it.
fn without_position(message: &str) -> String {
    let Some((problem, rest)) = message.split_once(" at line ") else {
        return message.to_owned();
    };
    match rest.split_once(", ") {
        Some((_, context)) => format!("{problem}, {context}"),
        None => problem.to_owned(),
    }
}

/// Builds nodes, numbering them, up to the node at which it is to fail.
struct Reader {
    next: Cell<NodeId>,
    depth: Cell<usize>,
    fail_at: Option<NodeId>,
    /// Why the reader itself stopped: the library's error would put the path of keys before it.
    refusal: RefCell<Option<String>>,
}

impl Reader {
    fn new(fail_at: Option<NodeId>) -> Self {
        Reader {
            next: Cell::new(0),
            depth: Cell::new(0),
            fail_at,
            refusal: RefCell::new(None),
        }
    }

    fn refuse<E: Error>(&self, why: String) -> E {
        let error = E::custom(&why);
        self.refusal.replace(Some(why));
        error
    }

    fn number<E: Error>(&self) -> Result<NodeId, E> {
        let id = self.next.replace(self.next.get() + 1);
        if self.fail_at == Some(id) {
            return Err(E::custom("the node that was looked for"));
        }
        if id == MAX_NODES {
            return Err(self.refuse(format!("more than {MAX_NODES} values are no suite")));
        }
        Ok(id)
    }

    fn leaf<E: Error>(&self, kind: Kind) -> Result<Node, E> {
        let id = self.number()?;
        Ok(Node { id, last: id, kind })
    }

    fn branch<E: Error>(&self, children: impl FnOnce() -> Result<Kind, E>) -> Result<Node, E> {
        let id = self.number()?;
        if self.depth.replace(self.depth.get() + 1) == MAX_DEPTH {
            return Err(self.refuse(format!("nested more than {MAX_DEPTH} levels deep")));
        }
        let kind = children()?;
        self.depth.set(self.depth.get() - 1);
        Ok(Node {
            id,
            last: self.next.get() - 1,
            kind,
        })
    }
}

impl<'de> DeserializeSeed<'de> for &Reader {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &Reader {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_none<E: Error>(self) -> Result<Node, E> {
        self.leaf(Kind::Null)
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        self.leaf(Kind::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        self.leaf(Kind::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        self.leaf(Kind::Integer(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        self.leaf(Kind::Integer(value.into()))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Node, E> {
        self.leaf(Kind::Integer(value))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Node, E> {
        match i128::try_from(value) {
            Ok(value) => self.leaf(Kind::Integer(value)),
            Err(_) => Err(self.refuse(format!("the number {value} is too large"))),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        self.leaf(Kind::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        self.leaf(Kind::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        self.branch(|| {
            let mut items = Vec::new();
            while let Some(item) = list.next_element_seed(self)? {
                items.push(item);
            }
            Ok(Kind::List(items))
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Node, A::Error> {
        self.branch(|| {
            let mut entries = Vec::new();
            while let Some(key) = mapping.next_key_seed(self)? {
                entries.push((key, mapping.next_value_seed(self)?));
            }
            Ok(Kind::Mapping(entries))
        })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Node, A::Error> {
        let (tag, _) = tagged.variant::<String>()?;
        Err(self.refuse(format!("the tag `!{tag}` means nothing in a suite")))
    }
}
