/** Owns the choice of who serves a queue. */
import { Checkbox, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgentRow, QueueBody, User } from "../../../api/rest";
import { useAgents, useUsers } from "../../api/queries";
import { awayText, TONE } from "../../shell/StatusSwitch";
import { Dot } from "../../ui/Dot";
import type { Editor } from "../../ui/editor";
import { Section } from "../../ui/form";
import { Notice } from "../../ui/Notice";
import { Loaded } from "../../ui/states";
import adminClasses from "../Admin.module.css";
import classes from "./Queues.module.css";

const SEARCH_FROM = 8;

export function AgentsTab({ editor }: { editor: Editor<QueueBody> }) {
  const { t } = useTranslation();
  const users = useUsers();
  const { agents } = editor.form.values;
  return (
    <>
      <Notice color="yellow" mb="md" when={agents.length === 0}>
        {t("queues.agents.none")}
      </Notice>
      <Section title={t("queues.agents.title")} text={t("queues.agents.text")} flush>
        <Loaded query={users}>{(items) => <People editor={editor} users={items} />}</Loaded>
      </Section>
    </>
  );
}

function People({ editor, users }: { editor: Editor<QueueBody>; users: User[] }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const present = useAgents();
  const { form } = editor;
  const { agents } = form.values;
  const shown = users
    .filter((user) => `${user.name} ${user.email}`.toLowerCase().includes(search.toLowerCase()))
    .sort((a, b) => a.name.localeCompare(b.name));
  const toggle = (id: string, on: boolean) =>
    form.setFieldValue("agents", on ? [...agents, id] : agents.filter((held) => held !== id));
  return (
    <>
      {users.length >= SEARCH_FROM && (
        <TextInput
          m="md"
          mb={4}
          maw={320}
          leftSection={<IconSearch size={14} />}
          aria-label={t("queues.agents.search")}
          placeholder={t("queues.agents.search")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {shown.map((user) => (
        <div key={user.id} className={classes.agent}>
          <Checkbox
            className={classes.grow}
            label={user.disabled ? `${user.name} (${t("queues.agents.disabled")})` : user.name}
            description={user.email}
            checked={agents.includes(user.id)}
            onChange={(event) => toggle(user.id, event.currentTarget.checked)}
          />
          <Presence agent={present.data?.find((agent) => agent.id === user.id)} />
          <span className={classes.kind}>{t("queues.agents.slots", { count: user.slots })}</span>
        </div>
      ))}
    </>
  );
}

function Presence({ agent }: { agent: AgentRow | undefined }) {
  const { t } = useTranslation();
  if (!agent) return null;
  return (
    <span className={adminClasses.status}>
      <Dot tone={TONE[agent.status]} />
      {awayText(agent, t) || t(`status.${agent.status}`)}
    </span>
  );
}
