import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { endpoints } from "../../../collector/server/endpoints.ts";
import { scopes, Tokens } from "../../../collector/server/tokens.ts";
import { uplinkPath } from "../../../proto/uplink.ts";
import { collecting, send, small, temporary } from "./support.ts";

/** What every endpoint asks for; written here once more, so that none changes unnoticed. */
const table: Record<string, "anyone" | "read" | "admin"> = {
  "GET /healthz": "anyone",
  "GET /v1/openapi.json": "anyone",
  "GET /metrics": "read",
  "GET /v1/events": "read",
  "GET /v1/builds": "read",
  "GET /v1/builds/{build}": "read",
  "PUT /v1/builds/{build}/pin": "admin",
  "DELETE /v1/builds/{build}/pin": "admin",
  "DELETE /v1/builds/{build}": "admin",
  "GET /v1/builds/{build}/manifest": "read",
  "GET /v1/builds/{build}/findings": "read",
  "GET /v1/builds/{build}/finding-list": "read",
  "GET /v1/builds/{build}/packages": "read",
  "GET /v1/builds/{build}/files": "read",
  "GET /v1/builds/{build}/why": "read",
  "GET /v1/diff": "read",
  "GET /v1/builds/{build}/recording": "read",
};

async function guarded() {
  const data = temporary();
  const tokens = new Tokens(data);
  const sender = tokens.make("sender", ["ingest"]);
  const byScope = Object.fromEntries(scopes.map((scope) => [scope, tokens.make(scope, [scope])]));
  const running = await collecting(data);
  await send(running, small().save(), "a-build", [], sender);
  return { running, byScope, tokens };
}

test("every endpoint answers the scopes that it is for, and no others", async () => {
  expect(endpoints.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(table).sort());
  const { running, byScope } = await guarded();
  const { key } = running.collector.store.list()[0]!;
  const callers = { none: undefined, wrong: "isotrace_wrong", ...byScope };
  // The one that removes the build comes last.
  const ordered = [...endpoints].sort((a, b) => Number(isRemoval(a)) - Number(isRemoval(b)));
  for (const { method, path } of ordered) {
    const needed = table[`${method} ${path}`];
    for (const [who, token] of Object.entries(callers)) {
      const query = path === "/v1/diff" ? `?a=${key}&b=${key}` : path.endsWith("/why") ? "?path=/etc/f" : "";
      const aborting = new AbortController();
      const response = await fetch(running.url + path.replace("{build}", key) + query, {
        method,
        signal: aborting.signal,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      });
      aborting.abort();
      const isNobody = who === "none" || who === "wrong";
      const isAllowed = needed === "anyone" || who === "admin" || (!isNobody && who === needed);
      expect([method, path, who, response.status]).toEqual([
        method,
        path,
        who,
        isAllowed ? 200 : isNobody ? 401 : 403,
      ]);
    }
  }
  expect(running.collector.store.list()).toEqual([]);
});

test("only a token for it opens the uplink", async () => {
  const { running, byScope } = await guarded();
  const open = async (token: string | undefined) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const socket = new WebSocket(running.url.replace("http", "ws") + uplinkPath, { headers });
    const status = new Promise<number>((resolve) => {
      socket.on("open", () => resolve(101));
      socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    });
    const found = await status;
    socket.on("error", () => {}); // it was not opened: that is what is asked
    socket.terminate();
    return found;
  };
  expect(await open(undefined)).toBe(401);
  expect(await open("isotrace_wrong")).toBe(401);
  expect(await open(byScope.read)).toBe(403);
  expect(await open(byScope.admin)).toBe(403);
  expect(await open(byScope.ingest)).toBe(101);
});

test("a token that is revoked is nobody's at once", async () => {
  const { running, byScope, tokens } = await guarded();
  const ask = async () =>
    (await fetch(`${running.url}/v1/builds`, { headers: { authorization: `Bearer ${byScope.read}` } }))
      .status;
  expect(await ask()).toBe(200);
  tokens.revoke("read");
  expect(await ask()).toBe(401);
});

test("one owner's recording is not another's to write", async () => {
  const { running, tokens } = await guarded();
  const other = tokens.make("other", ["ingest"]);
  const path = small().save();
  await expect(send(running, path, "a-build", [], other)).rejects.toThrow(/belongs to another token/);
});

function isRemoval({ method, path }: { method: string; path: string }): boolean {
  return method === "DELETE" && path === "/v1/builds/{build}";
}
