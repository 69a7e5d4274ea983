/** Owns requests to the REST interface: JSON in and out, and one error type for all that can go wrong. */
import type { Page, Problem } from "../../api/rest";
import { noteServerTime } from "../ui/server-time";

/** A list is read to its end in pages of this size, and never beyond `LIST_PAGES_MAX` pages. */
const LIST_PAGE_SIZE = 200;
const LIST_PAGES_MAX = 25;

/** What the server, or the lack of one, answered. `status` 0: the server could not be reached. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = "ApiError";
  }

  get status(): number {
    return this.problem.status;
  }
}

/** Trying again may help: what failed was the way to the server, or the server, or it was asked too often. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof ApiError)) return true;
  return error.status < 400 || error.status >= 500 || error.status === 429;
}

/** What is refused here is no sign that a session has ended. */
const SIGNING_IN = ["/session", "/user-link", "/user-link/look"];
/** Refusals of a code say nothing of the session either. */
const OF_CODES = ["code_needed", "wrong_code", "sign_in_over"];

const signedOutListeners = new Set<() => void>();

/** Calls back whenever a request is refused because nobody is signed in. */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

export async function request<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const answer = await send(method, path, body, signal);
  if (answer.status === 204) return undefined as T;
  if (answer.ok) return (await answer.json()) as T;
  const problem = await problemOf(answer);
  const of_code = OF_CODES.includes(problem.code ?? "");
  if (answer.status === 401 && !of_code && !(method === "POST" && SIGNING_IN.includes(path))) {
    for (const listener of signedOutListeners) listener();
  }
  throw new ApiError(problem);
}

/** All items of a list, page by page. */
export async function requestAll<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let after: string | null = null;
  for (let page = 0; page < LIST_PAGES_MAX; page += 1) {
    const query = new URLSearchParams({ limit: String(LIST_PAGE_SIZE) });
    if (after !== null) query.set("after", after);
    const joint = path.includes("?") ? "&" : "?";
    const answer: Page<T> = await request("GET", `${path}${joint}${query}`, undefined, signal);
    items.push(...answer.items);
    if (answer.next === null || answer.next === undefined) break;
    after = answer.next;
  }
  return items;
}

/** Sends a file as it is. */
export async function sendFile<T>(
  path: string,
  file: File,
  content_type = "application/octet-stream",
): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": content_type },
      body: file,
    });
  } catch {
    throw new ApiError(unreachable);
  }
  if (answer.ok) return (await answer.json()) as T;
  throw new ApiError(await problemOf(answer));
}

/** Sends without waiting for an answer, also while the page is going away. */
export function hand(method: string, path: string, body: unknown): void {
  void fetch(`/api/v1${path}`, {
    method,
    credentials: "same-origin",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    keepalive: true,
  }).catch(() => undefined);
}

const unreachable: Problem = { title: "The server could not be reached", status: 0, code: "network" };

async function send(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  try {
    const answer = await fetch(`/api/v1${path}`, {
      method,
      credentials: "same-origin",
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
    noteServerTime(answer.headers.get("date"));
    return answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(unreachable);
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const found = (await answer.json()) as Problem;
    if (typeof found.title === "string") return { ...found, status: answer.status };
  } catch {
    // Not JSON: a proxy in between answered. The status says enough.
  }
  return { title: answer.statusText || `HTTP ${answer.status}`, status: answer.status };
}
