/**
 * Three nodes on PostgreSQL and NATS behind a real proxy, each on a machine of its own, with a shop. The proxy reads the
 * very file that operators are given, whose addresses are those of the machines.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { appendFile, chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, request } from "@playwright/test";
import { type Account, binary, freePort } from "./demo.ts";
import { Network, run } from "./network.ts";

export type ProxyName = "haproxy" | "nginx";
/** As in the files for the proxies. */
const nodes = { node1: "10.0.0.11", node2: "10.0.0.12", node3: "10.0.0.13" };
export type NodeName = keyof typeof nodes;
export const node_names = Object.keys(nodes) as NodeName[];

const proxy_address = "10.0.0.10";
const store_address = "10.0.0.20";
const examples = resolve("../crates/xtask/debian/examples");
const secret_key = "07".repeat(32);
const password = "a password of the journeys";
const wait = { timeout: 60_000, intervals: [100] };

/** Why there can be no cluster here; nothing when there can. */
export function whyNot(): string | undefined {
  if (process.getuid?.() !== 0)
    return "a cluster needs network namespaces, and these need root: run the journeys as root";
  return undefined;
}

export class Cluster {
  /** Where browsers find the console, through the proxy. */
  console = "";
  /** Where the pages with the snippet are. */
  shop = "";
  private readonly running = new Map<NodeName, ChildProcess>();
  private pages: Server | undefined;

  private constructor(
    private readonly proxy: ProxyName,
    private readonly network: Network,
    private readonly folder: string,
    private readonly log: (name: string) => string,
  ) {}

  /** Everything, ready; `log` names the file for what a machine says. */
  static async start(proxy: ProxyName, log: (name: string) => string): Promise<Cluster> {
    const network = Network.make();
    const folder = await mkdtemp(join(tmpdir(), "beckon-cluster-"));
    const cluster = new Cluster(proxy, network, folder, log);
    try {
      await cluster.set();
    } catch (error) {
      await cluster.remove();
      throw error;
    }
    return cluster;
  }

  async remove(): Promise<void> {
    this.pages?.closeAllConnections();
    this.pages?.close();
    await this.network.remove();
    await rm(this.folder, { recursive: true, force: true });
  }

  account(name: string): Account {
    return { email: `${name}@shop.example`, password, role: name === "admin" ? "admin" : "agent" };
  }

  /** `kill -9`: no goodbye, no flush. */
  async kill(node: NodeName): Promise<void> {
    const server = this.running.get(node);
    if (!server) throw new Error(`${node} does not run`);
    const gone = once(server, "exit");
    server.kill("SIGKILL");
    await gone;
    this.running.delete(node);
  }

  /** The machine of the node vanishes: no connection to it ends, none answers. */
  async vanish(node: NodeName): Promise<void> {
    this.network.cutOff(node);
  }

  /** The nodes to which HAProxy holds a connection of a browser now, one entry a connection. */
  async connections(): Promise<NodeName[]> {
    const told = await ask(join(this.folder, "haproxy-run", "admin.sock"), "show sess\n");
    const names = told.match(/(?<= be=beckon srv=)node\d/g) ?? [];
    return (names as NodeName[]).sort();
  }

  private async set(): Promise<void> {
    this.network.addMachine("store", store_address);
    this.network.addMachine("proxy", proxy_address);
    for (const node of node_names) this.network.addMachine(node, nodes[node]);
    const address = this.network.addWayIn("proxy");
    this.console = `https://${address}`;
    await this.startPostgres();
    this.startNats();
    this.makeAdmin();
    for (const node of node_names) await this.up(node);
    await (this.proxy === "haproxy" ? this.startHaproxy() : this.startNginx());
    await this.openShop();
  }

  /** Starts a node and waits until it is ready. */
  private async up(node: NodeName): Promise<void> {
    const args = [binary(), "serve", "--listen", "0.0.0.0:8080", "--trusted-proxies", "1", ...store()];
    args.push("--nats-url", `nats://${store_address}:4222`);
    this.running.set(node, this.begin(node, node, args));
    await this.listens(node, 8080);
  }

  private async startPostgres(): Promise<void> {
    const bin = postgresql();
    const data = join(this.folder, "postgres");
    await chmod(this.folder, 0o755);
    await mkdir(data);
    run(["chown", "postgres", data]);
    const owner = ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"];
    const init = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
    run(["setpriv", ...owner, join(bin, "initdb"), "-D", data, ...init]);
    await appendFile(join(data, "pg_hba.conf"), "host all all 10.0.0.0/24 trust\n");
    const settings = [`listen_addresses=${store_address}`, "unix_socket_directories=", "fsync=off"];
    const args = [...owner, join(bin, "postgres"), "-D", data, ...settings.flatMap((one) => ["-c", one])];
    this.begin("store", "postgres", args);
    const ready = ["-q", "-h", store_address];
    await expect.poll(() => this.succeeds("store", [join(bin, "pg_isready"), ...ready]), wait).toBe(true);
  }

  private startNats(): void {
    this.begin("store", "nats", [program("nats-server"), "--addr", store_address, "--port", "4222"]);
  }

  private makeAdmin(): void {
    const { email } = this.account("admin");
    const args = [binary(), "user", "create", "--email", email, "--role", "admin", "--password-stdin"];
    const command = [...args, "--database-url", database()];
    const script = `printf %s '${password}' | "$@"`;
    this.network.inside("store", ["sh", "-c", script, "sh", ...command]);
  }

