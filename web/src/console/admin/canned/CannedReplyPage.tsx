/** Owns creating, reading and editing a canned reply. */
import { Alert, Radio, Select, Stack, TagsInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { CannedReply } from "../../../api/rest";
import { request } from "../../api/http";
import { useQueues, useSites } from "../../api/queries";
import { useCannedReplies, workspaceKeys } from "../../api/workspace";
import { useUser } from "../../shell/user";
import { changes } from "../../ui/changes";
import { DeleteMenu } from "../../ui/DeleteMenu";
import { type Editor, useEditor } from "../../ui/editor";
import { EditForm, Section, Two } from "../../ui/form";
import { PageHead } from "../../ui/PageHead";
import { Loaded } from "../../ui/states";
import classes from "../Admin.module.css";
import { Missing } from "../Missing";
import { CannedTexts } from "./CannedTexts";
import { type CannedForm, check, emptyForm, formOf, mayEdit, newOf, patchOf, shortcutFrom } from "./model";

export function NewCannedReplyPage({ base }: { base: string }) {
  const { t, i18n } = useTranslation();
  const user = useUser();
  const saved = useSaved(base);
  const editor = useEditor<CannedForm, CannedReply>({
    initial: emptyForm(i18n.language, user),
    validate: (values) => check(values, t),
    save: (values) => request("POST", "/canned-replies", newOf(values)),
    saved,
  });
  return (
    <div className={classes.inner} data-narrow>
      <PageHead title={t("canned.new_title")} back={{ href: base, label: t("canned.title") }} />
      <EditForm editor={editor} always save={t("action.create")}>
        <What editor={editor} fresh />
        {user.role !== "agent" && <Who editor={editor} />}
        <CannedTexts editor={editor} />
      </EditForm>
    </div>
  );
}

export function CannedReplyPage({ base, id }: { base: string; id: string }) {
  const replies = useCannedReplies();
  return (
    <Loaded query={replies}>
      {(items) => {
        const reply = items.find((known) => known.id === id);
        return reply ? <EditReply base={base} reply={reply} /> : <Missing back={base} />;
      }}
    </Loaded>
  );
}

function EditReply({ base, reply }: { base: string; reply: CannedReply }) {
  const { t } = useTranslation();
  const user = useUser();
  const saved = useSaved(base);
  const editable = mayEdit(reply, user);
  const editor = useEditor<CannedForm, CannedReply>({
    initial: formOf(reply),
    validate: (values) => check(values, t),
    save: (values, stored) =>
      request("PATCH", `/canned-replies/${reply.id}`, changes(patchOf(stored), patchOf(values))),
    now: async () => formOf(await request<CannedReply>("GET", `/canned-replies/${reply.id}`)),
    saved,
  });
  return (
    <div className={classes.inner} data-narrow>
      <PageHead title={reply.title} back={{ href: base, label: t("canned.title") }}>
        {editable && <DeleteMenu path={`/canned-replies/${reply.id}`} name={reply.title} done={saved} />}
      </PageHead>
      {!editable && (
        <Alert color="gray" mb="md">
          {t("canned.read_only")}
        </Alert>
      )}
      <EditForm editor={editor}>
        <fieldset className={classes.plain} disabled={!editable}>
          <What editor={editor} />
          <CannedTexts editor={editor} />
        </fieldset>
      </EditForm>
    </div>
  );
}

function useSaved(base: string): () => void {
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  return () => {
    void queryClient.invalidateQueries({ queryKey: workspaceKeys.cannedReplies });
    go(base);
  };
}

function What({ editor, fresh }: { editor: Editor<CannedForm>; fresh?: boolean }) {
  const { t } = useTranslation();
  const { form } = editor;
  const { title, shortcut } = form.values;
  const setTitle = (value: string) => {
    if (fresh && shortcut === shortcutFrom(title)) form.setFieldValue("shortcut", shortcutFrom(value));
    form.setFieldValue("title", value);
  };
  return (
    <Section title={t("canned.what")}>
      <Two>
        <TextInput
          label={t("canned.title_field")}
          description={t("canned.title_help")}
          withAsterisk
          maxLength={100}
          {...form.getInputProps("title")}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <TextInput
          label={t("canned.shortcut")}
          description={t("canned.shortcut_help")}
          withAsterisk
          leftSection="/"
          maxLength={32}
          autoCapitalize="none"
          {...form.getInputProps("shortcut")}
        />
      </Two>
      <TagsInput
        label={t("canned.tags")}
        description={t("canned.tags_help")}
        maxTags={10}
        {...form.getInputProps("tags")}
      />
      <Place editor={editor} />
    </Section>
  );
}

function Place({ editor }: { editor: Editor<CannedForm> }) {
  const { t } = useTranslation();
  const sites = useSites();
  const { form } = editor;
  const { site } = form.values;
  return (
    <Two>
      <Select
        label={t("canned.site")}
        allowDeselect={false}
        data={[
          { value: "", label: t("canned.all_sites") },
          ...(sites.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        {...form.getInputProps("site")}
        onChange={(value) => form.setValues({ site: value ?? "", queue: "" })}
      />
      {site !== "" && <QueueSelect key={site} site={site} editor={editor} />}
    </Two>
  );
}

function QueueSelect({ site, editor }: { site: string; editor: Editor<CannedForm> }) {
  const { t } = useTranslation();
  const queues = useQueues(site);
  return (
    <Select
      label={t("canned.queue")}
      allowDeselect={false}
      data={[
        { value: "", label: t("canned.all_queues") },
        ...(queues.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
      ]}
      {...editor.form.getInputProps("queue")}
    />
  );
}

function Who({ editor }: { editor: Editor<CannedForm> }) {
  const { t } = useTranslation();
  const { form } = editor;
  return (
    <Section title={t("canned.who")}>
      <Radio.Group
        aria-label={t("canned.who")}
        value={form.values.personal ? "personal" : "shared"}
        onChange={(value) => form.setFieldValue("personal", value === "personal")}
      >
        <Stack gap={8}>
          <Radio value="shared" label={t("canned.shared")} />
          <Radio value="personal" label={t("canned.personal")} />
        </Stack>
      </Radio.Group>
    </Section>
  );
}
