// SPDX-License-Identifier: Apache-2.0
// The sandbox and the daemon for the console's test: real programs, stopped in order at the end.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";

export const patience = 60000;

export async function until(what, holds, within = patience) {
  for (const end = Date.now() + within; ;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${within / 1000} s in vain: ${what}`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class World {
  constructor(bin, folder) {
    Object.assign(this, { bin, folder, children: [] });
  }

  // Ended by the kernel should this process be killed.
  run(program, ...more) {
    const log = openSync(`${this.folder}/${program}.log`, "a");
    const child = spawn("setpriv", ["--pdeathsig", "TERM", `${this.bin}/${program}`, ...more], { stdio: ["ignore", log, log] });
    child.ended = new Promise((resolve) => child.on("exit", resolve));
    this.children.push(child);
    return child;
  }

  async start() {
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    mkdirSync(`${this.folder}/stock`);
    // Sixty seconds a second: a hold of two hours is there for two minutes, and a sale is seen within seconds.
    this.run("forestall-sandbox", "--seed", "3", "--fba", "0", "--accounts", "2", "--skus", "40", "--rate", "100", "--days", "30",
      "--lead-time", "4h", "--cover", "8h", "--pick-after", "15m", "--speed", "60", "--warehouse", `${this.folder}/stock`,
      "--configure", this.folder, "--daemon-port", String(this.port), "--daemon-mode", "guard");
    const file = `${this.folder}/forestall.toml`;
    await until("the sandbox's configuration", () => existsSync(file) && readFileSync(file, "utf8").includes("[[stock]]"));
    this.base = readFileSync(file, "utf8").match(/^base_url = "(.*)"$/m)[1];
    this.token = readFileSync(`${this.folder}/api-token`, "utf8").trim();
    this.startDaemon();
    await until("a daemon that is ready", async () => (await this.get("/readyz").catch(() => ({}))).status === 200);
  }

  startDaemon() {
    this.daemon = this.run("forestalld", "--config", `${this.folder}/forestall.toml`, "--clock-from", this.base);
  }

  async stopDaemon() {
    this.daemon.kill("SIGTERM");
    await this.daemon.ended;
  }

  get(target) {
    return fetch(this.url + target);
  }
  async json(target) {
    return (await this.get(target)).json();
  }
  async metric(sample) {
    const text = await (await this.get("/metrics")).text();
    return Number(text.split("\n").find((line) => line.startsWith(`${sample} `))?.split(" ").pop() ?? NaN);
  }

  // The daemon first: it takes its Redis with it.
  async stop() {
    for (const child of this.children.reverse()) {
      child.kill("SIGTERM");
      await Promise.race([child.ended, new Promise((resume) => setTimeout(resume, 20000))]);
      child.kill("SIGKILL");
    }
  }
}
