/** Owns the inputs of a condition on an attribute: its name, how far it is trusted, the comparison and the typed value. */
import { Autocomplete, NumberInput, Select, TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Condition } from "../../../../api/rest";
import type { AttributeValue } from "../../../decisions/sentence";
import { momentAt, shownAt } from "../../../ui/zoned";
import {
  allowedTests,
  emptyValue,
  type TestKind,
  type ValueType,
  valueTypeOf,
  withTest,
  withType,
  withValue,
} from "./attribute";
import classes from "./Conditions.module.css";
import { TrustField } from "./LeafFields";
import { errorAt, useTree } from "./tree";

type AttributeCondition = Extract<Condition, { type: "attribute" }>;

interface AttributeFieldsProps {
  condition: AttributeCondition;
  path: string;
  onChange(next: Condition): void;
}

const TYPES: ValueType[] = ["text", "number", "boolean", "time"];

export function AttributeFields({ condition, path, onChange }: AttributeFieldsProps) {
  const { t } = useTranslation();
  const tree = useTree();
  const type = valueTypeOf(condition.test);
  /** A name that was seen brings its type along while no value is given. */
  const rename = (name: string) => {
    const seen = tree.attributes.find((attribute) => attribute.name === name)?.value_type as
      | ValueType
      | undefined;
    const untouched = JSON.stringify(condition.test.value) === JSON.stringify(emptyValue(type));
    const test = seen && untouched && seen !== type ? withType(condition.test, seen) : condition.test;
    onChange({ ...condition, name, test });
  };
  return (
    <>
      <Autocomplete
        className={classes.grow}
        label={t("conditions.field.name")}
        data={tree.attributes.map((attribute) => attribute.name)}
        maxLength={64}
        spellCheck={false}
        value={condition.name}
        error={errorAt(tree, `${path}.name`)}
        onBlur={tree.leave}
        onChange={rename}
      />
      <TrustField value={condition.trust} onChange={(trust) => onChange({ ...condition, trust })} />
      <Select
        className={classes.number}
        label={t("conditions.field.value_type")}
        allowDeselect={false}
        data={TYPES.map((value) => ({ value, label: t(`conditions.value_types.${value}`) }))}
        value={type}
        onChange={(next) =>
          next && onChange({ ...condition, test: withType(condition.test, next as ValueType) })
        }
      />
      <Select
        className={classes.short}
        label={t("conditions.field.test")}
        allowDeselect={false}
        data={allowedTests(type).map((value) => ({ value, label: t(`conditions.tests.${value}`) }))}
        value={condition.test.is}
        onChange={(next) =>
          next && onChange({ ...condition, test: withTest(condition.test, next as TestKind) })
        }
      />
      <ValueField condition={condition} path={path} onChange={onChange} />
    </>
  );
}

function ValueField({ condition, path, onChange }: AttributeFieldsProps) {
  const { t } = useTranslation();
  const tree = useTree();
  const error = errorAt(tree, `${path}.test.value`);
  const { test } = condition;
  const type = valueTypeOf(test);
  const set = (value: unknown) => onChange({ ...condition, test: withValue(test, value) });
  if (test.is === "in") {
    const values = test.value as AttributeValue[];
    return (
      <TagsInput
        className={classes.full}
        label={t("conditions.field.values")}
        description={t("conditions.field.values_help")}
        inputWrapperOrder={["label", "input", "description", "error"]}
        maxTags={100}
        acceptValueOnBlur
        value={values.map((value) => String(value.value))}
        error={error}
        onChange={(texts) => set(texts.map((text) => typed(text, type)).filter((value) => value !== null))}
      />
    );
  }
  if (test.is === "contains") {
    return (
      <TextInput
        className={classes.grow}
        label={t("conditions.field.value")}
        maxLength={256}
        spellCheck={false}
        value={test.value}
        error={error}
        onBlur={tree.leave}
        onChange={(event) => set(event.currentTarget.value)}
      />
    );
  }
  const value = test.value as AttributeValue;
  switch (value.type) {
    case "text":
      return (
        <TextInput
          className={classes.grow}
          label={t("conditions.field.value")}
          maxLength={256}
          spellCheck={false}
          value={value.value}
          error={error}
          onBlur={tree.leave}
          onChange={(event) => set({ type: "text", value: event.currentTarget.value })}
        />
      );
    case "number":
      return (
        <NumberInput
          className={classes.short}
          label={t("conditions.field.value")}
          value={value.value}
          error={error}
          onBlur={tree.leave}
          onChange={(next) =>
            set({ type: "number", value: typeof next === "number" ? next : Number(next) || 0 })
          }
        />
      );
    case "boolean":
      return (
        <Select
          className={classes.number}
          label={t("conditions.field.value")}
          allowDeselect={false}
          data={(["true", "false"] as const).map((one) => ({
            value: one,
            label: t(`conditions.booleans.${one}`),
          }))}
          value={value.value ? "true" : "false"}
          onChange={(next) => set({ type: "boolean", value: next === "true" })}
        />
      );
    case "time":
      return (
        <TextInput
          className={classes.grow}
          type="datetime-local"
          label={t("conditions.field.value_at", { zone: tree.time_zone })}
          value={shownAt(value.value, tree.time_zone)}
          error={error}
          onBlur={tree.leave}
          onChange={(event) => {
            const at = momentAt(event.currentTarget.value, tree.time_zone);
            if (at !== null) set({ type: "time", value: at });
          }}
        />
      );
  }
}

function typed(text: string, type: ValueType): AttributeValue | null {
  if (type !== "number") return { type: "text", value: text };
  const number = Number(text.replace(",", "."));
  return Number.isFinite(number) && text.trim() !== "" ? { type: "number", value: number } : null;
}
