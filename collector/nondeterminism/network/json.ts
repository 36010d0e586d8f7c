import { type JsonText, jsonText } from "../../model/bytes.ts";
import type { Material } from "../../report/report.ts";
import type { Story } from "../../story/story.ts";
import { shownAddress } from "./addresses.ts";
import { type DownloadInput, type NetworkInput, networkInputs, type PackageInput } from "./inputs.ts";
import { withoutCredentials, withoutSecrets } from "./secrets.ts";

/** Something that came into the build from outside the archives. Credentials are left out of what it says. */
export type NetworkInputJson = DownloadJson | LocalPackageJson;

/** Because of what it ran. */
interface ByJson {
  /** Of the process; empty if it is not known. */
  readonly command: readonly JsonText[];
  readonly stage: string | null;
  readonly script: string | null;
  readonly hook: JsonText | null;
  /** Of apt-get, debootstrap, ... above it. */
  readonly run: JsonText | null;
  readonly maintainerScript: JsonText | null;
}

export interface DownloadJson extends ByJson {
  readonly kind: "download";
  /** `curl`, `pip`, ... */
  readonly program: string;
  /** Those that the command line has. */
  readonly urls: readonly JsonText[];
  /** The archive whose URIs those are all below. */
  readonly archive: string | null;
  readonly connections: readonly {
    readonly address: string;
    readonly port: number;
    readonly count: number;
  }[];
  /**
   * At most 200. Absolute in the image, or below `/binary/`; else in the build directory. `gone`: not in the image as
   * it was written, since it was removed or replaced there, or never was in it; listed only if nothing was kept.
   */
  readonly wrote: readonly { readonly path: JsonText; readonly state: "kept" | "gone" }[];
  readonly wroteCount: number;
  /** Who wrote it: the process or one that it started, what its output was piped to, or the shell that read it. */
  readonly wroteBy: "itself" | "pipe" | "shell" | "nobody";
}

export interface LocalPackageJson extends ByJson {
  readonly kind: "package";
  readonly name: string;
  readonly version: string;
  readonly architecture: string | null;
  readonly sha256: string | null;
  /** Path or URI, as the build had it; null if it is not known. */
  readonly file: JsonText | null;
}

/** The manifest's part "outside the archives". */
export function networkInputsJson(material: Material): NetworkInputJson[] {
  return networkInputs(material).map(inputJson);
}

function inputJson(input: NetworkInput): NetworkInputJson {
  switch (input.kind) {
    case "download":
      return downloadJson(input);
    case "package":
      return packageJson(input);
    default:
      return input satisfies never;
  }
}

function downloadJson({ download, wrote, archive }: DownloadInput): DownloadJson {
  const { program, urls, connections, command, story } = download;
  return {
    kind: "download",
    program,
    ...byJson(command?.argv ?? [], story),
    urls: urls.map(jsonText),
    archive: archive?.name ?? null,
    connections: connections.map(({ address, ...rest }) => ({ address: shownAddress(address), ...rest })),
    wrote: wrote.files.map(({ path, state }) => ({ path: jsonText(path), state })),
    wroteCount: wrote.count,
    wroteBy: wrote.by,
  };
}

function packageJson({ package: local }: PackageInput): LocalPackageJson {
  const { name, version, architecture, sha256, file, command, story } = local;
  return {
    kind: "package",
    name,
    version,
    architecture: architecture || null,
    sha256: sha256 || null,
    file: file === "" ? null : jsonText(withoutCredentials(file)),
    ...byJson(command?.argv ?? [], story),
  };
}

function byJson(argv: readonly string[], { stage, script, hook, run, maintainerScript }: Story): ByJson {
  const text = (bytes: string | null | undefined) => (bytes == null ? null : jsonText(bytes));
  return {
    command: withoutSecrets(argv).map(jsonText),
    stage,
    script,
    hook: text(hook),
    run: text(run === null ? null : withoutSecrets([run])[0]),
    maintainerScript: text(maintainerScript?.label),
  };
}
