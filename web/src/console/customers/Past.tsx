/** Owns the earlier visits and chats of a person, and reading one of those chats. */
import { ActionIcon, Modal, Tooltip } from "@mantine/core";
import { IconEye, IconEyeOff, IconMessageCircle } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { PastChat, PastVisit } from "../../api/rest";
import { MessageLog } from "../chats/MessageLog";
import { usePastChat, usePastMessages } from "../history/queries";
import { isDialogCovered, OVER } from "../ui/over";
import { Loaded, LoadingRows } from "../ui/states";
import { Ago } from "../ui/time";
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
  // What still goes on is read where it is followed.
  if (chat.state !== "ended") {
    return (
      <ActionIcon component={Link} href={`/chats/${chat.id}`} aria-label={t("customers.open_chat")}>
        <IconMessageCircle size={16} />
      </ActionIcon>
    );
  }
  return <Reading chat={chat} />;
}

/** The dialog stands where the live connection is at hand, which the log needs. */
function Reading({ chat }: { chat: PastChat }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <ActionIcon aria-label={t("customers.read")} onClick={() => setOpened(true)}>
        <IconEye size={16} />
      </ActionIcon>
      <Modal
        opened={opened}
        onClose={() => {
          if (!isDialogCovered()) setOpened(false);
        }}
        title={chat.queue}
        size="lg"
        {...OVER}
      >
        <Transcript id={chat.id} />
      </Modal>
    </>
  );
}

function Transcript({ id }: { id: string }) {
  const chat = usePastChat(id);
  const messages = usePastMessages(id);
  return (
    <Loaded query={chat} loading={<LoadingRows rows={4} />}>
      {(data) => (
        <Loaded query={messages} loading={<LoadingRows rows={4} />}>
          {(said) => (
            <div className={classes.log}>
              <MessageLog chat={data} messages={said} />
            </div>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}
