import { fileOf } from "../../collector/cli/options.ts";
import { UsageError } from "../../collector/cli/usage-error.ts";
import { type Label, uplinkPath } from "../../proto/uplink.ts";
import type { Target } from "./link.ts";

interface Given {
  readonly collector?: string | undefined;
  readonly "token-file"?: string | undefined;
  readonly ca?: string | undefined;
  readonly label: readonly string[];
}

/** Where a build's recording is to be sent. @throws UsageError */
export function targetOf(command: string, given: Given, build: string): Target {
  const file = given["token-file"];
  return {
    url: socketUrl(command, given.collector ?? ""),
    token: (file === undefined
      ? (process.env.ISOTRACE_TOKEN ?? "")
      : fileOf("token-file", file).toString()
    ).trim(),
    authorities: given.ca === undefined ? "" : fileOf("ca", given.ca).toString(),
    build,
    labels: given.label.map((text) => labelOf(command, text)),
  };
}

function socketUrl(command: string, text: string): string {
  const wrong = () =>
    new UsageError(
      `${command}: --collector must be a URL like wss://HOST:PORT, but it is ${JSON.stringify(text)}`,
    );
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw Object.assign(wrong(), { cause: error });
  }
  if (url.protocol === "https:") url.protocol = "wss:";
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol !== "wss:" && url.protocol !== "ws:") throw wrong();
  url.pathname = uplinkPath;
  return url.href;
}

function labelOf(command: string, text: string): Label {
  const at = text.indexOf("=");
  if (at < 1)
    throw new UsageError(`${command}: --label must be NAME=VALUE, but it is ${JSON.stringify(text)}`);
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}
