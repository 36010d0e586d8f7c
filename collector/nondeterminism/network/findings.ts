import { shown } from "../../model/bytes.ts";
import type { Material } from "../../report/report.ts";
import { culpritsOfStory } from "../culprit.ts";
import type { Finding, Place } from "../finding.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { remedyFor } from "../remedies.ts";
import type { Confidence } from "../source.ts";
import { isLoopback, shownAddress } from "./addresses.ts";
import { type DownloadInput, networkInputs, type PackageInput } from "./inputs.ts";

const source = "network-input";

/** What the build took from outside the archives, as findings: one for each process that downloaded, and package. */
export function networkFindings(material: Material): Finding[] {
  return networkInputs(material).map((input) => {
    switch (input.kind) {
      case "download":
        return ofDownload(material, input);
      case "package":
        return ofPackage(material, input);
      default:
        return input satisfies never;
    }
  });
}

function ofDownload({ build, stories }: Material, input: DownloadInput): Finding {
  const { download } = input;
  const { story, process, epoch, time, urls, program } = download;
  const path = pathOf(input);
  const of =
    story.maintainerScript === undefined
      ? null
      : stories.packageOf(process, epoch, { path, owner: "", time });
  const culprits = culpritsOfStory(story, of, true);
  const servers = download.connections.map(({ address, port }) => `${shownAddress(address)} port ${port}`);
  const what = [program, ...urls.map((url) => url.replace(/[?#].*$/, ""))].join(" ");
  return {
    path,
    source,
    confidence: confidenceOf(input),
    reasons: reasonsOf(input),
    evidence: [place(`${shown(program)} connected to ${listed(servers, mostServers)}${aboutOf(urls)}`)],
    places: 1,
    culprits,
    writer: undefined,
    story,
    remedy: remedyFor(source, path, culprits[0], { input: { kind: "download", program } }),
    fingerprint: fingerprintOf({ source, path, culprit: culprits[0], what, directory: build.directory }),
  };
}

const mostServers = 5;
const mostUrls = 3;

function aboutOf(urls: readonly string[]): string {
  return urls.length === 0 ? "" : `, to fetch ${listed(urls.map(shown), mostUrls)}`;
}

function listed(all: readonly string[], most: number): string {
  const rest = all.length - most;
  return `${all.slice(0, most).join(" and ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** The file that it wrote, or the directory that all are in; "" if there is none, or they are all over the image. */
function pathOf({ wrote }: DownloadInput): string {
  const all = wrote.files.filter(({ state }) => state === "kept").map(({ path }) => path);
  const wanted = all.filter((path) => !ofTool.test(path));
  const kept = wanted.length > 0 ? wanted : all;
  const [first] = kept;
  if (first === undefined || kept.length === 1) return first ?? "";
  let common = first;
  while (common !== "" && !kept.every((path) => path.startsWith(`${common}/`)))
    common = common.slice(0, common.lastIndexOf("/"));
  return common;
}

function confidenceOf({ download, archive }: DownloadInput): Confidence {
  if (archive !== null) return archive.isSnapshot ? "low" : "medium";
  if (download.connections.every(({ address }) => isLoopback(address)))
    return download.isTool || download.urls.length > 0 ? "medium" : "low";
  return "high";
}

/** What tools keep for themselves is not what they were called for. */
const ofTool = /\/\.(cache|npm|cargo|local\/state|config)\/|^\/(var\/)?tmp\/|^\/root\/go\/pkg\//;

/** The same in every build: without addresses, which a name may have many of. */
function reasonsOf({ download, wrote, archive }: DownloadInput): string[] {
  const { program, urls, connections } = download;
  const reasons = [`${shown(program)} connected to a server${aboutOf(urls)}`];
  if (archive === null) reasons.push("no snapshot of an archive has what came from there");
  else if (archive.isSnapshot)
    reasons.push(`that is in a snapshot of the archive ${archive.name}, which stays`);
  else reasons.push(`that is in the archive ${archive.name}, is none of its packages, and changes with it`);
  if (connections.every(({ address }) => isLoopback(address)))
    reasons.push("the server is on the machine that builds: it may be a part of the build");
  if (wrote.by === "pipe") reasons.push("what its output was piped to wrote the file");
  if (wrote.by === "shell") reasons.push("its shell wrote the file next");
  if (wrote.count === 0) reasons.push("it wrote no file of its own");
  else if (wrote.files.every(({ state }) => state === "gone"))
    reasons.push(
      "nothing that it wrote is in the image as it was: it was removed, replaced, or used by something else",
    );
  return reasons;
}

function ofPackage({ build }: Material, { package: local }: PackageInput): Finding {
  const { name, version, architecture, sha256, story } = local;
  const own = { kind: "package" as const, name, package: { name, version, architecture } };
  const hook = culpritsOfStory(story, null, false).find(({ kind }) => kind === "hook");
  const culprits = hook === undefined ? [own] : [hook, own];
  const digest = sha256 === "" ? "" : `, sha256 ${sha256}`;
  return {
    path: "",
    source,
    confidence: "medium",
    reasons: [
      `package ${shown(name)} was installed from a local file: it is in no archive, so no snapshot has it`,
    ],
    evidence: [place(shown(`${name} ${version} ${architecture}${digest}`))],
    places: 1,
    culprits,
    writer: undefined,
    story,
    remedy: remedyFor(source, "", culprits[0], { input: { kind: "package" } }),
    fingerprint: fingerprintOf({
      source,
      path: "",
      culprit: culprits[0],
      what: name,
      directory: build.directory,
    }),
  };
}

function place(meaning: string): Place {
  return { within: [], offset: 0, line: undefined, bytes: "", meaning };
}
