import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { manifestFormats } from "../../../collector/manifest/formats/formats.ts";
import { findingsFormats } from "../../../collector/nondeterminism/formats/formats.ts";
import { materialOf } from "../../../collector/report/report.ts";
import { endpoints } from "../../../collector/server/endpoints.ts";
import { whyJson } from "../../../collector/why/json.ts";
import { why } from "../../../collector/why/why.ts";
import { collecting, get, news, send, small, stored } from "./support.ts";

test("every answer is as the document says", async () => {
  const running = await collecting();
  const key = await stored(running, small(), "a-build", [{ name: "branch", value: "main" }]);
  const { json: document } = await get(running, "/v1/openapi.json");
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema(document, "api");
  let checked = 0;
  for (const { method, path, content } of endpoints) {
    const schema = content["application/json"];
    if (method !== "GET" || schema === undefined) continue;
    const query = path === "/v1/diff" ? `?a=${key}&b=${key}` : path.endsWith("/why") ? "?path=/etc/f" : "";
    const { status, json } = await get(running, path.replace("{build}", key) + query);
    expect([path, status]).toEqual([path, 200]);
    const isFit = ajv.validate({ $ref: `api#/components/schemas/${schema}` }, json);
    expect([path, isFit, ajv.errors]).toEqual([path, true, null]);
    checked++;
  }
  expect(checked).toBeGreaterThan(8);
  expect(Object.keys(document.paths)).toHaveLength(new Set(endpoints.map(({ path }) => path)).size);
});

test("a build is found by its name, id, host, labels, packages and paths, and by nothing else", async () => {
  const running = await collecting();
  const a = await stored(running, small("a"), "a", [{ name: "branch", value: "main" }]);
  const b = await stored(running, small("b"), "b", [
    { name: "branch", value: "stable" },
    { name: "name", value: "tails" },
  ]);
  const found = async (query: string) => {
    const { json } = await get(running, `/v1/builds?${query}`);
    return json.builds.map((each: { key: string }) => each.key);
  };
  expect(await found("")).toEqual([b, a]);
  expect(await found("id=a")).toEqual([a]);
  expect(await found("name=image")).toEqual([a]);
  expect(await found("name=t*s")).toEqual([b]);
  expect(await found("name=%5Bt%5D*")).toEqual([]);
  expect(await found("label=branch%3Dmain")).toEqual([a]);
  expect(await found("label=branch%3Dmain&label=name%3Dtails")).toEqual([]);
  expect(await found("package=base-files")).toEqual([b, a]);
  expect(await found("package=base-files&version=12.4&id=b")).toEqual([b]);
  expect(await found("package=base-files&version=12")).toEqual([]);
  expect(await found("path=/etc/f")).toEqual([b, a]);
  expect(await found("path=/etc/g")).toEqual([]);
  expect(await found("state=ready&owner=x")).toEqual([]);
});

test("pages follow one another without a build missing or twice", async () => {
  const running = await collecting();
  const keys = [];
  for (const id of ["a", "b", "c", "d", "e"]) keys.push(await stored(running, small(id), id));
  const seen: string[] = [];
  for (let after = "", pages = 0; pages < 10; pages++) {
    const { json } = await get(running, `/v1/builds?limit=2${after}`);
    seen.push(...json.builds.map((each: { key: string }) => each.key));
    if (json.next === null) break;
    after = `&after=${json.next}`;
  }
  expect(seen).toEqual(keys.toReversed());
  expect((await get(running, "/v1/builds?after=nonsense")).json.error).toMatch(/after must be the "next"/);
});

test("why, manifest and findings are what the commands print", async () => {
  const running = await collecting();
  const scenario = small();
  const key = await stored(running, scenario);
  const build = scenario.read();
  const material = materialOf(build);
  const answered = await get(running, `/v1/builds/${key}/why?path=/etc/f`);
  expect(answered.json).toEqual(
    JSON.parse(JSON.stringify(whyJson(build, "/etc/f", why(build, material.stories, "/etc/f")))),
  );
  expect((await get(running, `/v1/builds/${key}/why?path=/etc/none`)).status).toBe(404);
  for (const { name, of } of manifestFormats) {
    const { status, text } = await get(running, `/v1/builds/${key}/manifest?format=${name}`);
    expect([name, status]).toEqual([name, of === "packages" ? 200 : 422]);
    expect(text).toContain(of === "packages" ? "base-files" : "recorded none");
  }
  for (const { name } of findingsFormats)
    expect((await get(running, `/v1/builds/${key}/findings?format=${name}`)).text).toMatch(
      /SOURCE\\?_DATE\\?_EPOCH/,
    );
});

test("the recording is the bytes that were sent, whole or in part", async () => {
  const running = await collecting();
  const scenario = small();
  const path = scenario.save();
  await send(running, path);
  const bytes = readFileSync(path);
  const whole = await fetch(`${running.url}/v1/builds/a-build/recording`);
  expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
  const etag = whole.headers.get("etag")!;
  const headers = { range: "bytes=10-19", "if-range": etag };
  const part = await fetch(`${running.url}/v1/builds/a-build/recording`, { headers });
  expect(part.status).toBe(206);
  expect(part.headers.get("content-range")).toBe(`bytes 10-19/${bytes.length}`);
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
  const beyond = await get(running, "/v1/builds/a-build/recording", {
    headers: { range: `bytes=${bytes.length}-` },
  });
  expect(beyond.status).toBe(416);
  const again = await fetch(`${running.url}/v1/builds/a-build/recording`, {
    headers: { "if-none-match": etag },
  });
  expect(again.status).toBe(304);
});

