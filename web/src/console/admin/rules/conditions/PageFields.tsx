/** Owns the inputs that say how a page is recognised. */
import { Autocomplete, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Condition, MatchOn, MatchType } from "../../../../api/rest";
import classes from "./Conditions.module.css";
import { suggestionsFor } from "./suggestions";
import { errorAt, useTree } from "./tree";

type PageMatch = Extract<Condition, { type: "page_sequence" }>["first"];

interface PageFieldsProps {
  legend: string;
  page: PageMatch;
  path: string;
  onChange(next: PageMatch): void;
}

export function PageFields({ legend, page, path, onChange }: PageFieldsProps) {
  const { t } = useTranslation();
  const tree = useTree();
  const match_on = page.match_on ?? "url";
  const match_type = page.match_type ?? "contains";
  return (
    <fieldset className={`${classes.fields} ${classes.full} ${classes.bare}`} aria-label={legend}>
      <Select
        className={classes.number}
        label={legend}
        allowDeselect={false}
        data={(["url", "page_title", "referrer"] as const).map((value) => ({
          value,
          label: t(`conditions.matches.${value}`),
        }))}
        value={match_on}
        onChange={(value) => value && onChange({ ...page, match_on: value as MatchOn })}
      />
      <Select
        className={classes.number}
        label={t("conditions.field.match_type")}
        allowDeselect={false}
        data={(["contains", "equals", "regex"] as const).map((value) => ({
          value,
          label: t(`conditions.matches.${value}`),
        }))}
        value={match_type}
        onChange={(value) => value && onChange({ ...page, match_type: value as MatchType })}
      />
      <Autocomplete
        className={classes.grow}
        label={t("conditions.field.match_value")}
        data={suggestionsFor(match_on, match_type, tree.pages)}
        spellCheck={false}
        maxLength={2_000}
        value={page.match_value}
        error={errorAt(tree, `${path}.match_value`)}
        onBlur={tree.leave}
        onChange={(match_value) => onChange({ ...page, match_value })}
      />
    </fieldset>
  );
}
