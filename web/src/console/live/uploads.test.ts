import { beforeEach, describe, expect, it, vi } from "vitest";
import { createLiveStore } from "./store";
import { createUploads, FILE_BYTES_MAX, REFUSED_MAX, WAITING_MAX } from "./uploads";

/** A server that takes one file after another, when it is told to. */
class Request extends EventTarget {
  static under_way: Request[] = [];
  upload = { onprogress: null };
  status = 201;
  responseText = "{}";
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  open() {}
  setRequestHeader() {}
  abort() {}
  send() {
    Request.under_way.push(this);
  }
}

beforeEach(() => {
  vi.stubGlobal("XMLHttpRequest", Request);
  Request.under_way = [];
});

function uploading() {
  const store = createLiveStore([], {} as never);
  const arrived: string[] = [];
  const uploads = createUploads(store, (chat) => arrived.push(chat));
  const shown = (chat: string) => store.read().uploads.filter((upload) => upload.chat === chat);
  return { uploads, arrived, shown };
}

const files = (count: number) => Array.from({ length: count }, (_, n) => new File(["x"], `${n}.txt`));

// spec: Q-8
describe("files on their way to a chat", () => {
  it("all wait, as many as the chat holds, and go one at a time", () => {
    const { uploads, arrived, shown } = uploading();
    uploads.add("c", files(WAITING_MAX));
    expect(shown("c").map(({ refused }) => refused)).toEqual(Array(WAITING_MAX).fill(null));
    for (let n = 1; n <= WAITING_MAX; n += 1) {
      expect(Request.under_way).toHaveLength(n);
      Request.under_way.at(-1)?.onload?.();
    }
    expect([arrived.length, shown("c")]).toEqual([WAITING_MAX, []]);
  });

  it("are shown with the reason when they are beyond what the chat holds", () => {
    const { uploads, shown } = uploading();
    uploads.add("c", files(WAITING_MAX + 3));
    const beyond = shown("c").slice(WAITING_MAX);
    expect(beyond.map(({ name, refused }) => [name, refused])).toEqual([
      ["100.txt", "full"],
      ["101.txt", "full"],
      ["102.txt", "full"],
    ]);
  });

  it("take no place in another chat, and those that were not taken take none in their own", () => {
    const { uploads, shown } = uploading();
    const large = new File([new Uint8Array(FILE_BYTES_MAX + 1)], "large.txt");
    uploads.add("c", [large, ...files(WAITING_MAX)]);
    uploads.add("d", files(1));
    expect(shown("d")).toHaveLength(1);
    const refused = [...shown("c"), ...shown("d")].filter((upload) => upload.refused !== null);
    expect(refused.map((upload) => [upload.name, upload.refused])).toEqual([["large.txt", "too_large"]]);
  });

  it("that were not taken are shown up to a bound", () => {
    const { uploads, shown } = uploading();
    uploads.add("c", files(WAITING_MAX + REFUSED_MAX + 50));
    expect(shown("c")).toHaveLength(WAITING_MAX + REFUSED_MAX);
  });
});
