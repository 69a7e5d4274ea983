/** Owns files on their way to a chat: one after another, kept with their reason when they are not taken. A file that has arrived goes on as a message. */
import type { MessageFile } from "../../api/wire";
import type { LiveStore } from "./store";

export type UploadRefusal = "too_large" | "kind" | "broken" | "full" | "closed" | "lost";

export interface Upload {
  /** Made here; the file keeps it over every attempt, and so does the message that carries it. */
  id: string;
  chat: string;
  name: string;
  bytes: number;
  /** Address of the picture in this browser, if it is one. */
  preview: string | null;
  /** Of 1. */
  sent: number;
  refused: UploadRefusal | null;
}

export interface Uploads {
  add(chat: string, files: readonly File[]): void;
  retry(id: string): void;
  /** Stops it, or takes away one that was not taken. */
  drop(id: string): void;
  close(): void;
}

export const FILE_BYTES_MAX = 10 * 1024 * 1024;
/** As many as a chat holds: more of them have no place to wait for. */
export const WAITING_MAX = 100;
/** Of those that were not taken so many are shown in a chat; who adds more at once sees it by these. */
export const REFUSED_MAX = 100;

export function createUploads(
  store: LiveStore,
  arrived: (chat: string, id: string, file: MessageFile) => void,
): Uploads {
  const contents = new Map<string, File>();
  let sending: { id: string; request: XMLHttpRequest } | null = null;

  const keep = (uploads: Upload[]) => store.update({ uploads });
  const change = (id: string, part: Partial<Upload>) =>
    keep(store.read().uploads.map((upload) => (upload.id === id ? { ...upload, ...part } : upload)));

  function forget(id: string): void {
    const gone = store.read().uploads.find((upload) => upload.id === id);
    if (gone?.preview) URL.revokeObjectURL(gone.preview);
    contents.delete(id);
    keep(store.read().uploads.filter((upload) => upload.id !== id));
  }

  function goOn(): void {
    if (sending) return;
    const next = store.read().uploads.find((upload) => upload.refused === null);
    const content = next && contents.get(next.id);
    if (!next || !content) return;
    const settled = (settle: () => void) => {
      sending = null;
      settle();
      goOn();
    };
    const request = post(next, content, {
      moved: (sent) => change(next.id, { sent }),
      arrived: (file) =>
        settled(() => {
          forget(next.id);
          arrived(next.chat, next.id, file);
        }),
      refused: (refused) => settled(() => change(next.id, { refused, sent: 0 })),
    });
    sending = { id: next.id, request };
  }

  return {
    add(chat, files) {
      const { uploads } = store.read();
      const there = uploads.filter((upload) => upload.chat === chat);
      let waiting = there.filter((upload) => upload.refused === null).length;
      let not_taken = there.length - waiting;
      const more: Upload[] = [];
      for (const file of files) {
        const refused = file.size > FILE_BYTES_MAX ? "too_large" : waiting < WAITING_MAX ? null : "full";
        if (refused === null) waiting += 1;
        else not_taken += 1;
        if (refused !== null && not_taken > REFUSED_MAX) continue;
        const id = crypto.randomUUID();
        if (refused === null) contents.set(id, file);
        const preview = file.type.startsWith("image/") ? URL.createObjectURL(file) : null;
        more.push({ id, chat, name: file.name, bytes: file.size, preview, sent: 0, refused });
      }
      keep([...uploads, ...more]);
      goOn();
    },
    retry(id) {
      change(id, { refused: null, sent: 0 });
      goOn();
    },
    drop(id) {
      if (sending?.id === id) {
        sending.request.abort();
        sending = null;
      }
      forget(id);
      goOn();
    },
    close: () => sending?.request.abort(),
  };
}

interface Told {
  moved(sent: number): void;
  arrived(file: MessageFile): void;
  refused(why: UploadRefusal): void;
}

/** By XMLHttpRequest, because only that tells how much has gone. */
function post(upload: Upload, content: File, told: Told): XMLHttpRequest {
  const request = new XMLHttpRequest();
  const query = new URLSearchParams({ id: upload.id, name: upload.name });
  request.open("POST", `/api/v1/chats/${encodeURIComponent(upload.chat)}/files?${query}`);
  request.setRequestHeader("content-type", "application/octet-stream");
  request.upload.onprogress = (event) => told.moved(event.loaded / (event.total || 1));
  request.onload = () => {
    const answer = parse(request.responseText);
    if (request.status < 300) told.arrived(answer as unknown as MessageFile);
    else told.refused(refusalOf(answer.code));
  };
  request.onerror = () => told.refused("lost");
  request.send(content);
  return request;
}

/** What the server's refusal means; anything else may pass, so it can be tried again. */
export function refusalOf(code: unknown): UploadRefusal {
  switch (code) {
    case "file_too_large":
      return "too_large";
    case "file_kind":
      return "kind";
    case "file_broken":
      return "broken";
    case "chat_full":
    case "site_full":
      return "full";
    case "chat_closed":
    case "not_found":
      return "closed";
    default:
      return "lost";
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
