/** Owns the earlier visits and chats of a person, and reading one of those chats. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { openModal } from "@mantine/modals";
import { IconEye, IconEyeOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { PastChat, PastVisit } from "../../api/rest";
import { fetchMessages } from "../api/queries";
import { Loaded, LoadingRows } from "../ui/states";
import { Ago, ClockTime } from "../ui/time";
import classes from "./Customers.module.css";
import { ProofMark } from "./Proof";

export function PastVisits({ visits }: { visits: PastVisit[] }) {
  const { t } = useTranslation();
  if (visits.length === 0) return <span className={classes.second}>{t("customers.no_visits")}</span>;
  return (
    <ul className={classes.rows}>
      {visits.map((visit) => (
        <li key={visit.id}>
          <div className={classes.grow}>
            <Link href={`/visitors/${visit.id}`} className={classes.name}>
              <Ago at={visit.started_at} />
            </Link>
            <div className={classes.second}>
              {t("customers.pages", { count: visit.pages })} · {visit.browser}
            </div>
          </div>
          {visit.proof === "claimed" && <ProofMark proof="claimed" />}
        </li>
      ))}
    </ul>
  );
}

export function PastChats({ chats }: { chats: PastChat[] }) {
  const { t } = useTranslation();
  if (chats.length === 0) return <span className={classes.second}>{t("customers.no_chats")}</span>;
  return (
    <ul className={classes.rows}>
      {chats.map((chat) => (
        <li key={chat.id}>
          <div className={classes.grow}>
            <div className="clip">
              {chat.queue}
              {chat.agent && ` · ${chat.agent.name}`}
            </div>
            <div className={classes.second}>
              <Ago at={chat.requested_at} /> · {t(`customers.chat_state.${chat.state}`)}
            </div>
          </div>
          {chat.proof === "claimed" && <ProofMark proof="claimed" />}
          <ReadButton chat={chat} />
        </li>
      ))}
    </ul>
  );
}

function ReadButton({ chat }: { chat: PastChat }) {
  const { t } = useTranslation();
  if (!chat.readable) {
    return (
      <Tooltip label={t("customers.not_readable")}>
        <span className={classes.proof}>
          <IconEyeOff size={16} aria-label={t("customers.not_readable")} role="img" />
        </span>
      </Tooltip>
    );
  }
  const open = () => openModal({ title: chat.queue, size: "lg", children: <Transcript chat={chat.id} /> });
  return (
    <ActionIcon aria-label={t("customers.read")} onClick={open}>
      <IconEye size={16} />
    </ActionIcon>
  );
}

function Transcript({ chat }: { chat: string }) {
  const { t } = useTranslation();
  const messages = useQuery({
    queryKey: ["customers", "transcript", chat],
    queryFn: ({ signal }) => fetchMessages(chat, 0, signal),
  });
  return (
    <Loaded query={messages} loading={<LoadingRows rows={4} />}>
      {(items) => {
        const said = items.filter(({ from }) => from !== "system");
        if (said.length === 0) return <span className={classes.second}>{t("customers.nothing_said")}</span>;
        return (
          <ul className={classes.rows}>
            {said.map((message) => (
              <li key={message.seq}>
                <div className={classes.grow}>
                  <div className={classes.second}>
                    {message.from === "visitor" ? t("customers.visitor") : message.name} ·{" "}
                    <ClockTime at={message.at} />
                  </div>
                  <div style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }} dir="auto">
                    {message.text}
                  </div>
                </div>
              </li>
            ))}
          </ul>
        );
      }}
    </Loaded>
  );
}
