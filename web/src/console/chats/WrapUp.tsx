/** Owns what an agent notes of an ended chat until it is closed: what it came to, tags, a note. It is kept as it is written. */
import { Button, Select, TagsInput, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { Queue } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { request } from "../api/http";
import { useShortcut } from "../keys/useShortcut";
import { useLive } from "../live/LiveProvider";
import { useSecondsLeft } from "../ui/time";
import { useNoted, WRAP_UP_QUEUES } from "./NotedProvider";
import type { Noted } from "./noted";
import { SendTranscript } from "./SendTranscript";
import classes from "./Team.module.css";

type Conduct = Queue["plan"]["conduct"];

const TAGS_MAX = 20;
const TAG_LENGTH_MAX = 40;
const NOTE_LENGTH_MAX = 2_000;

export function WrapUp({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const live = useLive();
  const keeper = useNoted();
  const [, go] = useLocation();
  const queue = useQuery({
    queryKey: [...WRAP_UP_QUEUES, chat.queue.id],
    queryFn: ({ signal }) => request<Queue>("GET", `/queues/${chat.queue.id}`, undefined, signal),
  });
  const conduct = queue.data?.plan.conduct;
  const { disposition, gone, tags, begun_tag, note, change, whole } = useNotes(chat, conduct);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState("");
  const missing = conduct?.disposition_required === true && disposition === "";
  const close = (event: FormEvent) => {
    event.preventDefault();
    setPending(true);
    setFailure("");
    const noted = whole();
    keeper.change(chat.id, noted);
    keeper
      .keep(chat.id)
      .then((kept) => {
        if (kept && kept.disposition !== noted.disposition) {
          throw new Error(t("chats.wrap_up.gone", { name: noted.disposition }));
        }
        return live.closeChat(chat.id);
      })
      .then(() => {
        // Who has gone elsewhere meanwhile stays there.
        if (location.pathname !== `/chats/${chat.id}`) return;
        go("/chats");
        document.getElementById("main")?.focus();
      })
      .catch((error: Error) => setFailure(error.message))
      .finally(() => setPending(false));
  };
  const button = useRef<HTMLButtonElement>(null);
  useShortcut("end", () => button.current?.click());
  const form = useRef<HTMLFormElement>(null);
  const ready = !queue.isPending && chat.ended_by === "agent";
  useEffect(() => {
    // The question that ended the chat leaves the focus nowhere. It is not taken from who writes when a visitor ends it.
    const at = document.activeElement;
    if (!ready || (at !== document.body && !at?.closest("[role=dialog]"))) return;
    const next = button.current?.disabled ? form.current?.querySelector("input") : button.current;
    next?.focus();
  }, [ready]);
  return (
    <form ref={form} className={classes.wrapUp} onSubmit={close} aria-label={t("chats.wrap_up.title")}>
      <div className={classes.wrapUpHead}>
        <h2>{t("chats.wrap_up.title")}</h2>
        {chat.wrap_up_due_at !== null && <Due due_at={chat.wrap_up_due_at} />}
      </div>
      <div className={classes.wrapUpFields}>
        {conduct && (
          <DispositionSelect
            conduct={conduct}
            value={disposition}
            gone={gone}
            onChange={(value) => {
              setFailure("");
              change({ disposition: value });
            }}
          />
        )}
        <TagsInput
          label={t("chats.wrap_up.tags")}
          data={conduct?.tags ?? []}
          value={tags}
          onChange={(value) => change({ tags: value })}
          searchValue={begun_tag}
          onSearchChange={(value) => value !== begun_tag && change({ begun_tag: value })}
          maxTags={TAGS_MAX}
          maxLength={TAG_LENGTH_MAX}
        />
      </div>
      <Textarea
        label={t("chats.wrap_up.note")}
        autosize
        minRows={1}
        maxRows={4}
        maxLength={NOTE_LENGTH_MAX}
        value={note}
        onChange={(event) => change({ note: event.currentTarget.value })}
      />
      <SendTranscript chat={chat} />
      {failure !== "" && gone === "" && (
        <Text role="alert" c="red" size="sm">
          {failure}
        </Text>
      )}
      <div className={classes.wrapUpFoot}>
        <Text size="xs" c="dimmed">
          {missing ? t("chats.wrap_up.required") : t("chats.wrap_up.hint")}
        </Text>
        <Button ref={button} type="submit" loading={pending} disabled={missing}>
          {t("chats.conversation.close")}
        </Button>
      </div>
    </form>
  );
}

interface DispositionSelectProps {
  conduct: Conduct;
  value: string;
  /** What was chosen and is not offered any more; empty when there is nothing of the kind. */
  gone: string;
  onChange(value: string): void;
}

/** What is noted already stays to be seen, though the queue offers it no longer. */
function DispositionSelect({ conduct, value, gone, onChange }: DispositionSelectProps) {
  const { t } = useTranslation();
  const { dispositions, disposition_required } = conduct;
  const offered = value === "" || dispositions.includes(value);
  const data = offered ? dispositions : [...dispositions, value];
  if (data.length === 0) return null;
  return (
    <Select
      label={t("chats.wrap_up.disposition")}
      placeholder={t("chats.wrap_up.choose")}
      withAsterisk={disposition_required}
      error={gone === "" ? undefined : t("chats.wrap_up.gone", { name: gone })}
      data={data}
      value={value || null}
      onChange={(chosen) => onChange(chosen ?? "")}
      clearable={!disposition_required}
      allowDeselect={!disposition_required}
    />
  );
}

/** What stands in the form: a tag that is being typed is none yet. */
interface Entries extends Noted {
  begun_tag: string;
}

interface Notes extends Entries {
  /** The disposition that was chosen, when the queue offers it no longer; the disposition is empty then. */
  gone: string;
  change(next: Partial<Entries>): void;
  whole(): Noted;
}

/** Begins with what was noted before; what is not kept yet when the form goes is kept then, whoever closed the chat. */
function useNotes(chat: Chat, conduct: Conduct | undefined): Notes {
  const keeper = useNoted();
  const [entries, setEntries] = useState<Entries>(() => ({
    ...(keeper.pending(chat.id) ?? chat.noted),
    begun_tag: "",
  }));
  // A tag that is finished changes both the tags and what is typed, one after the other.
  const latest = useRef(entries);
  const offered = (chosen: string) =>
    chosen === chat.noted.disposition || conduct?.dispositions.includes(chosen) !== false ? chosen : "";
  const whole = () => {
    const noted = withBegunTag(latest.current);
    return { ...noted, disposition: offered(noted.disposition) };
  };
  useEffect(() => () => void keeper.keep(chat.id).catch(() => undefined), [keeper, chat.id]);
  const disposition = offered(entries.disposition);
  return {
    ...entries,
    disposition,
    gone: disposition === "" ? entries.disposition : "",
    change(next) {
      latest.current = { ...latest.current, ...next };
      setEntries(latest.current);
      keeper.change(chat.id, whole());
    },
    whole,
  };
}

/** The time may run out before a tag is finished: what was typed of it is kept as one. */
function withBegunTag({ begun_tag, ...noted }: Entries): Noted {
  const tag = begun_tag.trim();
  const is_there = noted.tags.some((other) => other.toLowerCase() === tag.toLowerCase());
  if (tag === "" || is_there || noted.tags.length >= TAGS_MAX) return noted;
  return { ...noted, tags: [...noted.tags, tag] };
}

function Due({ due_at }: { due_at: number }) {
  const { t } = useTranslation();
  const left_s = useSecondsLeft(due_at);
  return <span className="num">{t("chats.wrap_up.due", { s: left_s })}</span>;
}
