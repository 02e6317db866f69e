//! Judges a literal by what surrounds it in the syntax tree.

use tree_sitter::Node;

use super::naming::{self, Place};
use crate::literal::Tier;

/// A node on the way from the root to a literal.
#[derive(Clone, Copy)]
pub(super) struct Frame<'tree> {
    /// The node.
    pub(super) node: Node<'tree>,
    /// Which field of its parent it is.
    pub(super) field: Option<&'tree str>,
}

/// What the surroundings say.
pub(super) struct Verdict {
    /// What the literal is called.
    pub(super) name: String,
    /// Its place; `None` if it belongs to the structure.
    pub(super) place: Option<Place>,
}

/// A list this long is data, not a setting.
const LONGEST_LIST: usize = 16;

/// No target or callee is longer, in bytes.
const LONGEST_NAME: usize = 160;

/// What is farther up than this does not say anything about a literal; bounds the cost in absurd nestings.
const HORIZON: usize = 24;

/// Places in which a literal is never tuned, whatever encloses them.
fn is_structure(kind: &str) -> bool {
    kind.starts_with("import_")
        || kind.starts_with("preproc_include")
        || matches!(
            kind,
            "future_import_statement"
                | "type"
                | "type_annotation"
                | "type_arguments"
                | "type_alias_declaration"
                | "type_item"
                | "type_parameters"
                | "generic_type"
                | "interface_declaration"
                | "literal_type"
                | "array_type"
                | "const_parameter"
                | "enum_specifier"
                | "enum_item"
                | "enum_declaration"
                | "enum_variant"
                | "enumerator"
                | "enum_body"
                | "attribute_item"
                | "inner_attribute_item"
                | "attribute_declaration"
                | "attribute_specifier"
                | "match_pattern"
                | "case_pattern"
                | "tuple_pattern"
                | "slice_pattern"
                | "range_pattern"
                | "format_specifier"
                | "template_argument_list"
                | "array_declarator"
                | "bitfield_clause"
                | "static_assert_declaration"
                | "use_declaration"
                | "extern_crate_declaration"
                | "slice"
                | "subscript_argument_list"
                | "gnu_asm_expression"
                | "alignas_qualifier"
                | "tuple_struct_pattern"
                | "assert_statement"
                | "print_statement"
                | "delete_statement"
        )
}

/// Fields in which a literal is structure when it stands in them directly.
fn is_structural_field(parent: &str, field: Option<&str>) -> bool {
    match (parent, field) {
        ("subscript", Some("subscript"))
        | ("subscript_expression", Some("index" | "indices"))
        | ("field_expression", Some("field"))
        | ("case_statement" | "switch_case" | "enum_assignment", Some("value"))
        | ("preproc_if" | "preproc_elif", Some("condition"))
        | ("match_arm" | "case_clause", Some("pattern")) => true,
        // Rust's `a[0]` has no fields: the index is what follows the expression.
        ("index_expression", _) => true,
        _ => false,
    }
}

fn is_function(kind: &str) -> bool {
    matches!(
        kind,
        "function_definition"
            | "function_item"
            | "function_declaration"
            | "arrow_function"
            | "method_definition"
            | "lambda"
            | "closure_expression"
            | "function_expression"
            | "lambda_expression"
            | "generator_function_declaration"
            | "generator_function"
    )
}

fn is_list(kind: &str) -> bool {
    matches!(
        kind,
        "list"
            | "tuple"
            | "set"
            | "array"
            | "array_expression"
            | "tuple_expression"
            | "initializer_list"
            | "expression_list"
    )
}

/// How a node binds a name to a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Binding {
    /// By its syntax a setting: a constant, an entry, a default, a keyword argument.
    Setting,
    /// A variable.
    Variable,
}

fn binding(kind: &str) -> Option<Binding> {
    Some(match kind {
        "keyword_argument"
        | "default_parameter"
        | "typed_default_parameter"
        | "pair"
        | "const_item"
        | "static_item"
        | "field_initializer"
        | "field_declaration"
        | "optional_parameter_declaration"
        | "preproc_def"
        | "assignment_pattern"
        | "object_assignment_pattern"
        | "required_parameter"
        | "optional_parameter"
        | "public_field_definition"
        | "field_definition"
        | "initializer_pair"
        | "jsx_attribute" => Binding::Setting,
        "assignment"
        | "augmented_assignment"
        | "named_expression"
        | "let_declaration"
        | "assignment_expression"
        | "compound_assignment_expr"
        | "augmented_assignment_expression"
        | "init_declarator"
        | "variable_declarator" => Binding::Variable,
        _ => return None,
    })
}

/// Judges the literal at the end of `path` (root first, the literal last).
pub(super) fn judge(path: &[Frame<'_>], source: &str) -> Verdict {
    let mut climb = Climb { source, name: None, element: None, direct: true, structure: false, place: None };
    let path = &path[path.len().saturating_sub(HORIZON)..];
    for (depth, pair) in path.windows(2).enumerate().rev() {
        let (parent, child) = (pair[0], pair[1]);
        if climb.structure && climb.place.is_some() {
            break;
        }
        climb.structure |= is_structure(parent.node.kind());
        if climb.place.is_none() && !climb.step(parent.node, child, &path[..=depth]) {
            climb.place = Some(Place { tier: Tier::Expression, direct: false, setting: false });
        }
    }
    climb.verdict()
}

/// The way from a literal towards the root, until what it is bound to.
struct Climb<'a> {
    source: &'a str,
    name: Option<String>,
    element: Option<usize>,
    direct: bool,
    structure: bool,
    place: Option<Place>,
}

