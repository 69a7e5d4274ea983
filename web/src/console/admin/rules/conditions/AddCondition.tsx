/** Owns the menu from which a condition or a group is added. */
import { Button, Menu } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Condition } from "../../../../api/rest";
import classes from "./Conditions.module.css";
import { begin, CONDITIONS_MAX, NESTING_MAX, SECTIONS } from "./model";
import { useTree } from "./tree";

interface AddConditionProps {
  level: number;
  onAdd(added: Condition): void;
}

export function AddCondition({ level, onAdd }: AddConditionProps) {
  const { t } = useTranslation();
  const tree = useTree();
  const full = tree.count >= CONDITIONS_MAX;
  const deep = level >= NESTING_MAX;
  return (
    <div className={classes.add}>
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} disabled={full}>
            {t("conditions.add")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown className={classes.menu}>
          {(Object.keys(SECTIONS) as (keyof typeof SECTIONS)[]).map((section) => (
            <div key={section}>
              <Menu.Label>{t(`conditions.sections.${section}`)}</Menu.Label>
              {SECTIONS[section].map((kind) => (
                <Menu.Item key={kind} onClick={() => onAdd(begin(kind))}>
                  {t(`conditions.kinds.${kind}`)}
                </Menu.Item>
              ))}
            </div>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button
        variant="subtle"
        size="xs"
        disabled={full || deep}
        onClick={() => onAdd(begin("any"))}
        title={deep ? t("conditions.deep", { count: NESTING_MAX }) : undefined}
      >
        {t("conditions.add_group")}
      </Button>
      {full && <span className={classes.second}>{t("conditions.limit", { count: CONDITIONS_MAX })}</span>}
    </div>
  );
}
