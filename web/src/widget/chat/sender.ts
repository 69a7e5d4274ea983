/** Sends one file at a time to the server, and tells how far it is. Decides nothing. */
import type { MessageFile } from "../../api/wire";
import type { Event } from "./state";
import { errorOf, type Upload } from "./uploads";

export interface Sender {
  /** Sends this file and no other; one that is under way goes on. */
  send(upload: Upload | undefined, token: string): void;
}

export function makeSender(host: string, act: (event: Event) => void): Sender {
  let request: XMLHttpRequest | undefined;
  let sending = "";

  return {
    send(upload, token) {
      const id = upload ? upload.id : "";
      if (id === sending) return;
      if (request) request.abort();
      request = undefined;
      sending = id;
      if (upload)
        request = post(host, upload, token, act, () => {
          sending = "";
        });
    },
  };
}

/** By XMLHttpRequest, because only that tells how much has gone. */
function post(
  host: string,
  { id, chat, file }: Upload,
  token: string,
  act: (event: Event) => void,
  over: () => void,
): XMLHttpRequest {
  const request = new XMLHttpRequest();
  const query = new URLSearchParams({ chat, id, name: file.name });
  const failed = (code: string) => {
    over();
    act({ type: "upload_failed", id, error: errorOf(code) });
  };
  request.open("POST", `${host}/live/visitor/files?${query}`);
  request.setRequestHeader("authorization", `Bearer ${token}`);
  request.setRequestHeader("content-type", "application/octet-stream");
  request.upload.addEventListener("progress", (event) =>
    act({ type: "upload_moved", id, sent: event.loaded / (event.total || 1) }),
  );
  request.addEventListener("load", () => {
    const answer = parse(request.responseText);
    if (request.status >= 300) return failed(String(answer.code));
    over();
    act({ type: "upload_arrived", id, file: answer as unknown as MessageFile, now: Date.now() });
  });
  request.addEventListener("error", () => failed(""));
  request.send(file);
  return request;
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
