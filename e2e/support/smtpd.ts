/** A mail server for one journey: aiosmtpd, which keeps what it takes as files. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./demo.ts";

const start_ms_max = 15_000;

export class Smtpd {
  private constructor(
    private readonly server: ChildProcess,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(): Promise<Smtpd> {
    const program = process.env.BECKON_TEST_SMTPD;
    if (!program)
      throw new Error("BECKON_TEST_SMTPD does not name the program aiosmtpd: run `cargo xtask test`");
    const folder = await mkdtemp(join(tmpdir(), "beckon-mail-"));
    const port = await freePort();
    const args = ["--nosetuid", "--class", "aiosmtpd.handlers.Mailbox", "--listen", `127.0.0.1:${port}`];
    const server = spawn(program, [...args, join(folder, "mail")], { stdio: "ignore" });
    const until = Date.now() + start_ms_max;
    while (!(await answers(port))) {
      if (Date.now() > until) throw new Error("the mail server does not listen");
      await new Promise((wake) => setTimeout(wake, 50));
    }
    return new Smtpd(server, folder, port);
  }

  /** What arrived so far, each with its headers. */
  async mails(): Promise<string[]> {
    const folder = join(this.folder, "mail", "new");
    const names = await readdir(folder).catch(() => []);
    return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  }

  async remove(): Promise<void> {
    const gone = once(this.server, "exit");
    this.server.kill("SIGKILL");
    await gone;
    await rm(this.folder, { recursive: true, force: true });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
