//! What runs, nodes, contents and code are named by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A run's identity, a random UUID drawn by the daemon.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub Uuid);

impl RunId {
    /// The first eight characters: enough for people.
    pub fn short(self) -> String {
        let mut text = self.to_string();
        text.truncate(8);
        text
    }

    /// The id of one of the run's nodes, for people and other programs: a UUID of version 5 (RFC 9562 §5.5) in the
    /// run's name space, so that it need not be stored.
    pub fn node_id(self, node: NodeId) -> Uuid {
        Uuid::new_v5(&self.0, node.to_string().as_bytes())
    }

    /// The id of a node's revision `number`, likewise in the node's name space.
    pub fn revision_id(self, node: NodeId, number: u32) -> Uuid {
        Uuid::new_v5(&self.node_id(node), number.to_string().as_bytes())
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A node of the solution tree. Its number is also its step: 0 is the baseline, and every proposal
/// asked for takes the next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The user's own code.
    pub const BASELINE: Self = Self(0);

    /// Position in the tree's node list.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of a stored blob: the BLAKE3 hash of its content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(pub [u8; 32]);

/// Text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a blob's name (64 hexadecimal digits)")]
pub struct InvalidBlobId;

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobId({self})")
    }
}

impl FromStr for BlobId {
    type Err = InvalidBlobId;

    fn from_str(text: &str) -> Result<Self, InvalidBlobId> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut bytes = [0; 32];
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Err(InvalidBlobId);
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low).ok_or(InvalidBlobId)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for BlobId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlobId {
    /// Without a text of its own: a run of 1,000 steps names some thousands.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl serde::de::Visitor<'_> for Name {
            type Value = BlobId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a blob's name (64 hexadecimal digits)")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<BlobId, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Name)
    }
}

/// What a version's code comes to whatever its layout: versions with the same are taken to do the same. A hash of the
/// texts of all its files without what does not count, such as comments, blank lines and spaces at the ends of lines.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeId(pub BlobId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blobs_name_is_64_hexadecimal_digits() {
        let name = BlobId(std::array::from_fn(|at| u8::try_from(at * 8).unwrap()));
        let text = name.to_string();
        assert_eq!(text.parse(), Ok(name));
        assert_eq!(text.to_uppercase().parse(), Ok(name));
        let json = serde_json::to_string(&name).unwrap();
        assert_eq!(serde_json::from_str::<BlobId>(&json).unwrap(), name);
        let wrong =
            ["", &text[1..], &format!("{text}0"), &format!("+{}", &text[1..]), &format!("é{}", &text[2..])];
        for wrong in wrong {
            assert_eq!(wrong.parse::<BlobId>(), Err(InvalidBlobId), "{wrong}");
            assert!(serde_json::from_str::<BlobId>(&format!("\"{wrong}\"")).is_err());
        }
    }
}
