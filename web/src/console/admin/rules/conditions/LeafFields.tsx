/** Owns the inputs of a condition that compares something, by its kind. */
import {
  Autocomplete,
  Checkbox,
  Chip,
  Group,
  Input,
  NumberInput,
  Select,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Condition } from "../../../../api/rest";
import { AttributeFields } from "./AttributeFields";
import classes from "./Conditions.module.css";
import { isGroup, type LeafKind } from "./model";
import { PageFields } from "./PageFields";
import { errorAt, useTree } from "./tree";

interface LeafFieldsProps {
  condition: Condition;
  path: string;
  onChange(next: Condition): void;
}

type NumberField = "at_least_s" | "at_most_s" | "within_s" | "at_least" | "at_least_percent";

const DEVICES = ["desktop", "phone", "tablet"] as const;
const UTMS = ["source", "medium", "campaign", "term", "content"] as const;
const WEEKDAYS = ["1", "2", "3", "4", "5", "6", "7"] as const;

export function LeafFields(props: LeafFieldsProps) {
  const { t } = useTranslation();
  const { condition } = props;
  if (isGroup(condition)) return null;
  const name = t(`conditions.kinds.${condition.type as LeafKind}`);
  return (
    <fieldset className={`${classes.leaf} ${classes.bare}`} aria-label={name}>
      <div className={classes.kind}>{name}</div>
      <div className={classes.fields}>
        <Fields {...props} />
      </div>
    </fieldset>
  );
}

