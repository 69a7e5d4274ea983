/** Owns a group of conditions: which kind it is, what stands in it and in which order, and adding to it. */
import { ActionIcon, Menu, Select } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Condition } from "../../../../api/rest";
import { conditionSentence } from "../../../decisions/sentence";
import { AddCondition } from "./AddCondition";
import classes from "./Conditions.module.css";
import { LeafFields } from "./LeafFields";
import {
  append,
  type GroupKind,
  inner,
  isGroup,
  move,
  NESTING_MAX,
  pathOf,
  regroup,
  removeAt,
  replaceAt,
  wrap,
} from "./model";
import { useTree } from "./tree";

interface GroupEditorProps {
  group: Condition;
  path: string;
  /** 1 for the outermost group. */
  level: number;
  onChange(next: Condition): void;
}

const KINDS: GroupKind[] = ["all", "any", "not"];

export function GroupEditor({ group, path, level, onChange }: GroupEditorProps) {
  const { t } = useTranslation();
  const tree = useTree();
  const box = useRef<HTMLFieldSetElement>(null);
  const held = inner(group);
  const empty = group.type === "any" ? "conditions.empty_any" : "conditions.empty_all";
  const add = (added: Condition) => {
    onChange(append(group, added));
    focusLast(box);
  };
  const own = tree.errors[path];
  return (
    <fieldset className={classes.group} ref={box}>
      <legend>
        <Select
          size="xs"
          w={230}
          aria-label={t("conditions.group")}
          allowDeselect={false}
          data={KINDS.map((kind) => ({ value: kind, label: t(`conditions.groups.${kind}`) }))}
          value={group.type}
          onChange={(kind) => kind && onChange(regroup(group, kind as GroupKind))}
        />
      </legend>
      {held.length === 0 && <p className={classes.second}>{t(empty)}</p>}
      <ol className={classes.items}>
        {held.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the conditions of a group are told apart by their place
          <li key={index} className={classes.item}>
            <div className={classes.body}>
              {isGroup(one) ? (
                <GroupEditor
                  group={one}
                  path={pathOf(path, group, index)}
                  level={level + 1}
                  onChange={(next) => onChange(replaceAt(group, index, next))}
                />
              ) : (
                <LeafFields
                  condition={one}
                  path={pathOf(path, group, index)}
                  onChange={(next) => onChange(replaceAt(group, index, next))}
                />
              )}
            </div>
            <ItemMenu group={group} index={index} one={one} level={level} onChange={onChange} />
          </li>
        ))}
      </ol>
      {own && (
        <p className={classes.error} role="alert">
          {own}
        </p>
      )}
      <AddCondition level={level} onAdd={add} />
    </fieldset>
  );
}

interface ItemMenuProps {
  group: Condition;
  index: number;
  one: Condition;
  level: number;
  onChange(next: Condition): void;
}

/** Everything that can be done to one condition, also by keyboard. */
function ItemMenu({ group, index, one, level, onChange }: ItemMenuProps) {
  const { t } = useTranslation();
  const what = conditionSentence(one, t, useTree().time_zone);
  const last = inner(group).length - 1;
  const ordered = group.type === "all" || group.type === "any";
  const fits = level < NESTING_MAX;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon aria-label={t("conditions.menu", { what })}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {ordered && (
          <>
            <Menu.Item disabled={index === 0} onClick={() => onChange(move(group, index, -1))}>
              {t("action.move_up")}
            </Menu.Item>
            <Menu.Item disabled={index === last} onClick={() => onChange(move(group, index, 1))}>
              {t("action.move_down")}
            </Menu.Item>
          </>
        )}
        {!isGroup(one) && (
          <Menu.Item disabled={!fits} onClick={() => onChange(replaceAt(group, index, wrap(one)))}>
            {t("conditions.wrap_one")}
          </Menu.Item>
        )}
        <Menu.Item color="red" onClick={() => onChange(removeAt(group, index))}>
          {t("action.remove")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** What was added can be filled in at once. */
function focusLast(box: React.RefObject<HTMLFieldSetElement | null>): void {
  requestAnimationFrame(() => {
    const items = box.current?.querySelectorAll<HTMLElement>(":scope > ol > li");
    const last = items?.[items.length - 1];
    last?.querySelector<HTMLElement>("input, select, textarea, button")?.focus();
  });
}