test("what has not changed is not sent again", async () => {
  const running = await collecting();
  const key = await stored(running, small());
  const first = await get(running, `/v1/builds/${key}`);
  const headers = { "if-none-match": first.headers.get("etag")! };
  expect(await get(running, `/v1/builds/${key}`, { headers })).toMatchObject({ status: 304, text: "" });
  await get(running, `/v1/builds/${key}/pin`, { method: "PUT" });
  expect((await get(running, `/v1/builds/${key}`, { headers })).json.build.pinned).toBe(true);
});

test("an error is JSON with one line", async () => {
  const running = await collecting();
  await stored(running, small());
  const cases: [string, RequestInit, number, RegExp][] = [
    ["/nothing", {}, 404, /no such thing/],
    ["/v1/builds/none", {}, 404, /no build "none"/],
    ["/v1/builds/%ff", {}, 404, /no such thing/],
    ["/v1/builds/..%2f..%2fetc%2fpasswd/recording", {}, 404, /no build "..\/..\/etc\/passwd"/],
    ["/v1/builds", { method: "POST" }, 405, /GET is/],
    ["/v1/builds?limit=0", {}, 400, /limit must be a whole number from 1 to 1000, but it is "0"/],
    ["/v1/builds?limit=-1", {}, 400, /limit must be/],
    ["/v1/builds?sort=name", {}, 400, /"sort" is no parameter here/],
    ["/v1/builds?__proto__=name", {}, 400, /is no parameter here/],
    ["/v1/builds?name=a*b*c*d*e*f", {}, 400, /four times/],
    ["/v1/builds?label=x", {}, 400, /label must be like/],
    [`/v1/builds?name=${"n".repeat(300)}`, {}, 400, /at most 256 characters/],
    [`/v1/builds?path=${"n".repeat(14_000)}`, {}, 400, /at most 4096 characters/],
    [`/v1/builds?path=${"n".repeat(20_000)}`, {}, 431, /headers are too large/],
    ["/v1/builds/a-build/manifest?format=xml", {}, 400, /format must be one of tails/],
    ["/v1/builds/a-build/why", {}, 400, /give path or bytes/],
    ["/v1/builds/a-build/why?path=etc", {}, 400, /absolute/],
    ["/v1/diff?a=a-build", {}, 400, /give a and b/],
  ];
  for (const [path, init, status, message] of cases) {
    const { json, status: got } = await get(running, path, init);
    expect([path.slice(0, 80), got]).toEqual([path.slice(0, 80), status]);
    expect(json.error).toMatch(message);
    expect(json.error).not.toContain("\n");
  }
});

test("a pinned build is removed by no one, and one that is removed is gone from everywhere", async () => {
  const running = await collecting();
  const key = await stored(running, small());
  await get(running, `/v1/builds/${key}/pin`, { method: "PUT" });
  expect((await get(running, `/v1/builds/${key}`, { method: "DELETE" })).json.error).toMatch(/pinned/);
  await get(running, `/v1/builds/${key}/pin`, { method: "DELETE" });
  expect((await get(running, `/v1/builds/${key}`, { method: "DELETE" })).status).toBe(200);
  expect((await get(running, "/v1/builds")).json.builds).toEqual([]);
  expect((await get(running, `/v1/builds/${key}/why?path=/etc/f`)).status).toBe(404);
});

test("two recordings of one id are asked for by their keys", async () => {
  const running = await collecting();
  const one = await stored(running, small("same"), "same");
  const other = await stored(
    running,
    small("same", (s) => s.output("other")),
    "same",
  );
  const { status, json } = await get(running, "/v1/builds/same");
  expect(status).toBe(409);
  expect(json.error).toContain(one);
  expect(json.error).toContain(other);
});

test("who watches is told of a build as it comes", async () => {
  const running = await collecting();
  const response = await fetch(`${running.url}/v1/events`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const ready = news(running, "ready");
  await send(running, small().save());
  await ready;
  let text = "";
  while (!text.includes("event: ready")) text += (await reader.read()).value ?? "";
  await reader.cancel();
  const kinds = [...text.matchAll(/^event: (\w+)$/gm)].map((match) => match[1]);
  expect([...new Set(kinds)]).toEqual(["begun", "progress", "complete", "ready"]);
  const progress = text
    .split("\n")
    .filter((line) => line.startsWith("data: ") && line.includes('"progress"'));
  expect(JSON.parse(progress.at(-1)!.slice(6))).toMatchObject({
    id: "a-build",
    packages: 1,
    script: "lb build",
  });
});

test("the metrics count what came", async () => {
  const running = await collecting();
  const scenario = small();
  await stored(running, scenario);
  const { text } = await get(running, "/metrics");
  expect(text).toContain(`isotrace_events_total ${scenario.events.length}\n`);
  expect(text).toContain('isotrace_builds{state="ready"} 1\n');
  expect(text).toMatch(/^isotrace_uplinks_accepted_total 1$/m);
  for (const line of text.trimEnd().split("\n"))
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+)$/);
});

test("the tokens are not among what can be asked for", async () => {
  const running = await collecting();
  await stored(running, small());
  const { collector, data } = running;
  collector.tokens.make("x", ["read"]);
  const { hash } = JSON.parse(readFileSync(join(data, "tokens.json"), "utf8")).tokens[0];
  for (const path of ["/tokens.json", "/v1/builds/tokens.json/recording", "/v1/builds/../tokens.json"])
    expect((await get(running, path)).text).not.toContain(hash);
});
