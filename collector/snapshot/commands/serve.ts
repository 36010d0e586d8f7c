import { UsageError } from "../../cli/usage-error.ts";
import { nginxConfiguration } from "../serve/nginx.ts";
import { listen } from "../serve/server.ts";
import { layoutOf, parse, print, refuseWords, type SnapshotCommand, say } from "./command.ts";

export const serveCommand: SnapshotCommand = {
  name: "serve",
  summary: "serve snapshots and tags by HTTP",
  usage: `isotrace snapshot serve [--listen ADDRESS:PORT] [--tag TAG] [--nginx]
  /ARCHIVE/SERIAL/ and /TAG/ARCHIVE/ for apt, /archive-key.gpg to verify them with. Ends with SIGINT or SIGTERM.
  --listen ADDRESS:PORT   default 127.0.0.1:8080
  --tag TAG               serve nothing but this tag
  --nginx                 print a configuration by which nginx does the same, and end
`,
  main,
};

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, {
    listen: { type: "string", default: "127.0.0.1:8080" },
    tag: { type: "string" },
    nginx: { type: "boolean", default: false },
  });
  refuseWords("serve", positionals);
  const layout = layoutOf(values);
  const { host, port } = addressOf(values.listen);
  if (values.nginx) {
    process.stdout.write(nginxConfiguration(layout, values.listen));
    return 0;
  }
  const { server, url } = await listen(layout, { host, port, onlyTag: values.tag }, say);
  print(`serving ${layout.public} at ${url}`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return 0;
}

function addressOf(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match !== null && port <= 65_535) return { host: match[1] ?? match[2]!, port };
  throw new UsageError(`snapshot serve: --listen must be ADDRESS:PORT, but it is ${JSON.stringify(text)}`);
}
