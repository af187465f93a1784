//! The tree that a suite file's text is read into, before it means anything.

/// A node's number, counted in the order of the text; it stands for the node's place in the file.
pub(super) type NodeId = usize;

/// One value of the file, or one key.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: NodeId,
    /// The number of the last node inside of this one: a subtree is a range of numbers.
    pub(super) last: NodeId,
    pub(super) kind: Kind,
}

/// What a node is, in the words of YAML.
#[derive(Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// Entries in the order of the file; a key may occur more than once.
    Mapping(Vec<(Node, Node)>),
}

impl Node {
    /// The text, if it is one: of a key, its name.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a mapping; none for anything else.
    pub(super) fn entries(&self) -> &[(Node, Node)] {
        match &self.kind {
            Kind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub(super) fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// Whether that node is this one or lies inside of it.
    pub(super) fn contains(&self, id: NodeId) -> bool {
        (self.id..=self.last).contains(&id)
    }
}

/// A node together with the key that it stands under, to walk down the tree by names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'n> {
    pub(super) key: Option<&'n Node>,
    pub(super) node: &'n Node,
}

impl<'n> Cursor<'n> {
    /// The top of the file.
    pub(super) fn root(node: &'n Node) -> Self {
        Cursor { key: None, node }
    }

    /// The value under that key, if it is there.
    pub(super) fn find(self, name: &str) -> Option<Self> {
        let entry = |(key, _): &&(Node, Node)| key.text() == Some(name);
        let (key, node) = self.node.entries().iter().find(entry)?;
        Some(Cursor {
            key: Some(key),
            node,
        })
    }

    /// The value under that key, or else this node, so that there is always a place to point at.
    pub(super) fn get(self, name: &str) -> Self {
        self.find(name).unwrap_or(self)
    }

    /// The value under that path of keys, `lost.definite`, or the last one on the way that is there.
    pub(super) fn walk(self, path: &str) -> Self {
        path.split('.').fold(self, Cursor::get)
    }

    /// The values of a mapping, with their keys.
    pub(super) fn entries(self) -> impl Iterator<Item = Self> {
        self.node.entries().iter().map(|(key, node)| Cursor {
            key: Some(key),
            node,
        })
    }

    /// The list's item of that index, or else this node.
    pub(super) fn item(self, index: usize) -> Self {
        match self.node.items().get(index) {
            Some(node) => Cursor { key: None, node },
            None => self,
        }
    }

    /// The place of the key; of the value, where there is none.
    pub(super) fn key_place(self) -> NodeId {
        self.key.unwrap_or(self.node).id
    }

    /// The place that shows best what is meant: the value if it stands on one line, otherwise its key.
    pub(super) fn place(self) -> NodeId {
        match self.node.kind {
            Kind::Null | Kind::List(_) | Kind::Mapping(_) => self.key_place(),
            _ => self.node.id,
        }
    }
}
