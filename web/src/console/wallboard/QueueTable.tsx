/** Owns the table of queues on the wallboard. */
import { VisuallyHidden } from "@mantine/core";
import { IconStack2 } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { QueueBoard, Wallboard } from "../../api/rest";
import { OpenSwitch } from "../admin/queues/OpenSwitch";
import { useQueues } from "../api/queries";
import { Dot } from "../ui/Dot";
import { Empty } from "../ui/states";
import { Elapsed } from "../ui/time";
import { presented } from "./figures";
import classes from "./Wallboard.module.css";

const COLUMNS = [
  "waiting",
  "longest",
  "active",
  "free",
  "agents",
  "answered",
  "lost",
  "level",
  "offers",
] as const;

/** What became of offers that were not accepted. */
const OTHERS = ["rejected", "ignored", "passively_ignored", "withdrawn", "open"] as const;

export function QueueTable({ board }: { board: Wallboard }) {
  const { t } = useTranslation();
  const siteName = (id: string) => board.sites.find((site) => site.id === id)?.name ?? "";
  return (
    <section className={classes.block} aria-labelledby="wallboard-queues">
      <h2 id="wallboard-queues">{t("wallboard.queues.title")}</h2>
      {board.queues.length === 0 ? (
        <Empty
          icon={IconStack2}
          title={t("wallboard.queues.empty_title")}
          text={t("wallboard.queues.empty_text")}
        />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
        <div className={classes.frame} tabIndex={0}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("wallboard.queues.name")}</th>
                <th scope="col">{t("wallboard.queues.state")}</th>
                {COLUMNS.map((column) => (
                  <th key={column} scope="col" className={classes.end}>
                    {t(`wallboard.queues.${column}`)}
                  </th>
                ))}
                <th scope="col">
                  <VisuallyHidden>{t("wallboard.queues.switches")}</VisuallyHidden>
                </th>
              </tr>
            </thead>
            <tbody>
              {board.queues.map((queue) => (
                <Row key={queue.queue.id} row={queue} site={siteName(queue.site_id)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ row, site }: { row: QueueBoard; site: string }) {
  const { t } = useTranslation();
  const { day, offers, agents } = row;
  const queue = useQueues(row.site_id).data?.find(({ id }) => id === row.queue.id);
  const none = t("wallboard.none");
  return (
    <tr data-waiting={row.waiting > 0}>
      <td>
        <span className="clip">{row.queue.name}</span>
        <span className={classes.second}>{site}</span>
      </td>
      <td>
        <span className={classes.state}>
          <Dot
            tone={row.closed_because === null ? "good" : row.closed_because === "no_agent" ? "wait" : "off"}
          />
          {closedText(row, t)}
        </span>
        {queue?.by_hand && <span className={classes.second}>{t("queues.by_hand.set")}</span>}
      </td>
      <td className={classes.end}>{row.waiting}</td>
      <td className={classes.end}>{row.waiting_since ? <Elapsed since={row.waiting_since} /> : none}</td>
      <td className={classes.end}>{row.active}</td>
      <td className={classes.end}>{agents.free_slots}</td>
      <td className={classes.end}>
        {agents.ready} / {agents.away}
      </td>
      <td className={classes.end}>{day.answered}</td>
      <td className={classes.end}>{day.lost}</td>
      <td className={classes.end}>{day.service_level === null ? none : `${day.service_level} %`}</td>
      <td className={classes.end}>
        {offers.accepted} / {presented(row)}
        <Others offers={offers} />
      </td>
      <td>{queue && <OpenSwitch queue={queue} />}</td>
    </tr>
  );
}

/** Those that there are none of take no place. */
function Others({ offers }: { offers: QueueBoard["offers"] }) {
  const { t } = useTranslation();
  const found = OTHERS.filter((outcome) => offers[outcome] > 0);
  if (found.length === 0) return null;
  return (
    <span className={classes.outcomes}>
      {found.map((outcome, index) => (
        <Fragment key={outcome}>
          {index > 0 && " · "}
          <span>{t(`wallboard.queues.outcomes.${outcome}`, { n: offers[outcome] })}</span>
        </Fragment>
      ))}
    </span>
  );
}

function closedText(row: QueueBoard, t: TFunction): string {
  switch (row.closed_because) {
    case null:
      return t("wallboard.queues.open");
    case "out_of_hours":
    case "channel_off":
    case "no_agent":
      return t(`wallboard.queues.${row.closed_because}`);
    default:
      return row.closed_because.replaceAll("_", " ");
  }
}
