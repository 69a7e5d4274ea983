//! Owns what two states of a thing differ in, as JSON pointers (RFC 6901) with the values of both. Reads nothing.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::check::escaped;

/// One place in which two states differ.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Difference {
    /// JSON pointer (RFC 6901) of the place.
    pub pointer: String,
    /// What stood there; absent when nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub before: Option<Value>,
    /// What stands there; absent when nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub after: Option<Value>,
}

/// All places in which `before` and `after` differ, as deep as both have the same shape, in the order of their pointers. Lists
/// of another length are one place.
#[must_use]
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(String::new(), Some(before), Some(after), &mut found);
    found
}

fn compare(at: String, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    match (before, after) {
        (before, after) if before == after => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for name in names {
                compare(format!("{at}/{}", escaped(name)), before.get(name), after.get(name), found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                compare(format!("{at}/{index}"), Some(before), Some(after), found);
            }
        }
        (before, after) => {
            found.push(Difference { pointer: at, before: before.cloned(), after: after.cloned() });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointers(before: &Value, after: &Value) -> Vec<String> {
        differences(before, after).into_iter().map(|difference| difference.pointer).collect()
    }

    // spec: A-4
    #[test]
    fn differences_are_as_deep_as_the_shape_is_the_same() {
        let before = json!({"a": 1, "b": {"c/d": [1, 2], "e": [1]}, "f": null});
        let after = json!({"a": 1, "b": {"c/d": [1, 3], "e": [1, 2]}, "g": 0});
        assert_eq!(pointers(&before, &after), ["/b/c~1d/1", "/b/e", "/f", "/g"]);
        assert_eq!(pointers(&before, &before), [""; 0]);
        assert_eq!(pointers(&json!(1), &json!(2)), [""]);
    }

    // spec: A-4
    #[test]
    fn what_is_null_is_told_from_what_is_absent() {
        let [gone, new] = &differences(&json!({"f": null}), &json!({"g": null}))[..] else { panic!() };
        assert_eq!((&gone.before, &gone.after), (&Some(Value::Null), &None));
        assert_eq!((&new.before, &new.after), (&None, &Some(Value::Null)));
    }
}
