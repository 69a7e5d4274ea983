/** Owns the list of chats at the left of the workspace: what needs the agent stands on top, the rest can be searched. */

import { CloseButton, TextInput } from "@mantine/core";
import { IconMessageOff, IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "../../api/wire";
import { useOpenChats } from "../api/queries";
import { useWorkspace } from "../api/workspace";
import { useShortcut } from "../keys/useShortcut";
import { groupChats } from "../live/chats";
import { useLiveState } from "../live/LiveProvider";
import { useUser } from "../shell/user";
import { Empty, Loaded, LoadingRows } from "../ui/states";
import { ChatRows } from "./ChatRows";
import classes from "./Chats.module.css";
import { LIST_ID } from "./focus";
import { itemsOf, matching } from "./items";
import { RingCard } from "./RingCard";

/** From this many chats on they can be searched. */
const SEARCH_FROM = 6;

export function ChatList({ open }: { open: string | null }) {
  const { t } = useTranslation();
  const chats = useOpenChats();
  return (
    <nav id={LIST_ID} tabIndex={-1} className={classes.list} aria-label={t("chats.list.label")}>
      <Loaded query={chats} loading={<LoadingRows rows={5} height={40} />}>
        {(data) => <Groups chats={data} open={open} />}
      </Loaded>
    </nav>
  );
}

function Groups({ chats, open }: { chats: Chat[]; open: string | null }) {
  const { t } = useTranslation();
  const user = useUser();
  const workspace = useWorkspace();
  const [wanted, setWanted] = useState("");
  const [asked, setAsked] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const groups = useMemo(() => groupChats(matching(chats, wanted), user.id), [chats, wanted, user.id]);
  const items = useMemo(() => itemsOf(groups), [groups]);
  useShortcut("search", () => {
    setAsked(true);
    requestAnimationFrame(() => field.current?.select());
  });
  if (chats.length === 0) return <NoChats />;
  const searchable = asked || wanted !== "" || chats.length >= SEARCH_FROM;
  return (
    <>
      {searchable && (
        <Search field={field} wanted={wanted} onWanted={setWanted} onDone={() => setAsked(false)} />
      )}
      {groups.ringing.length > 0 && (
        <section className={classes.rings} aria-label={t("chats.list.ringing")}>
          <h2 className={classes.group}>
            {t("chats.list.ringing")}
            <span className="num">{groups.ringing.length}</span>
          </h2>
          {groups.ringing.map((chat) => (
            <RingCard key={chat.id} chat={chat} />
          ))}
        </section>
      )}
      {items.length === 0 && groups.ringing.length === 0 ? (
        <p className={classes.nothing}>{t("chats.list.not_found", { wanted })}</p>
      ) : (
        <ChatRows
          items={items}
          open={open}
          amber_s={workspace.data?.wait_amber_s ?? Number.POSITIVE_INFINITY}
          red_s={workspace.data?.wait_red_s ?? Number.POSITIVE_INFINITY}
        />
      )}
    </>
  );
}

function NoChats() {
  const { t } = useTranslation();
  const status = useLiveState((live) => live.standing?.status);
  const text = status === "ready" ? t("chats.list.empty_text") : t("chats.list.empty_away");
  return <Empty icon={IconMessageOff} title={t("chats.list.empty_title")} text={text} />;
}

interface SearchProps {
  field: React.RefObject<HTMLInputElement | null>;
  wanted: string;
  onWanted(text: string): void;
  onDone(): void;
}

/** Escape ends the search, the arrow down goes into what was found. */
function Search({ field, wanted, onWanted, onDone }: SearchProps) {
  const { t } = useTranslation();
  const clear = () => {
    onWanted("");
    onDone();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") clear();
    else if (event.key === "ArrowDown" || event.key === "Enter") {
      const first = event.currentTarget.closest("nav")?.querySelector<HTMLElement>("a[data-index]");
      if (event.key === "Enter") first?.click();
      else first?.focus();
    } else return;
    event.preventDefault();
  };
  return (
    <div className={classes.search}>
      <TextInput
        ref={field}
        size="xs"
        aria-label={t("chats.list.search")}
        placeholder={t("chats.list.search")}
        leftSection={<IconSearch size={14} />}
        rightSection={
          wanted !== "" && <CloseButton size="xs" aria-label={t("chats.list.clear")} onClick={clear} />
        }
        value={wanted}
        onChange={(event) => onWanted(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
