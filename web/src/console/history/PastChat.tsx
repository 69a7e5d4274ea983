/** Owns one ended chat: when, with whom and why it ended, what was said with its marks and files, and what is known beside it. */
import { Tabs } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Chat, Message } from "../../api/wire";
import { MessageLog } from "../chats/MessageLog";
import { SendTranscript } from "../chats/SendTranscript";
import { SessionPanel } from "../chats/SessionPanel";
import { useUser } from "../shell/user";
import { CopyIcon } from "../ui/CopyIcon";
import { span } from "../ui/format";
import { Loaded, LoadingRows } from "../ui/states";
import { Ago } from "../ui/time";
import classes from "./History.module.css";
import { usePastChat, usePastMessages } from "./queries";

export function PastChat({ id }: { id: string }) {
  const chat = usePastChat(id);
  const messages = usePastMessages(id);
  return (
    <Loaded query={chat} loading={<LoadingRows rows={8} height={40} />}>
      {(data) => (
        <Loaded query={messages} loading={<LoadingRows rows={8} height={40} />}>
          {(said) => <Shown chat={data} messages={said} />}
        </Loaded>
      )}
    </Loaded>
  );
}

function Shown({ chat, messages }: { chat: Chat; messages: Message[] }) {
  const { t } = useTranslation();
  const user = useUser();
  const may_send = chat.agent?.id === user.id || user.role !== "agent";
  const known = (
    <>
      <SessionPanel chat={chat} />
      {may_send && messages.some(({ from }) => from !== "system") && (
        <div className={classes.send}>
          <SendTranscript chat={chat} />
        </div>
      )}
    </>
  );
  return (
    <article className={classes.chat}>
      <header className={classes.head}>
        <div className={classes.title}>
          <h2 className="clip" dir="auto">
            {chat.visitor_name}
          </h2>
          <CopyIcon value={location.href} label={t("history.copy_address")} />
        </div>
        <Facts chat={chat} />
      </header>
      <Tabs defaultValue="said" className={classes.narrow} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="said">{t("history.said")}</Tabs.Tab>
          <Tabs.Tab value="known">{t("history.known")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="said" className={classes.log}>
          <MessageLog chat={chat} messages={messages} />
        </Tabs.Panel>
        <Tabs.Panel value="known">{known}</Tabs.Panel>
      </Tabs>
      <div className={classes.log} data-wide>
        <MessageLog chat={chat} messages={messages} />
      </div>
      <aside className={classes.side} aria-label={t("history.known")}>
        {known}
      </aside>
    </article>
  );
}

function Facts({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const { agent, queue, queued_at, requested_at, answered_at, ended_at, ended_by } = chat;
  const waited = (answered_at ?? ended_at ?? requested_at) - (queued_at ?? requested_at);
  return (
    <p className={classes.facts}>
      <span>{agent ? t("history.with", { name: agent.name }) : t("history.nobody")}</span>
      <span>{queue.name}</span>
      {ended_at !== null && (
        <span>
          {t(`history.ended_by.${ended_by ?? "system"}`)} <Ago at={ended_at} />
        </span>
      )}
      <span>{t("history.waited", { time: span(waited) })}</span>
      {answered_at !== null && ended_at !== null && (
        <span>{t("history.lasted", { time: span(ended_at - answered_at) })}</span>
      )}
    </p>
  );
}
