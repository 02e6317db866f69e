//! What a simulated program is, and the source text that says so.

use std::fmt::Write;

use weco_core::run::NodeId;

/// Everything that a simulated program's quality depends on. It is written into the program's text and read back
/// from it, so that only what passes through the core's prompts, replies and files is inherited.
#[derive(Clone, PartialEq, Debug)]
pub struct Genome {
    /// Which kind of solution it is, where a family has several.
    pub paradigm: u32,
    /// Faults that keep it from working; 0: it works.
    pub defects: u32,
    /// Its place in the family's landscape.
    pub genes: Vec<f64>,
}

/// The lines that carry the genome begin with these.
const PARADIGM: &str = "PARADIGM = ";
const DEFECTS: &str = "DEFECTS = ";
const GENES: &str = "GENES = [";

impl Genome {
    /// A program that works, of the only paradigm.
    pub fn of(genes: Vec<f64>) -> Self {
        Self { paradigm: 0, defects: 0, genes }
    }

    /// The program's source text as written at `step`. Numbers are written so that they are read back to the last bit.
    pub fn encode(&self, step: NodeId) -> String {
        let mut code = format!(
            "# solution of step {step}\nfrom task import run\n\n{PARADIGM}{}\n{DEFECTS}{}\n{GENES}",
            self.paradigm, self.defects
        );
        for (at, gene) in self.genes.iter().enumerate() {
            let _ = write!(code, "{}{gene:?}", if at == 0 { "" } else { ", " });
        }
        code.push_str("]\n\n\ndef solve(data):\n    return run(data, PARADIGM, GENES)\n");
        code
    }

    /// The genome of the first program in `text`, if there is one.
    pub fn decode(text: &str) -> Option<Self> {
        let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let genes = value(GENES)?.strip_suffix(']')?;
        let genes = genes.split(", ").filter(|gene| !gene.is_empty()).map(str::parse);
        Some(Self {
            paradigm: value(PARADIGM)?.parse().ok()?,
            defects: value(DEFECTS)?.parse().ok()?,
            genes: genes.collect::<Result<_, _>>().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_genome_survives_its_source_text(
            paradigm: u32,
            defects in 0..9u32,
            genes in proptest::collection::vec(-1e9..1e9f64, 0..20),
            step: u32,
        ) {
            let genome = Genome { paradigm, defects, genes };
            prop_assert_eq!(Genome::decode(&genome.encode(NodeId(step))), Some(genome));
        }
    }

    #[test]
    fn other_texts_are_no_genome() {
        assert_eq!(Genome::decode("print(1)\n"), None);
        assert_eq!(Genome::decode("PARADIGM = 1\nDEFECTS = x\nGENES = []\n"), None);
    }
}
