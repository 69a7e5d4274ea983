/** Owns the dialog in which a chat is handed on to an agent or a queue, or another agent is invited. */
import { Button, Group, Modal, Radio, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgentRow } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { useAgents, useQueues } from "../api/queries";
import { useLive } from "../live/LiveProvider";
import { useUser } from "../shell/user";
import { Dot, type DotTone } from "../ui/Dot";
import { told } from "../ui/notify";
import { Loaded, LoadingRows } from "../ui/states";
import { focusNextChat } from "./focus";
import classes from "./Team.module.css";

const NOTE_LENGTH_MAX = 1_000;

export type HandOn = "transfer" | "invite";

interface HandOnFormProps {
  chat: Chat;
  purpose: HandOn;
  /** The chat goes into a queue. */
  queued: RefObject<boolean>;
  onClose(): void;
}

type HandOnDialogProps = Omit<HandOnFormProps, "queued"> & { opened: boolean };

/** Stays when it is closed: the focus goes back to where it was; once the chat is in a queue, to the next chat. */
export function HandOnDialog({ opened, ...form }: HandOnDialogProps) {
  const { t } = useTranslation();
  const { chat, purpose, onClose } = form;
  const queued = useRef(false);
  useEffect(
    () => () => {
      if (queued.current) focusNextChat();
    },
    [],
  );
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t(`chats.hand_on.${purpose}_title`, { name: chat.visitor_name })}
    >
      <HandOnForm {...form} queued={queued} />
    </Modal>
  );
}

function HandOnForm({ chat, purpose, queued, onClose }: HandOnFormProps) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<"agent" | "queue">("agent");
  const [chosen, setChosen] = useState("");
  const [note, setNote] = useState("");
  const { hand, pending, failure } = useHandOn({ chat, purpose, queued, onClose });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen !== "") hand(kind, chosen, note);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {purpose === "transfer" && (
          <SegmentedControl
            aria-label={t("chats.hand_on.to")}
            value={kind}
            onChange={(value) => {
              setKind(value === "queue" ? "queue" : "agent");
              setChosen("");
            }}
            data={[
              { value: "agent", label: t("chats.hand_on.agent") },
              { value: "queue", label: t("chats.hand_on.queue") },
            ]}
          />
        )}
        {kind === "agent" ? (
          <Agents chat={chat} purpose={purpose} chosen={chosen} choose={setChosen} />
        ) : (
          <Queues chat={chat} chosen={chosen} choose={setChosen} />
        )}
        <Textarea
          label={t("chats.hand_on.note")}
          description={t("chats.team.only")}
          autosize
          minRows={2}
          maxRows={6}
          maxLength={NOTE_LENGTH_MAX}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Text size="sm" c="dimmed">
          {t(kind === "queue" ? "chats.hand_on.queue_hint" : `chats.hand_on.${purpose}_hint`)}
        </Text>
        {failure !== "" && (
          <Text role="alert" c="red" size="sm">
            {failure}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={pending} disabled={chosen === ""}>
            {t(`chats.hand_on.${purpose}`)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Hands the chat on, once at a time, and closes the dialog when that is done. */
function useHandOn({ chat, purpose, queued, onClose }: HandOnFormProps) {
  const { t } = useTranslation();
  const live = useLive();
  const user = useUser();
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState("");
  // A late answer closes no other dialog.
  const here = useRef(false);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const hand = (kind: "agent" | "queue", chosen: string, note: string) => {
    setPending(true);
    setFailure("");
    queued.current = kind === "queue";
    const handed =
      purpose === "invite"
        ? live.invite(chat.id, chosen, note)
        : live.transfer(chat.id, kind === "agent" ? { agent: chosen } : { queue: chosen }, note);
    handed
      .then(() => {
        // Whoever had the chat is told with the chat itself that it went back into a queue.
        if (kind === "agent") told(t("chats.hand_on.done_agent"));
        else if (chat.agent?.id !== user.id) told(t("chats.hand_on.done_queue"));
        if (here.current) onClose();
      })
      .catch((error: Error) => {
        queued.current = false;
        setFailure(error.message);
      })
      .finally(() => setPending(false));
  };
  return { hand, pending, failure };
}

interface ChoiceProps {
  chat: Chat;
  chosen: string;
  choose(id: string): void;
}

const TONES: Record<AgentRow["status"], DotTone> = { ready: "good", away: "wait", offline: "off" };
const ORDER: AgentRow["status"][] = ["ready", "away", "offline"];

function Agents({ chat, purpose, chosen, choose }: ChoiceProps & { purpose: HandOn }) {
  const { t } = useTranslation();
  const user = useUser();
  const agents = useAgents();
  const taken = new Set([user.id, chat.agent?.id, ...chat.guests.map((guest) => guest.id)]);
  const can = (agent: AgentRow) =>
    agent.status === "ready" && (purpose === "invite" || agent.slots_used < agent.slots);
  const sorted = (all: AgentRow[]) =>
    all
      .filter((agent) => !taken.has(agent.id))
      .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || a.name.localeCompare(b.name));
  return (
    <Loaded query={agents} loading={<LoadingRows rows={3} height={28} />}>
      {(all) => (
        <Radio.Group value={chosen} onChange={choose} label={t("chats.hand_on.choose_agent")}>
          <div className={classes.choices}>
            {sorted(all).map((agent) => (
              <Radio
                key={agent.id}
                value={agent.id}
                disabled={!can(agent)}
                label={
                  <span className={classes.choice}>
                    <Dot tone={TONES[agent.status]} />
                    <span className="clip">{agent.name}</span>
                    <span className={`${classes.choiceState} num`}>
                      {t(`chats.hand_on.status.${agent.status}`)}
                      {agent.status === "ready" &&
                        ` · ${t("chats.hand_on.slots", { used: agent.slots_used, slots: agent.slots })}`}
                    </span>
                  </span>
                }
              />
            ))}
            {sorted(all).length === 0 && (
              <Text size="sm" c="dimmed">
                {t("chats.hand_on.no_agents")}
              </Text>
            )}
          </div>
        </Radio.Group>
      )}
    </Loaded>
  );
}

function Queues({ chat, chosen, choose }: ChoiceProps) {
  const { t } = useTranslation();
  const queues = useQueues(chat.site_id);
  return (
    <Loaded query={queues} loading={<LoadingRows rows={2} height={28} />}>
      {(all) => (
        <Radio.Group value={chosen} onChange={choose} label={t("chats.hand_on.choose_queue")}>
          <div className={classes.choices}>
            {all.map((queue) => {
              const open = queue.channel_on && queue.open_now;
              return (
                <Radio
                  key={queue.id}
                  value={queue.id}
                  disabled={!open}
                  label={
                    <span className={classes.choice}>
                      <Dot tone={open ? "good" : "off"} />
                      <span className="clip">{queue.name}</span>
                      <span className={classes.choiceState}>
                        {t(open ? "chats.hand_on.open" : "chats.hand_on.closed")}
                      </span>
                    </span>
                  }
                />
              );
            })}
          </div>
        </Radio.Group>
      )}
    </Loaded>
  );
}
