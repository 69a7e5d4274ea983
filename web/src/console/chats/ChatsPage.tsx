/** Owns the agent's workspace: list, conversation and Active session side by side; one of them on a phone. */
import { Drawer } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconMessageCircle } from "@tabler/icons-react";
import { startTransition, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChat } from "../api/queries";
import { useShortcut } from "../keys/useShortcut";
import { isCovered } from "../ui/over";
import { Empty, Loaded } from "../ui/states";
import { usePageTitle } from "../ui/usePageTitle";
import { ChatList } from "./ChatList";
import classes from "./Chats.module.css";
import { Conversation } from "./Conversation";
import { SessionPanel } from "./SessionPanel";

export function ChatsPage({ id }: { id: string | null }) {
  const { t } = useTranslation();
  usePageTitle(t("nav.chats"));
  return (
    <div className={classes.workspace} data-open={id !== null} data-wide={id === null}>
      <ChatList open={id} />
      {id === null ? (
        <div className={classes.conversation}>
          <h1 className="sr">{t("nav.chats")}</h1>
          <Empty icon={IconMessageCircle} title={t("chats.none_title")} text={t("chats.none_text")} />
        </div>
      ) : (
        <OpenChat key={id} id={id} />
      )}
    </div>
  );
}

function OpenChat({ id }: { id: string }) {
  const { t } = useTranslation();
  const chat = useChat(id);
  const roomy = useMediaQuery("(min-width: 1081px)", true);
  const [details, setDetails] = useState(false);
  const [beside, setBeside] = useState(false);
  // What was said comes first; what is known of the visitor is drawn when that is on screen.
  useEffect(() => startTransition(() => setBeside(true)), []);
  const panel = useRef<HTMLElement>(null);
  useShortcut("session", () => (roomy ? panel.current?.focus() : setDetails(true)));
  return (
    <>
      <div className={classes.conversation}>
        <Loaded query={chat}>
          {(data) => <Conversation chat={data} onDetails={roomy ? null : () => setDetails(true)} />}
        </Loaded>
      </div>
      {roomy ? (
        <aside ref={panel} tabIndex={-1} className={classes.session} aria-label={t("chats.session.title")}>
          <div className={classes.sessionHead}>{t("chats.session.title")}</div>
          {beside && !chat.isLoadingError && (
            <Loaded query={chat}>{(data) => <SessionPanel chat={data} />}</Loaded>
          )}
        </aside>
      ) : (
        <Drawer
          opened={details}
          onClose={() => {
            if (!isCovered()) setDetails(false);
          }}
          position="right"
          size={360}
          title={t("chats.session.title")}
          padding={0}
          styles={{ header: { padding: "8px 16px" } }}
        >
          {chat.data && <SessionPanel chat={chat.data} />}
        </Drawer>
      )}
    </>
  );
}
