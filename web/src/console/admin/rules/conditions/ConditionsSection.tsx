/** Owns the section of a rule's further conditions: none, or a tree of groups. */
import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Condition, RuleBody } from "../../../../api/rest";
import { useSeen, useSiteZone } from "../../../api/queries";
import type { Editor } from "../../../ui/editor";
import { Section } from "../../../ui/form";
import classes from "./Conditions.module.css";
import { GroupEditor } from "./GroupEditor";
import { begin, count, isGroup } from "./model";
import { TreeProvider } from "./tree";

const ROOT = "plan.conditions";

export function ConditionsSection({ editor, site }: { editor: Editor<RuleBody>; site: string }) {
  const { t } = useTranslation();
  const { form } = editor;
  const seen = useSeen(site).data;
  const time_zone = useSiteZone(site);
  const root = rooted(form.values.plan.conditions ?? null);
  const change = (next: Condition | null) => {
    // Messages belong to places in the tree, which may now be other conditions.
    for (const path of Object.keys(form.errors)) if (path.startsWith(ROOT)) form.clearFieldError(path);
    form.setFieldValue(ROOT, next as never);
  };
  const errors = Object.entries(form.errors).filter(([path]) => path.startsWith(ROOT));
  return (
    <Section title={t("conditions.title")} text={t("conditions.text")}>
      {root === null ? (
        <Group justify="space-between" gap={8}>
          <span className={classes.second}>{t("conditions.none")}</span>
          <Button variant="default" size="xs" onClick={() => change(begin("all"))}>
            {t("conditions.start")}
          </Button>
        </Group>
      ) : (
        <TreeProvider
          value={{
            errors: Object.fromEntries(errors.map(([path, message]) => [path, String(message)])),
            attributes: seen?.attributes ?? [],
            events: seen?.events ?? [],
            pages: seen?.pages ?? [],
            time_zone,
            count: count(root),
            leave: editor.check,
          }}
        >
          <GroupEditor group={root} path={ROOT} level={1} onChange={change} />
          <div>
            <Button variant="subtle" color="gray" size="xs" onClick={() => change(null)}>
              {t("conditions.clear")}
            </Button>
          </div>
        </TreeProvider>
      )}
    </Section>
  );
}

/** A rule made elsewhere may have a single condition: it is shown in a group, and saved so once it is changed. */
function rooted(conditions: Condition | null): Condition | null {
  if (conditions === null || isGroup(conditions)) return conditions;
  return { type: "all", of: [conditions] };
}
