import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { collectOptions, optionsOf } from "../../../collector/server/options.ts";
import { temporary } from "./support.ts";

const unit = join(import.meta.dirname, "../../../collector/server/unit/isotrace-collector.service");
const sample = join(import.meta.dirname, "../../../collector/server/unit/isotrace-collector.conf");

test("the sample configuration has every option, and its values are the defaults or can be taken", () => {
  const lines = readFileSync(sample, "utf8").split("\n");
  const settings = lines.filter((line) => /^#[a-z-]+ = /.test(line)).map((line) => line.slice(1));
  expect(settings.map((line) => line.split(" ", 1)[0]).sort()).toEqual(Object.keys(collectOptions).sort());
  expect(optionsOf({}, sample)).toEqual(optionsOf({}, undefined));
  const file = join(temporary(), "conf");
  writeFileSync(file, settings.filter((line) => !/^(cert|key|keep|keep-last) /.test(line)).join("\n"));
  expect(optionsOf({}, file)).toEqual(optionsOf({}, undefined));
  writeFileSync(file, settings.filter((line) => !/^(cert|key) /.test(line)).join("\n"));
  expect(optionsOf({}, file).rules).toEqual({ keep: 30 * 86_400_000, last: 20, per: "name" });
});

test("the command line goes before the file, and a line that means nothing is named", () => {
  const file = join(temporary(), "conf");
  writeFileSync(file, "# comment\n\nquota = 1\nrate = 2\n");
  expect(optionsOf({ rate: "3" }, file)).toMatchObject({ rate: 3e6, server: { quota: 1e9 } });
  writeFileSync(file, "quota = 1\nquote = 2\n");
  expect(() => optionsOf({}, file)).toThrow(
    /conf line 2: must be NAME = VALUE with a name of listen, .*"quote = 2"/,
  );
});

test("systemd takes every line of the unit", async ({ skip }) => {
  const found = await execa("systemd-analyze", ["--version"], { reject: false });
  if (found.exitCode !== 0) skip("systemd-analyze is not installed");
  const copy = join(temporary(), "isotrace-collector.service");
  // What it starts need not be installed for the unit to be right.
  writeFileSync(copy, readFileSync(unit, "utf8").replace(/^ExecStart=\S+/m, "ExecStart=/bin/true"));
  const { stderr } = await execa("systemd-analyze", ["verify", copy], { reject: false });
  expect(stderr.split("\n").filter((line) => line.includes("isotrace-collector.service"))).toEqual([]);
});
