/** Owns commands that wait for their answer: each has a reference, a deadline, and one outcome. */
import type { AgentFrame } from "../../api/wire";
import { LiveRefusal } from "./refusal";
import type { Socket } from "./socket";

const ANSWER_WITHIN_MS = 10_000;

type Command = Extract<AgentFrame, { ref: string }>;
type Unreferenced<T> = T extends unknown ? Omit<T, "ref"> : never;

export interface Commands {
  run(frame: Unreferenced<Command>): Promise<void>;
  done(ref: string): void;
  refused(ref: string, refusal: LiveRefusal): void;
  /** The connection is gone: no answer will come any more. */
  lost(): void;
}

interface Waiting {
  done(): void;
  fail(refusal: LiveRefusal): void;
}

export function createCommands(socket: () => Socket): Commands {
  const waiting = new Map<string, Waiting>();

  function take(ref: string): Waiting | undefined {
    const found = waiting.get(ref);
    waiting.delete(ref);
    return found;
  }

  return {
    run(frame) {
      const ref = crypto.randomUUID();
      return new Promise((resolve, reject) => {
        if (!socket().send({ ...frame, ref } as Command)) {
          reject(new LiveRefusal("no_connection", "There is no connection to the server."));
          return;
        }
        const timer = setTimeout(() => {
          take(ref)?.fail(new LiveRefusal("no_connection", "The server did not answer in time."));
          socket().renew();
        }, ANSWER_WITHIN_MS);
        const settle = (then: () => void) => {
          clearTimeout(timer);
          then();
        };
        waiting.set(ref, { done: () => settle(resolve), fail: (refusal) => settle(() => reject(refusal)) });
      });
    },
    done: (ref) => take(ref)?.done(),
    refused: (ref, refusal) => take(ref)?.fail(refusal),
    lost() {
      for (const ref of [...waiting.keys()]) {
        take(ref)?.fail(new LiveRefusal("no_connection", "The connection was lost."));
      }
    },
  };
}
