import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { type LinkError, sendOver } from "../../../agent/uplink/link.ts";
import { RecordingTail } from "../../../agent/uplink/tail.ts";
import { uplinkPath } from "../../../proto/uplink.ts";
import { collecting, small, temporary } from "../../collector/server/support.ts";

test("an agent that is not to trust a collector, or speaks otherwise, says what to do", async () => {
  const directory = temporary();
  const [cert, key] = ["cert.pem", "key.pem"].map((name) => join(directory, name));
  const made = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  const subject = ["-subj", "/CN=collector", "-addext", "subjectAltName=DNS:localhost"];
  await execa("openssl", ["req", ...made, ...subject, "-keyout", key!, "-out", cert!]);
  const secure = await collecting(temporary(), { cert: cert!, key: key! });
  const plain = await collecting();
  const tail = new RecordingTail(small().save());
  const failure = async (url: string) => {
    const target = { url: url + uplinkPath, token: "", authorities: "", build: "a-build", labels: [] };
    const error = await sendOver(target, tail, () => true).catch((error: LinkError) => error);
    expect(error).toMatchObject({ again: true }); // it can be put right while the build runs
    return (error as LinkError).message;
  };
  expect(await failure(secure.url.replace("https", "wss"))).toMatch(/not \(self-signed .*with --ca$/);
  expect(await failure(secure.url.replace("https", "ws"))).toMatch(/if it speaks TLS, use wss:\/\/$/);
  expect(await failure(plain.url.replace("http", "wss"))).toMatch(/^127.*must speak TLS, but it does not/);
  expect(await failure("ws://127.0.0.1:1")).toBe("connect ECONNREFUSED 127.0.0.1:1");
  tail.close();
});
