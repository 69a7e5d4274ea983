/** Owns the fields of one form: adding, taking away, and their order, which is changed by dragging, by buttons and by keys. */
import { Button, Group, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FormField, QueueBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import { FieldEditor } from "./FieldEditor";
import { emptyField, keyFor } from "./model";
import { placeOf } from "./order";
import classes from "./Queues.module.css";

const FIELDS_MAX = 30;
export type FormPath = "plan.form_reactive" | "plan.form_invite" | "plan.enquiry.form";

interface FieldsProps {
  editor: Editor<QueueBody>;
  path: FormPath;
  language: string;
  /** What it means that there is no field. */
  empty: string;
}

export function Fields({ editor, path, language, empty }: FieldsProps) {
  const { t } = useTranslation();
  const { form } = editor;
  const { form_reactive, form_invite, enquiry } = form.values.plan;
  const forms = {
    "plan.form_reactive": form_reactive,
    "plan.form_invite": form_invite,
    "plan.enquiry.form": enquiry.form,
  };
  const fields = forms[path];
  const other = path === "plan.form_reactive" ? form_invite : form_reactive;
  const [open, setOpen] = useState<number | null>(null);
  const order = useOrder(editor, path, () => setOpen(null));
  const set = (next: FormField[]) => form.setFieldValue(path, next);
  const add = () => {
    const taken = fields.map((field) => field.key);
    set([...fields, emptyField(keyFor("field", taken))]);
    setOpen(fields.length);
  };
  const remove = (index: number) => {
    form.removeListItem(path, index);
    setOpen(null);
  };
  return (
    <>
      {fields.length === 0 && (
        <Text c="dimmed" p="md">
          {empty}
        </Text>
      )}
      <div ref={order.list}>
        {fields.map((field, index) => (
          <FieldEditor
            // biome-ignore lint/suspicious/noArrayIndexKey: a key of a field may be empty or doubled while it is typed
            key={index}
            editor={editor}
            path={`${path}.${index}`}
            field={field}
            language={language}
            taken={fields.filter((_, at) => at !== index).map((one) => one.key)}
            open={open === index}
            onOpen={() => setOpen(open === index ? null : index)}
            onUp={index > 0 ? () => order.move(index, index - 1) : null}
            onDown={index < fields.length - 1 ? () => order.move(index, index + 1) : null}
            onRemove={() => remove(index)}
            drag={order.dragOf(index)}
          />
        ))}
      </div>
      {order.dragged !== null && (
        <div className={classes.dropLast} {...order.dragOf(fields.length).target}>
          {t("queues.form.drop_last")}
        </div>
      )}
      <p className="sr" role="status">
        {order.moved !== null && t("queues.form.moved", { place: order.moved.to + 1, count: fields.length })}
      </p>
      <Group gap={8} p="md" pt={8}>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} />}
          onClick={add}
          disabled={fields.length >= FIELDS_MAX}
        >
          {t("queues.form.add")}
        </Button>
        {fields.length === 0 && other.length > 0 && (
          <Button variant="default" size="xs" onClick={() => set(structuredClone(other))}>
            {t("queues.form.copy_other")}
          </Button>
        )}
      </Group>
    </>
  );
}

/** What a row needs to be dragged, and to be dropped upon. */
export interface Drag {
  begin(): void;
  end(): void;
  isDragged: boolean;
  isTarget: boolean;
  target: Pick<React.HTMLAttributes<HTMLElement>, "onDragOver" | "onDrop">;
}

function useOrder(editor: Editor<QueueBody>, path: FormPath, before: () => void) {
  const list = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const [moved, setMoved] = useState<{ to: number; by: string } | null>(null);
  // The keyboard goes on where it was, at the field that was moved.
  useEffect(() => {
    if (moved === null) return;
    const row = list.current?.children[moved.to];
    const same = row?.querySelector<HTMLElement>(`[data-move="${moved.by}"]:not(:disabled)`);
    (same ?? row?.querySelector<HTMLElement>('[data-move="name"]'))?.focus();
  }, [moved]);
  const move = (from: number, to: number) => {
    if (from === to) return;
    before();
    editor.form.reorderListItem(path, { from, to });
    const { activeElement } = document;
    setMoved({ to, by: (activeElement instanceof HTMLElement && activeElement.dataset.move) || "name" });
  };
  const end = () => {
    setDragged(null);
    setOver(null);
  };
  const dragOf = (index: number): Drag => ({
    begin: () => setDragged(index),
    end,
    isDragged: dragged === index,
    isTarget: dragged !== null && over === index && dragged !== index,
    target: {
      onDragOver: (event) => {
        if (dragged === null) return;
        event.preventDefault();
        setOver(index);
      },
      onDrop: (event) => {
        event.preventDefault();
        if (dragged !== null) move(dragged, placeOf(dragged, index));
        end();
      },
    },
  });
  return { list, dragged, moved, move, dragOf };
}