  private async startHaproxy(): Promise<void> {
    const [settings, runs] = [join(this.folder, "haproxy"), join(this.folder, "haproxy-run")];
    await mkdir(settings);
    await mkdir(runs);
    await cp(join(examples, "haproxy.cfg"), join(settings, "haproxy.cfg"));
    const { certificate, key } = await this.makeCertificate();
    await writeFile(join(settings, "beckon.pem"), certificate + key);
    const args = [program("haproxy"), "-db", "-f", "/etc/haproxy/haproxy.cfg"];
    this.begin("proxy", "haproxy", args, { "/etc/haproxy": settings, "/run/haproxy": runs });
    await this.listens("proxy", 443);
  }

  private async startNginx(): Promise<void> {
    const [settings, logs] = [join(this.folder, "nginx"), join(this.folder, "nginx-log")];
    await cp("/etc/nginx", settings, { recursive: true, verbatimSymlinks: true });
    await rm(join(settings, "sites-enabled"), { recursive: true });
    await mkdir(join(settings, "sites-enabled"));
    await mkdir(logs);
    await cp(join(examples, "nginx.conf"), join(settings, "conf.d", "beckon.conf"));
    const { certificate, key } = await this.makeCertificate();
    await writeFile(join(settings, "beckon.pem"), certificate);
    await writeFile(join(settings, "beckon.key"), key);
    const folders = { "/etc/nginx": settings, "/var/log/nginx": logs };
    const pid = ["-g", `daemon off; pid ${this.folder}/nginx.pid;`];
    await writeFile(
      join(settings, "nginx.conf"),
      (await readFile("/etc/nginx/nginx.conf", "utf8")).replace(/^pid .*$/m, ""),
    );
    const nginx = program("nginx");
    const test = this.begin("proxy", "nginx-test", [nginx, "-t", ...pid], folders);
    const [code] = await once(test, "exit");
    expect(code, readFileSync(this.log("nginx-test"), "utf8")).toBe(0);
    this.begin("proxy", "nginx", [nginx, ...pid], folders);
    await this.listens("proxy", 443);
  }

  private async makeCertificate(): Promise<{ certificate: string; key: string }> {
    const [certificate, key] = [join(this.folder, "certificate"), join(this.folder, "key")];
    const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    run(["openssl", "req", ...kind, "-subj", "/CN=beckon", "-keyout", key, "-out", certificate]);
    return { certificate: await readFile(certificate, "utf8"), key: await readFile(key, "utf8") };
  }

  /** A site, a queue with a form, and an agent; its pages are on this machine. */
  private async openShop(): Promise<void> {
    const port = await freePort();
    this.shop = `http://127.0.0.1:${port}`;
    const extraHTTPHeaders = { origin: this.console };
    const api = await request.newContext({ ignoreHTTPSErrors: true, extraHTTPHeaders });
    const make = async (path: string, data: object) => {
      const answer = await api.post(`${this.console}/api/v1${path}`, { data });
      expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
      return (await answer.json()) as { id: string; key: string };
    };
    const { email } = this.account("admin");
    await expect.poll(async () => (await api.get(`${this.console}/readyz`)).status(), wait).toBe(200);
    await make("/session", { email, password });
    const alice = { email: this.account("alice").email, name: "Alice", role: "agent", password, slots: 3 };
    const agent = await make("/users", alice);
    const settings = { poll_interval_s: 2 };
    const site = await make("/sites", { name: "Shop", origins: [this.shop], settings });
    const name = { key: "name", type: "text", label: { en: "Name" }, required: true };
    await make(`/sites/${site.id}/queues`, {
      name: "Advice",
      is_default: true,
      plan: { form_reactive: [name] },
      agents: [agent.id],
    });
    await api.dispose();
    const snippet = `<script async src="${this.console}/beckon.js" data-site="${site.key}"></script>`;
    const page = `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">${snippet}<h1>Shop</h1>`;
    this.pages = createServer((_, response) => response.setHeader("content-type", "text/html").end(page));
    this.pages.listen(port, "127.0.0.1");
    await once(this.pages, "listening");
  }

  private begin(
    machine: string,
    name: string,
    command: string[],
    folders: Record<string, string> = {},
  ): ChildProcess {
    const log = openSync(this.log(name), "a");
    const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("BECKON_")));
    return this.network.start(machine, command, { env, stdio: ["ignore", log, log] }, folders);
  }

  private succeeds(machine: string, command: string[]): boolean {
    try {
      this.network.inside(machine, command);
      return true;
    } catch {
      return false;
    }
  }

  private async listens(machine: string, port: number): Promise<void> {
    const connects = ["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${port}`];
    await expect.poll(() => this.succeeds(machine, connects), wait).toBe(true);
  }
}

function database(): string {
  return `postgres://postgres@${store_address}/postgres`;
}

function store(): string[] {
  return ["--database-url", database(), "--secret-key", secret_key];
}

/** The folder with the programs of the newest PostgreSQL. */
function postgresql(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).map(Number) : [];
  if (versions.length === 0) throw new Error("PostgreSQL is missing: run `cargo xtask test`");
  return join(root, String(Math.max(...versions)), "bin");
}

/** A program of the system, also where only root looks for it. */
function program(name: string): string {
  const found = ["/usr/sbin", "/usr/bin", "/usr/local/bin"]
    .map((folder) => join(folder, name))
    .find(existsSync);
  if (!found) throw new Error(`${name} is missing: run \`cargo xtask test\`, or apt-get install ${name}`);
  return found;
}

/** What HAProxy answers to a command. */
async function ask(socket: string, command: string): Promise<string> {
  const connection = connect(socket);
  connection.end(command);
  const parts: Buffer[] = [];
  for await (const part of connection) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
