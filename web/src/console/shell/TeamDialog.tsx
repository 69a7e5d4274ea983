/** Owns what supervisors see of the agents: status, since when and why, and how many chats each has. */
import { Modal } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { AgentRow } from "../../api/rest";
import { useAgents } from "../api/queries";
import { Dot } from "../ui/Dot";
import { Empty, Loaded } from "../ui/states";
import { Elapsed } from "../ui/time";
import classes from "./Shell.module.css";
import { awayText, TONE } from "./StatusSwitch";

const ORDER: Record<AgentRow["status"], number> = { ready: 0, away: 1, offline: 2 };

export function TeamDialog({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const agents = useAgents();
  return (
    <Modal opened={opened} onClose={onClose} title={t("team.title")} size="lg">
      <Loaded query={agents}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty icon={IconUsers} title={t("users.empty_title")} text={t("users.empty_text")} />
          ) : (
            <ul className={classes.team}>
              {[...rows]
                .sort((a, b) => ORDER[a.status] - ORDER[b.status] || a.name.localeCompare(b.name))
                .map((agent) => (
                  <Row key={agent.id} agent={agent} />
                ))}
            </ul>
          )
        }
      </Loaded>
    </Modal>
  );
}

function Row({ agent }: { agent: AgentRow }) {
  const { t } = useTranslation();
  const why = awayText(agent, t);
  return (
    <li>
      <Dot tone={TONE[agent.status]} />
      <span className="clip">{agent.name}</span>
      <span className="clip">
        {why ? `${t(`status.${agent.status}`)}: ${why}` : t(`status.${agent.status}`)}
      </span>
      <span className="num">{agent.status !== "offline" && <Elapsed since={agent.status_since} />}</span>
      <span className="num">{t("status.slots", { used: agent.slots_used, slots: agent.slots })}</span>
    </li>
  );
}
