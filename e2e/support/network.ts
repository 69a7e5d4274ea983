/** Machines of a network of their own: Linux network namespaces on a bridge that nothing else reaches. Needs root. */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** From the place of benchmarks (RFC 2544), which is nobody's: two addresses for this machine and the proxy. */
const outside_bits = 2;
const outside_first = (198 << 24) | (18 << 16);
const outside_count = 2 ** 15;

export class Network {
  /** What the names of its namespaces begin with. */
  private readonly name: string;
  private readonly machines = new Set<string>();
  private readonly started: ChildProcess[] = [];
  /** The end of the way in that stands on this machine. */
  private way_in: string | undefined;

  private constructor() {
    this.name = `beckon-${process.pid}`;
  }

  /** An empty network; what others left behind who died is removed first. */
  static make(): Network {
    sweep();
    const network = new Network();
    network.add("lan");
    network.inside("lan", ["ip", "link", "add", "lan", "type", "bridge"]);
    network.inside("lan", ["ip", "link", "set", "lan", "up"]);
    return network;
  }

  /** A machine with this address, in a network of 256. */
  addMachine(machine: string, address: string): void {
    this.add(machine);
    const [lan, own] = [this.namespace("lan"), this.namespace(machine)];
    run(["ip", "-netns", lan, "link", "add", machine, "type", "veth", "peer", "name", "eth0", "netns", own]);
    this.inside("lan", ["ip", "link", "set", machine, "master", "lan", "up"]);
    this.inside(machine, ["ip", "address", "add", `${address}/24`, "dev", "eth0"]);
    this.inside(machine, ["ip", "link", "set", "eth0", "up"]);
  }

  /** From now on nothing comes from this machine, and nothing reaches it: its power or its cable is gone. */
  cutOff(machine: string): void {
    this.inside("lan", ["ip", "link", "set", machine, "down"]);
  }

  /** Lets this machine of ours reach one of the network; yields its address as seen from here. */
  addWayIn(machine: string): string {
    const first = outside_first + ((process.pid % outside_count) << outside_bits);
    const address = (host: number) => [24, 16, 8, 0].map((bits) => ((first + host) >>> bits) & 255).join(".");
    const ours = `bk${process.pid}`;
    const own = this.namespace(machine);
    run(["ip", "link", "add", ours, "type", "veth", "peer", "name", "eth1", "netns", own]);
    this.way_in = ours;
    // Its IPv6 address would come some seconds after it, and browsers drop what is under way whenever an address comes.
    run(["ip", "link", "set", ours, "addrgenmode", "none"]);
    run(["ip", "address", "add", `${address(1)}/30`, "dev", ours]);
    run(["ip", "link", "set", ours, "up"]);
    this.inside(machine, ["ip", "address", "add", `${address(2)}/30`, "dev", "eth1"]);
    this.inside(machine, ["ip", "link", "set", "eth1", "up"]);
    return address(2);
  }

  /** Runs a program on a machine to its end. */
  inside(machine: string, command: string[]): string {
    return run(["ip", "netns", "exec", this.namespace(machine), ...command]);
  }

  /** Starts a program on a machine; it is killed when this process dies. Folders of ours stand there in the place of others. */
  start(
    machine: string,
    command: string[],
    options: SpawnOptions,
    folders: Record<string, string> = {},
  ): ChildProcess {
    const mounts = Object.entries(folders).map(
      ([place, folder]) => `mount --bind '${folder}' '${place}' && `,
    );
    const script = `${mounts.join("")}exec setpriv --pdeathsig KILL "$@"`;
    const args = ["netns", "exec", this.namespace(machine), "sh", "-c", script, "sh", ...command];
    const child = spawn("ip", args, options);
    this.started.push(child);
    return child;
  }

  /** Ends everything that runs in it, and takes it away. */
  async remove(): Promise<void> {
    const living = this.started.filter((child) => child.exitCode === null && child.signalCode === null);
    const gone = living.map((child) => new Promise((gone) => child.once("exit", gone)));
    for (const child of living) child.kill("SIGKILL");
    await Promise.all(gone);
    // At once: with its namespace it would go some time later, under the feet of whoever comes next.
    if (this.way_in) run(["ip", "link", "delete", this.way_in]);
    for (const machine of this.machines) removeNamespace(this.namespace(machine));
  }

  private add(machine: string): void {
    run(["ip", "netns", "add", this.namespace(machine)]);
    this.machines.add(machine);
    this.inside(machine, ["ip", "link", "set", "lo", "up"]);
  }

  private namespace(machine: string): string {
    return `${this.name}-${machine}`;
  }
}

/** Runs a program to its end. */
export function run(command: string[]): string {
  const [program = "", ...args] = command;
  const done = spawnSync(program, args, { encoding: "utf8" });
  if (done.status !== 0)
    throw new Error(`${command.join(" ")}: ${done.error?.message ?? ""}${done.stderr}${done.stdout}`);
  return done.stdout;
}

/** Removes the namespaces of processes that are no more. */
function sweep(): void {
  for (const line of run(["ip", "netns", "list"]).split("\n")) {
    const [, name, pid] = /^(beckon-(\d+)-\w+)/.exec(line) ?? [];
    if (name && pid && !lives(pid)) removeNamespace(name);
  }
}

function lives(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").length > 0;
  } catch {
    return false;
  }
}

/** With it go its processes and its ends of connections, and the ends on the other side with them. */
function removeNamespace(name: string): void {
  for (const pid of run(["ip", "netns", "pids", name]).split("\n").filter(Boolean))
    spawnSync("kill", ["-KILL", pid]);
  run(["ip", "netns", "delete", name]);
}
