import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, execaSync } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildEnvironment, callerOf, commandFor } from "../../../agent/supervisor/caller.ts";

describe("the caller's ignored signals and limit", () => {
  it.each([
    ["SigIgn:0000000000000001 nofile:1024", ["HUP"], 1024],
    ["SigIgn:0000000000001002 nofile:256", ["INT", "PIPE"], 256],
    ["SigIgn:0000000000000000 nofile:unlimited", [], undefined],
    // Real-time signals, from 32 on, have no names.
    ["SigIgn:ffffffff00000000 nofile:0", [], undefined],
    ["SigIgn:; nofile:-1", [], undefined],
    ["", [], undefined],
  ])("are %o", (ISOTRACE_CALLER, ignored, openFiles) => {
    expect(callerOf({ ISOTRACE_CALLER })).toEqual({ ignored, openFiles });
  });

  it("are not there without the launcher", () => {
    expect(callerOf({})).toEqual({ ignored: [], openFiles: undefined });
  });

  it("are those of the build's process", async () => {
    const argv = ["grep", "^SigIgn:", "/proc/self/status"];
    const ignoredBy = async (ignored: string[]) => {
      const { file, args } = commandFor({ ignored, openFiles: undefined }, argv);
      return (await execa(file, args)).stdout.split("\t")[1];
    };
    expect(await ignoredBy(["HUP", "QUIT"])).toBe("0000000000000005");
    expect(await ignoredBy([])).toBe("0000000000000000");
  });

  it("leave a command as it is where nothing is ignored", () => {
    const argv = ["lb", "build", "-v"];
    expect(commandFor({ ignored: [], openFiles: 5 }, argv)).toEqual({ file: "lb", args: ["build", "-v"] });
  });
});

describe("the build's environment", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "isotrace-caller-"));
    writeFileSync(join(directory, "show.mjs"), "process.stdout.write(JSON.stringify(process.env))");
    writeFileSync(
      join(directory, "package.json"),
      JSON.stringify({ name: "p", version: "1.0.0", private: true, scripts: { show: "exec node show.mjs" } }),
    );
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const plain = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: "/nonexistent",
    LANG: "C.UTF-8",
    SOURCE_DATE_EPOCH: "1700000000",
    EMPTY: "",
    TWO_LINES: "a=b\nc",
  };

  it.each([
    ["", {}],
    [" and has an editor of its own", { EDITOR: "ed" }],
    [" and has one for npm to choose", { VISUAL: "emacs" }],
  ])("is the caller's, where npm started Isotrace%s", (_, more) => {
    const env = { ...plain, ...more };
    const { stdout } = execaSync("npm", ["--silent", "run", "show"], {
      cwd: directory,
      env,
      extendEnv: false,
    });
    const told = JSON.parse(stdout);
    expect(told.npm_execpath).toBeDefined();
    const { PWD, ...rest } = buildEnvironment(told);
    // The shell that npm starts makes PWD.
    expect([undefined, directory]).toContain(PWD);
    expect(rest).toEqual(env);
  });

  it("is the caller's, whatever names it has that npm uses too, where npm did not start it", () => {
    const env = {
      ...plain,
      NODE: "/opt/node",
      COLOR: "1",
      INIT_CWD: "/",
      npm_config_registry: "http://a/",
      EDITOR: "",
    };
    env.PATH = `/srv/node_modules/.bin:${env.PATH}`;
    expect(buildEnvironment(env)).toEqual(env);
  });

  it("has nothing of Isotrace's own", () => {
    const own = { ISOTRACE_CALLER: "SigIgn:0", ISOTRACE_TOKEN: "secret" };
    expect(buildEnvironment({ ...plain, ...own })).toEqual(plain);
    const cache = (NODE_COMPILE_CACHE: string) => buildEnvironment({ NODE_COMPILE_CACHE });
    expect(cache("/srv/node_modules/.cache/isotrace")).toEqual({});
    expect(cache("/srv/cache")).toEqual({ NODE_COMPILE_CACHE: "/srv/cache" });
  });
});