function Fields({ condition, path, onChange }: LeafFieldsProps) {
  const { t } = useTranslation();
  const tree = useTree();
  const error = (field: string) => errorAt(tree, `${path}.${field}`);
  const number = (field: NumberField, value: number) => (
    <NumberField
      field={field}
      value={value}
      error={error(field)}
      onChange={(next) => onChange({ ...condition, [field]: next } as Condition)}
    />
  );
  switch (condition.type) {
    case "all":
    case "any":
    case "not":
      return null;
    case "time_on_form":
    case "form_idle":
    case "time_on_site":
    case "inactivity":
      return number("at_least_s", condition.at_least_s);
    case "pages_viewed":
    case "visit_number":
    case "previous_chats":
      return number("at_least", condition.at_least);
    case "queue_wait":
      return number("at_most_s", condition.at_most_s);
    case "scroll_depth":
      return number("at_least_percent", condition.at_least_percent);
    case "returning_visitor":
    case "exit_intent":
      return <span className={classes.nothing}>{t(`conditions.sentence.${condition.type}`)}</span>;
    case "identified":
      return <TrustField value={condition.trust} onChange={(trust) => onChange({ ...condition, trust })} />;
    case "referrer":
      return (
        <TextInput
          className={classes.grow}
          label={t("conditions.field.contains")}
          spellCheck={false}
          maxLength={2_000}
          value={condition.contains}
          error={error("contains")}
          onBlur={tree.leave}
          onChange={(event) => onChange({ ...condition, contains: event.currentTarget.value })}
        />
      );
    case "utm":
      return (
        <>
          <Select
            className={classes.short}
            label={t("conditions.field.parameter")}
            allowDeselect={false}
            data={UTMS.map((value) => ({ value, label: t(`conditions.utms.${value}`) }))}
            value={condition.parameter}
            onChange={(value) =>
              value && onChange({ ...condition, parameter: value as (typeof UTMS)[number] })
            }
          />
          <TextInput
            className={classes.grow}
            label={t("conditions.field.equals")}
            spellCheck={false}
            maxLength={256}
            value={condition.equals}
            error={error("equals")}
            onBlur={tree.leave}
            onChange={(event) => onChange({ ...condition, equals: event.currentTarget.value })}
          />
        </>
      );
    case "device":
      return (
        <Checkbox.Group
          className={classes.full}
          label={t("conditions.field.devices")}
          value={condition.any_of}
          error={error("any_of")}
          onChange={(any_of) => onChange({ ...condition, any_of: any_of as (typeof DEVICES)[number][] })}
        >
          <Group gap={16} mt={4}>
            {DEVICES.map((value) => (
              <Checkbox key={value} value={value} label={t(`visitors.devices.${value}`)} />
            ))}
          </Group>
        </Checkbox.Group>
      );
    case "language":
      return (
        <TagsInput
          className={classes.full}
          label={t("conditions.field.languages")}
          description={t("conditions.field.languages_help")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          data={["en", "de", "fr", "it", "es", "nl", "pl", "pt", "sv", "nb", "da", "fi"]}
          maxTags={40}
          acceptValueOnBlur
          value={condition.any_of}
          error={error("any_of")}
          onChange={(any_of) => onChange({ ...condition, any_of })}
        />
      );
    case "local_time":
      return <LocalTimeFields condition={condition} path={path} onChange={onChange} />;
    case "attribute":
      return <AttributeFields condition={condition} path={path} onChange={onChange} />;
    case "custom_event":
      return (
        <>
          <Autocomplete
            className={classes.grow}
            label={t("conditions.field.name")}
            data={tree.events}
            maxLength={64}
            spellCheck={false}
            value={condition.name}
            error={error("name")}
            onBlur={tree.leave}
            onChange={(name) => onChange({ ...condition, name })}
          />
          {number("at_least", condition.at_least)}
          {number("within_s", condition.within_s)}
        </>
      );
    case "page_sequence":
      return (
        <>
          <PageFields
            legend={t("conditions.field.first")}
            page={condition.first}
            path={`${path}.first`}
            onChange={(first) => onChange({ ...condition, first })}
          />
          <PageFields
            legend={t("conditions.field.second")}
            page={condition.then}
            path={`${path}.then`}
            onChange={(then) => onChange({ ...condition, then })}
          />
          {number("within_s", condition.within_s)}
        </>
      );
  }
}

interface NumberFieldProps {
  field: NumberField;
  value: number;
  error: string | undefined;
  onChange(value: number): void;
}

function NumberField({ field, value, error, onChange }: NumberFieldProps) {
  const { t } = useTranslation();
  const tree = useTree();
  return (
    <NumberInput
      className={classes.number}
      label={t(`conditions.field.${field}`)}
      allowDecimal={false}
      allowNegative={false}
      value={value}
      error={error}
      onBlur={tree.leave}
      // An empty input is no number; the server and the check say so.
      onChange={(next) => onChange(next as number)}
    />
  );
}

type Trust = "any" | "signed";

export function TrustField({ value, onChange }: { value: Trust | undefined; onChange(value: Trust): void }) {
  const { t } = useTranslation();
  return (
    <Select
      className={classes.short}
      label={t("conditions.field.trust")}
      allowDeselect={false}
      data={(["any", "signed"] as const).map((trust) => ({
        value: trust,
        label: t(`conditions.trusts.${trust}`),
      }))}
      value={value ?? "any"}
      onChange={(trust) => trust && onChange(trust as Trust)}
    />
  );
}

type LocalTime = Extract<Condition, { type: "local_time" }>;

function LocalTimeFields({ condition, path, onChange }: LeafFieldsProps & { condition: LocalTime }) {
  const { t } = useTranslation();
  const tree = useTree();
  const time = (field: "from" | "to") => (
    <TextInput
      className={classes.number}
      label={t(`conditions.field.${field}`)}
      placeholder="09:00"
      inputMode="numeric"
      maxLength={5}
      value={condition[field]}
      error={errorAt(tree, `${path}.${field}`)}
      onBlur={tree.leave}
      onChange={(event) => onChange({ ...condition, [field]: event.currentTarget.value })}
    />
  );
  return (
    <>
      <Input.Wrapper
        className={classes.full}
        label={t("conditions.field.weekdays")}
        error={errorAt(tree, `${path}.weekdays`)}
      >
        <Chip.Group
          multiple
          value={condition.weekdays.map(String)}
          onChange={(days) => onChange({ ...condition, weekdays: days.map(Number).sort((a, b) => a - b) })}
        >
          <Group gap={4} mt={4}>
            {WEEKDAYS.map((day) => (
              <Chip key={day} value={day} size="xs" variant="outline">
                {t(`conditions.weekdays.${day}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Input.Wrapper>
      {time("from")}
      {time("to")}
      <p className={`${classes.second} ${classes.full}`}>{t("conditions.field.time_help")}</p>
    </>
  );
}