impl Climb<'_> {
    /// Looks at a parent; false when nothing beyond it can bind the literal.
    fn step(&mut self, parent: Node<'_>, child: Frame<'_>, above: &[Frame<'_>]) -> bool {
        let kind = parent.kind();
        self.structure |= self.direct && is_structural_field(kind, child.field);
        if let Some(binding) = binding(kind) {
            self.bind(binding, parent, child, above);
        } else if is_list(kind) {
            self.list(parent, child.node);
        } else if matches!(
            kind,
            "binary_operator" | "binary_expression" | "comparison_operator" | "boolean_operator"
        ) {
            self.operand(parent);
        } else if matches!(kind, "call" | "call_expression" | "new_expression" | "macro_invocation") {
            self.argument(parent, child);
        } else if is_function(kind)
            || kind.ends_with("_statement")
            || matches!(kind, "block" | "module" | "program")
        {
            return false;
        }
        true
    }

    fn bind(&mut self, binding: Binding, parent: Node<'_>, child: Frame<'_>, above: &[Frame<'_>]) {
        let attribute = parent.kind() == "jsx_attribute";
        let value = attribute || matches!(child.field, Some("value" | "right" | "default_value"));
        // A key, a pattern or a target is no value.
        self.structure |= !value;
        let name = ["name", "left", "key", "declarator", "pattern", "field", "property", "designator"]
            .iter()
            .find_map(|field| parent.child_by_field_name(field))
            .or_else(|| parent.named_child(0).filter(|_| attribute))
            .map(|node| self.target(text(node, self.source)))
            .unwrap_or_default();
        let constant = naming::is_constant(&name) || binding == Binding::Setting;
        let outermost = !above.iter().any(|frame| is_function(frame.node.kind()));
        let tier = match (constant, self.direct) {
            (true, _) => Tier::Constant,
            (false, true) if outermost && parent.kind() != "augmented_assignment" => Tier::Constant,
            (false, true) => Tier::Assignment,
            (false, false) => Tier::Expression,
        };
        self.structure |= naming::is_fixed(&name);
        self.place = Some(Place { tier, direct: self.direct, setting: constant });
        if !name.is_empty() {
            self.name = Some(name);
        }
    }

    /// The name in a target; of several (`a, b = 3, 4`), the one in the literal's place.
    fn target(&mut self, target: &str) -> String {
        let names: Vec<&str> = target.split(',').collect();
        match self.element.and_then(|at| names.get(at)) {
            Some(name) if names.len() > 1 => {
                self.element = None;
                last_word(name).to_owned()
            }
            _ => last_word(target).to_owned(),
        }
    }

    fn list(&mut self, list: Node<'_>, child: Node<'_>) {
        self.structure |= list.named_child_count() > LONGEST_LIST;
        let mut cursor = list.walk();
        self.element =
            list.named_children(&mut cursor).take(LONGEST_LIST).position(|element| element == child);
    }

    fn operand(&mut self, parent: Node<'_>) {
        let operator = parent.child_by_field_name("operator").or_else(|| parent.child(1));
        let operator = operator.map(|node| text(node, self.source)).unwrap_or_default();
        let exact = matches!(
            operator,
            "==" | "!=" | "===" | "!==" | "<<" | ">>" | ">>>" | "&" | "|" | "^" | "**" | "in" | "is"
        );
        self.structure |= exact && self.direct;
        self.direct = false;
    }

    fn argument(&mut self, call: Node<'_>, child: Frame<'_>) {
        if matches!(child.field, Some("function" | "constructor" | "macro")) {
            return;
        }
        let callee =
            ["function", "constructor", "macro"].iter().find_map(|field| call.child_by_field_name(field));
        let callee = callee.map(|node| last_word(text(node, self.source))).unwrap_or_default();
        let macro_call = call.kind() == "macro_invocation" && callee != "vec";
        self.structure |= macro_call || naming::is_fixed_call(callee) || naming::is_fixed(callee);
        self.direct = false;
        if self.name.is_none() && !callee.is_empty() {
            self.name = Some(format!("{callee}()"));
        }
    }

    fn verdict(self) -> Verdict {
        let name = match (self.name, self.element) {
            (Some(name), Some(at)) => format!("{name}[{at}]"),
            (Some(name), None) => name,
            (None, _) => String::new(),
        };
        Verdict { name, place: self.place.filter(|_| !self.structure) }
    }
}

/// A node's text; nothing for what is too long to be a name.
fn text<'a>(node: Node<'_>, source: &'a str) -> &'a str {
    source.get(node.byte_range()).filter(|text| text.len() <= LONGEST_NAME).unwrap_or_default()
}

/// The last identifier of `a.b.c`, `*p`, `x: T`, `"key"`.
fn last_word(text: &str) -> &str {
    let quoted = text.trim().trim_matches(['"', '\'', '`']);
    let plain =
        quoted.split(['(', '[', '<', ':', '\n']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let plain = if quoted.contains("::") { quoted } else { plain };
    plain
        .trim()
        .rsplit(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '$')))
        .find(|word| !word.is_empty())
        .unwrap_or_default()
}
