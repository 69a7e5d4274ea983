/** A demo server of its own for one journey: starts, is killed, comes back on the same addresses and data. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

export interface Account {
  email: string;
  password: string;
  role: string;
}

interface Ready {
  console: string;
  shop: string;
  users: Account[];
}

const start_ms_max = 30_000;
/** Below the ports of outgoing connections; each of the workers has its own. */
const first_port = 20_000;
const ports_of_a_worker = 2_000;
let next_port = first_port + ports_of_a_worker * Number(process.env.TEST_PARALLEL_INDEX ?? 0);

export class Demo {
  console = "";
  shop = "";
  users: Account[] = [];
  private server: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly log: string,
    private readonly ports: [number, number],
    private readonly options: string[],
  ) {}

  /** A fresh demo; what it says of itself goes to the file `log`. */
  static async start(log: string, options: string[] = []): Promise<Demo> {
    const folder = await mkdtemp(join(tmpdir(), "beckon-e2e-"));
    const demo = new Demo(folder, log, [await freePort(), await freePort()], options);
    await demo.up();
    return demo;
  }

  /** Starts the server on its addresses and data. */
  async up(): Promise<void> {
    const [console_port, shop_port] = this.ports;
    const args = ["demo", "--json", "--listen", `127.0.0.1:${console_port}`];
    args.push("--shop-listen", `127.0.0.1:${shop_port}`, "--data", this.folder, ...this.options);
    const server = spawn(binary(), args, { stdio: ["ignore", "pipe", "pipe"] });
    this.server = server;
    server.stderr.pipe(createWriteStream(this.log, { flags: "a" }));
    const ready = await firstLine(server);
    this.console = ready.console.replace(/\/$/, "");
    this.shop = ready.shop.replace(/\/$/, "");
    this.users = ready.users;
  }

  /** `kill -9`: no goodbye, no flush. */
  async kill(): Promise<void> {
    const server = this.server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, "exit");
    server.kill("SIGKILL");
    await gone;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  account(name: string): Account {
    const account = this.users.find((user) => user.email.startsWith(`${name}@`));
    if (!account) throw new Error(`the demo has no user ${name}`);
    return account;
  }
}

/** The server that the journeys try. */
export function binary(): string {
  const path = resolve(process.env.BECKON_BIN ?? "../target/release/beckon");
  if (!existsSync(path)) throw new Error(`${path} is missing: cargo build --release, or set BECKON_BIN`);
  return path;
}

async function firstLine(server: ChildProcess): Promise<Ready> {
  if (!server.stdout) throw new Error("the output of the server is piped");
  const lines = createInterface({ input: server.stdout });
  const line = once(lines, "line").then(([text]) => JSON.parse(text as string) as Ready);
  const died = once(server, "exit").then(([code]) => {
    throw new Error(`the server ended with ${code} before it was ready`);
  });
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("the server was not ready in time")), start_ms_max).unref();
  });
  return Promise.race([line, died as Promise<never>, late]);
}

/** A port that nobody listens on and that no outgoing connection is given, so that it is still free when it is needed. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next_port++;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (free) await new Promise((closed) => server.close(closed));
  return free;
}
