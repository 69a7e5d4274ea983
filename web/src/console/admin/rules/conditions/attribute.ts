/** Owns comparisons with an attribute: which of them suit a type, and changing one without losing its value. Pure. */
import type { Condition } from "../../../../api/rest";
import type { AttributeValue } from "../../../decisions/sentence";

export type AttributeTest = Extract<Condition, { type: "attribute" }>["test"];
export type TestKind = AttributeTest["is"];
export type ValueType = AttributeValue["type"];

/** Only numbers and times have an order; only texts contain others. */
export function allowedTests(type: ValueType): TestKind[] {
  switch (type) {
    case "text":
      return ["equal", "not_equal", "contains", "in"];
    case "number":
      return ["equal", "not_equal", "less", "at_most", "more", "at_least", "in"];
    case "boolean":
      return ["equal", "not_equal"];
    case "time":
      return ["less", "at_most", "more", "at_least"];
  }
}

export function emptyValue(type: ValueType): AttributeValue {
  switch (type) {
    case "text":
      return { type, value: "" };
    case "number":
      return { type, value: 0 };
    case "boolean":
      return { type, value: true };
    case "time":
      return { type, value: Math.floor(Date.now() / 60_000) * 60_000 };
  }
}

export function valueTypeOf(test: AttributeTest): ValueType {
  if (test.is === "contains") return "text";
  if (test.is === "in") return (test.value[0] as AttributeValue | undefined)?.type ?? "text";
  return (test.value as AttributeValue).type;
}

/** The same comparison of another type where that suits it, else the first that does. */
export function withType(test: AttributeTest, type: ValueType): AttributeTest {
  const allowed = allowedTests(type);
  const is = allowed.includes(test.is) ? test.is : (allowed[0] ?? "equal");
  return made(is, emptyValue(type));
}

/** Another comparison with the same value. */
export function withTest(test: AttributeTest, is: TestKind): AttributeTest {
  return made(is, single(test));
}

/** What was typed, in the form that the comparison has. */
export function withValue(test: AttributeTest, value: unknown): AttributeTest {
  return { ...test, value } as AttributeTest;
}

function single(test: AttributeTest): AttributeValue {
  if (test.is === "contains") return { type: "text", value: test.value };
  if (test.is === "in") return (test.value[0] as AttributeValue | undefined) ?? emptyValue("text");
  return test.value as AttributeValue;
}

function made(is: TestKind, value: AttributeValue): AttributeTest {
  if (is === "contains") return { is, value: value.type === "text" ? value.value : String(value.value) };
  if (is === "in") return { is, value: value.value === "" ? [] : [value] };
  return { is, value };
}
