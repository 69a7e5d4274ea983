//! Owns the JSON schema (draft 2020-12) of a configuration file: made from the description of the interface, so that it cannot
//! drift from what is taken, with names where the interface has ids.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::names::{Named, Reference, left_out, references};
use crate::store::audit::AuditKind;

/// Where the schema stands.
pub const PATH: &str = "/api/configuration.schema.json";

const IN_DOCUMENT: &str = "#/components/schemas/";
const IN_SCHEMA: &str = "#/$defs/";

/// The lists of a site, and what each holds.
const OF_SITES: [(&str, &str, AuditKind); 3] = [
    ("offers", "NewOffer", AuditKind::Offer),
    ("queues", "NewQueue", AuditKind::Queue),
    ("rules", "NewRule", AuditKind::Rule),
];
const OF_ALL: [(&str, &str, AuditKind); 2] = [
    ("canned_replies", "NewCannedReply", AuditKind::CannedReply),
    ("webhooks", "NewWebhook", AuditKind::Webhook),
];

/// The schema, from the description of the interface.
///
/// # Panics
/// When the description has not what the file is made of, which a test would find.
#[must_use]
pub fn of(document: &OpenApi) -> Value {
    let document = serde_json::to_value(document).expect("the document is made of plain values");
    let mut all = document["components"]["schemas"].as_object().expect("a document with schemas").clone();
    all.values_mut().for_each(refer_to_definitions);
    for (list, item, kind) in OF_SITES {
        all["SiteSection"]["properties"][list]["items"] = json!({"$ref": format!("{IN_SCHEMA}{item}")});
        name_things(&mut all, item, kind);
    }
    for (list, item, kind) in OF_ALL {
        all["Configuration"]["properties"][list]["items"] = json!({"$ref": format!("{IN_SCHEMA}{item}")});
        name_things(&mut all, item, kind);
    }
    name_things(&mut all, "WorkspacePatch", AuditKind::Workspace);
    all["Configuration"]["properties"]["workspace"] = json!({"$ref": format!("{IN_SCHEMA}WorkspacePatch")});
    let mut used = Map::new();
    gather(&all, "Configuration", &mut used);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:beckon:configuration",
        "title": "A configuration of Beckon",
        "$ref": format!("{IN_SCHEMA}Configuration"),
        "$defs": used,
    })
}

fn refer_to_definitions(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get_mut("$ref")
                && let Some(name) = reference.strip_prefix(IN_DOCUMENT)
            {
                *reference = format!("{IN_SCHEMA}{name}");
            }
            fields.values_mut().for_each(refer_to_definitions);
        }
        Value::Array(items) => items.iter_mut().for_each(refer_to_definitions),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What is sent to make a thing becomes what stands in the file.
fn name_things(all: &mut Map<String, Value>, item: &str, kind: AuditKind) {
    let schema = &mut all[item];
    for name in left_out(kind) {
        remove(schema, name);
    }
    if matches!(kind, AuditKind::Offer | AuditKind::Queue | AuditKind::Rule | AuditKind::Webhook) {
        schema["properties"]["was"] = json!({
            "type": "string",
            "description": "Its name until now, when it is to have another.",
        });
    }
    for reference in references(kind) {
        name_place(all, &format!("{IN_SCHEMA}{item}"), reference.within, reference);
    }
}

/// Follows the fields that lead to a reference through the definitions, and gives it a name in place of an id.
fn name_place(all: &mut Map<String, Value>, definition: &str, within: &[&str], reference: &Reference) {
    let name = definition.strip_prefix(IN_SCHEMA).expect("a reference to a definition");
    if let Some((first, rest)) = within.split_first() {
        let mut next = Vec::new();
        each_shape(&mut all[name], &mut |shape| {
            next.extend(shape.get("properties").and_then(|fields| fields.get(first)).and_then(reference_in));
        });
        for definition in next {
            name_place(all, &definition, rest, reference);
        }
        return;
    }
    each_shape(&mut all[name], &mut |shape| {
        let Some(fields) = shape.get_mut("properties").and_then(Value::as_object_mut) else { return };
        let Some(before) = fields.remove(reference.id) else { return };
        fields.insert(reference.name.to_owned(), named(&before, reference.to));
        if let Some(required) = shape.get_mut("required").and_then(Value::as_array_mut) {
            for field in required.iter_mut().filter(|field| *field == reference.id) {
                *field = Value::from(reference.name);
            }
        }
    });
}

/// A schema and all shapes that it can have.
fn each_shape(schema: &mut Value, see: &mut impl FnMut(&mut Value)) {
    see(schema);
    for combined in ["oneOf", "anyOf", "allOf"] {
        for shape in schema.get_mut(combined).and_then(Value::as_array_mut).into_iter().flatten() {
            each_shape(shape, see);
        }
    }
}

fn reference_in(schema: &Value) -> Option<String> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return Some(reference.to_owned());
    }
    ["oneOf", "anyOf", "allOf"]
        .iter()
        .filter_map(|combined| schema.get(*combined).and_then(Value::as_array))
        .flatten()
        .find_map(reference_in)
}

fn named(before: &Value, to: Named) -> Value {
    let what = match to {
        Named::Site => "The name of a site.",
        Named::Offer => "The name of an offer of the same site.",
        Named::Queue => "The name of a queue of the same site.",
        Named::Rule => "The name of a rule of the same site.",
        Named::CannedReply => "The shortcut of a canned reply.",
        Named::Webhook => "The name of a webhook.",
        Named::User => "The e-mail of a user.",
    };
    if before["type"] == "array" {
        return json!({"type": "array", "items": {"type": "string"}, "description": what});
    }
    let may_be_null = before["type"].as_array().is_some_and(|types| types.contains(&Value::from("null")))
        || before["oneOf"]
            .as_array()
            .is_some_and(|shapes| shapes.iter().any(|shape| shape["type"] == "null"));
    let types = if may_be_null { json!(["string", "null"]) } else { json!("string") };
    json!({"type": types, "description": what})
}

fn remove(schema: &mut Value, name: &str) {
    if let Some(fields) = schema["properties"].as_object_mut() {
        fields.remove(name);
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|field| field != name);
    }
}

fn gather(all: &Map<String, Value>, name: &str, used: &mut Map<String, Value>) {
    if used.contains_key(name) {
        return;
    }
    let schema = all.get(name).unwrap_or_else(|| panic!("the description has no {name}"));
    used.insert(name.to_owned(), schema.clone());
    let mut names = Vec::new();
    names_in(schema, &mut names);
    for name in names {
        gather(all, &name, used);
    }
}

fn names_in(schema: &Value, names: &mut Vec<String>) {
    match schema {
        Value::Object(fields) => {
            let reference = fields.get("$ref").and_then(Value::as_str);
            names
                .extend(reference.and_then(|reference| reference.strip_prefix(IN_SCHEMA)).map(str::to_owned));
            fields.values().for_each(|field| names_in(field, names));
        }
        Value::Array(items) => items.iter().for_each(|item| names_in(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
