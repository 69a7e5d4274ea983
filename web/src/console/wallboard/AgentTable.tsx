/** Owns the table of agents on the wallboard, and setting their state. */
import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, IconHeadset } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { AgentRow, Wallboard } from "../../api/rest";
import { request } from "../api/http";
import { keys, useAgents } from "../api/queries";
import { awayText } from "../shell/StatusSwitch";
import { Dot, type DotTone } from "../ui/Dot";
import { told, warned } from "../ui/notify";
import { Empty, Loaded } from "../ui/states";
import { Elapsed } from "../ui/time";
import { serving } from "./figures";
import classes from "./Wallboard.module.css";

const TONE: Record<AgentRow["status"], DotTone> = { ready: "good", away: "wait", offline: "off" };
const ORDER: AgentRow["status"][] = ["ready", "away", "offline"];

export function AgentTable({ board }: { board: Wallboard }) {
  const { t } = useTranslation();
  const agents = useAgents();
  const names = new Map(board.queues.map((row) => [row.queue.id, row.queue.name]));
  const rank = (agent: AgentRow) => ORDER.indexOf(agent.status);
  return (
    <section className={classes.block} aria-labelledby="wallboard-agents">
      <h2 id="wallboard-agents">{t("wallboard.agents.title")}</h2>
      <Loaded query={agents}>
        {(all) => {
          const here = serving(all, board.queues);
          if (here.length === 0)
            return (
              <Empty
                icon={IconHeadset}
                title={t("wallboard.agents.empty_title")}
                text={t("wallboard.agents.empty_text")}
              />
            );
          const rows = here.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
          return (
            <div className={classes.frame}>
              <table className={classes.table}>
                <thead>
                  <tr>
                    <th scope="col">{t("wallboard.agents.name")}</th>
                    <th scope="col">{t("wallboard.agents.state")}</th>
                    <th scope="col" className={classes.end}>
                      {t("wallboard.agents.chats")}
                    </th>
                    <th scope="col" aria-label={t("action.more")} />
                  </tr>
                </thead>
                <tbody>
                  {rows.map((agent) => (
                    <Row
                      key={agent.id}
                      agent={agent}
                      queues={agent.queues.map((queue) => names.get(queue) ?? "").filter(Boolean)}
                    />
                  ))}
                </tbody>
              </table>
            </div>
          );
        }}
      </Loaded>
    </section>
  );
}

function Row({ agent, queues }: { agent: AgentRow; queues: string[] }) {
  const { t } = useTranslation();
  const why = awayText(agent, t);
  return (
    <tr>
      <td>
        <span className="clip">{agent.name}</span>
        <span className={`${classes.second} clip`}>{queues.join(", ")}</span>
      </td>
      <td>
        <span className={classes.state}>
          <Dot tone={TONE[agent.status]} />
          {t(`status.${agent.status}`)}
        </span>
        {agent.status !== "offline" && (
          <span className={classes.second}>
            {why && `${why} · `}
            <Elapsed since={agent.status_since} />
          </span>
        )}
      </td>
      <td className={classes.end}>
        {agent.slots_used} / {agent.slots}
      </td>
      <td className={classes.end}>
        <StateMenu agent={agent} />
      </td>
    </tr>
  );
}

function StateMenu({ agent }: { agent: AgentRow }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const set = useMutation({
    mutationFn: (status: "ready" | "away") => request<void>("PUT", `/agents/${agent.id}/status`, { status }),
    onSuccess: (_, status) =>
      told(t("wallboard.agents.set", { name: agent.name, state: t(`status.${status}`).toLowerCase() })),
    onError: (error) => warned(error.message),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.agents }),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("wallboard.agents.actions", { name: agent.name })}
          loading={set.isPending}
        >
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={agent.status !== "away"} onClick={() => set.mutate("ready")}>
          {t("wallboard.agents.set_ready")}
        </Menu.Item>
        <Menu.Item disabled={agent.status !== "ready"} onClick={() => set.mutate("away")}>
          {t("wallboard.agents.set_away")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
