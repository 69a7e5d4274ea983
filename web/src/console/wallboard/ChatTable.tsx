/** Owns the table of the open chats on the wallboard, each a way into the chat. */
import { IconMessages } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Wallboard } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { useOpenChats } from "../api/queries";
import { Dot } from "../ui/Dot";
import { Empty, Loaded } from "../ui/states";
import { Elapsed } from "../ui/time";
import { isOpen, needOf, sortByNeed } from "./need";
import classes from "./Wallboard.module.css";

/** Rows drawn; who needs a hand comes first. */
const ROWS_MAX = 100;

export function ChatTable({ board }: { board: Wallboard }) {
  const { t } = useTranslation();
  const chats = useOpenChats();
  const sites = new Set(board.sites.map(({ id }) => id));
  return (
    <section className={classes.block} aria-labelledby="wallboard-chats">
      <h2 id="wallboard-chats">{t("wallboard.chats.title")}</h2>
      <Loaded query={chats}>
        {(all) => {
          const open = sortByNeed(all.filter((chat) => sites.has(chat.site_id) && isOpen(chat)));
          return open.length === 0 ? (
            <Empty
              icon={IconMessages}
              title={t("wallboard.chats.empty_title")}
              text={t("wallboard.chats.empty_text")}
            />
          ) : (
            <>
              <Table chats={open.slice(0, ROWS_MAX)} />
              {open.length > ROWS_MAX && (
                <p className={classes.more}>{t("wallboard.chats.more", { count: open.length - ROWS_MAX })}</p>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

function Table({ chats }: { chats: Chat[] }) {
  const { t } = useTranslation();
  return (
    <div className={classes.frame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("wallboard.chats.visitor")}</th>
            <th scope="col">{t("wallboard.chats.agent")}</th>
            <th scope="col">{t("wallboard.chats.state")}</th>
            <th scope="col" className={classes.end}>
              {t("wallboard.chats.since")}
            </th>
          </tr>
        </thead>
        <tbody>
          {chats.map((chat) => (
            <Row key={chat.id} chat={chat} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const { need, since } = needOf(chat);
  return (
    <tr data-waiting={need === "agent"}>
      <td>
        <Link href={`/chats/${chat.id}`} className={`${classes.link} clip`}>
          {chat.visitor_name}
        </Link>
        <span className={`${classes.second} clip`}>{chat.queue.name}</span>
      </td>
      <td>
        <span className="clip">{chat.agent?.name ?? t("wallboard.chats.nobody")}</span>
      </td>
      <td>
        <span className={classes.state}>
          <Dot tone={need === null ? "good" : "wait"} />
          {need === "answer" ? t("wallboard.chats.unanswered") : t(`chats.state.${chat.state}`)}
        </span>
      </td>
      <td className={classes.end}>
        <Elapsed since={since} />
      </td>
    </tr>
  );
}
