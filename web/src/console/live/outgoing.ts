/** Owns sending the messages of the outbox, and keeping it over a reload of the page. */
import type { RefusalCode } from "../../api/wire";
import { type OutboxEntry, parseOutbox, unsent, withEntry, withoutEntry, withRefusal } from "./outbox";
import type { Socket } from "./socket";
import type { LiveStore } from "./store";

const ANSWER_WITHIN_MS = 10_000;

export interface Outgoing {
  send(entry: OutboxEntry): void;
  /** Sends again, in the order of writing, what has no acknowledgement. */
  sendAll(): void;
  find(id: string): OutboxEntry | undefined;
  settle(id: string): void;
  refuse(id: string, code: RefusalCode, detail?: string): void;
  close(): void;
}

export function storedOutbox(user: string): OutboxEntry[] {
  return parseOutbox(sessionStorage.getItem(keyOf(user)));
}

export function createOutgoing(user: string, store: LiveStore, socket: () => Socket): Outgoing {
  let sent_at = 0;
  const timer = setInterval(renewWhenSilent, ANSWER_WITHIN_MS / 2);

  function keep(outbox: OutboxEntry[]): void {
    sessionStorage.setItem(keyOf(user), JSON.stringify(outbox));
    store.update({ outbox });
  }

  function transmit(entry: OutboxEntry): void {
    if (store.read().connection.state !== "open") return;
    sent_at = Date.now();
    const { chat, id, epoch, text, audience, file } = entry;
    socket().send({ type: "say", chat, id, epoch, text, ...(audience && { audience }), file: file?.id });
  }

  /** A message that stays without an acknowledgement on an open connection means that the connection is dead. */
  function renewWhenSilent(): void {
    const { connection, outbox } = store.read();
    const waits = unsent(outbox).length > 0;
    if (connection.state === "open" && waits && Date.now() - sent_at > ANSWER_WITHIN_MS) socket().renew();
  }

  return {
    send(entry) {
      keep(withEntry(store.read().outbox, entry));
      transmit(entry);
    },
    sendAll() {
      for (const entry of unsent(store.read().outbox)) transmit(entry);
    },
    find: (id) => store.read().outbox.find((held) => held.id === id),
    settle(id) {
      const { outbox } = store.read();
      const rest = withoutEntry(outbox, id);
      if (rest !== outbox) keep(rest);
    },
    refuse: (id, code, detail) => keep(withRefusal(store.read().outbox, id, code, detail)),
    close: () => clearInterval(timer),
  };
}

function keyOf(user: string): string {
  return `beckon.console.outbox.${user}`;
}
