//! Proves that the description of the REST interface is what clients were made from: the web package has a copy.

use std::collections::BTreeSet;
use std::path::Path;

use beckon_server::http::openapi;
use serde_json::Value;

use super::place::Place;

/// Set to anything, this variable renews the copy.
const RENEW: &str = "UPDATE";

#[test]
fn the_copy_of_the_web_package_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/api/openapi.json");
    let mut text = openapi::parts().1.to_pretty_json().unwrap();
    text.push('\n');
    if std::env::var_os(RENEW).is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let copy = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        copy == text,
        "web/src/api/openapi.json is stale: run the tests once with {RENEW}=1 and look at the difference"
    );
}

#[test]
fn every_route_says_what_it_takes_and_answers() {
    let document = serde_json::to_value(openapi::parts().1).unwrap();
    let mut lines = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            lines.push(line(method, path, operation));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_route_has_a_name_of_its_own_and_words() {
    let document = serde_json::to_value(openapi::parts().1).unwrap();
    let mut names = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            assert!(names.insert(name.clone()), "{method} {path}: {name} is there twice");
            assert!(operation["summary"].is_string(), "{method} {path} says nothing");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let about = response.get("description").and_then(Value::as_str);
                assert!(about != Some(""), "{method} {path} {status} says nothing");
            }
        }
    }
}

#[tokio::test]
async fn the_server_serves_its_description() {
    let place = Place::empty().await;
    let served = place.browser().get("/api/openapi.json").await.ok();
    assert_eq!(served["openapi"], "3.1.0");
    assert_eq!(served, serde_json::to_value(openapi::parts().1).unwrap());
    assert_eq!(served["components"]["securitySchemes"]["session"]["name"], "beckon_session");
}

#[test]
fn every_reference_leads_somewhere() {
    let document = serde_json::to_value(openapi::parts().1).unwrap();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 50);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn line(method: &str, path: &str, operation: &Value) -> String {
    let mut parts = vec![format!("{} {path}", method.to_uppercase())];
    if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema/$ref") {
        parts.push(format!("takes {}", name(schema)));
    }
    for (status, response) in operation["responses"].as_object().unwrap() {
        match response.pointer("/content/application~1json/schema/$ref") {
            Some(schema) => parts.push(format!("{status} {}", name(schema))),
            None => parts.push(status.clone()),
        }
    }
    parts.join(", ")
}

fn name(reference: &Value) -> &str {
    reference.as_str().unwrap().rsplit('/').next().unwrap()
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            references.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| collect(field, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
