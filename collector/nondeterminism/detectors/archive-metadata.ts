import { arEntries, isAr } from "../containers/ar.ts";
import { cpioEntries, isCpio, isTrailer } from "../containers/cpio.ts";
import { isTar, tarEntries } from "../containers/tar.ts";
import type { Detector } from "../detector.ts";
import type { Facts } from "../facts.ts";
import type { Observation } from "../finding.ts";
import { Places } from "./place.ts";

/** Members that are looked at, and told. */
const most = 20_000;
const mostTold = 20;
const firstUser = 1000;
const lastUser = 59_999;

/** Owners and inode numbers of the builder's machine within tar, cpio and ar archives. Times are told as such. */
export const archiveMetadata: Detector = {
  name: "metadata in archives",
  *examine(subject, facts) {
    const { content } = subject;
    if (content === undefined) return;
    const places = new Places(subject, content);
    if (isTar(content)) yield* owners(ofTar(content), facts, places);
    else if (isAr(content)) yield* owners(ofAr(content), facts, places);
    else if (isCpio(content)) {
      yield* owners(ofCpio(content), facts, places);
      yield* inodes(content, places);
    }
  },
};

interface Owned {
  readonly uid: number;
  readonly gid: number;
  readonly owner: string;
  readonly offset: number;
  readonly length: number;
}

function* owners(members: Iterable<Owned>, { user, users }: Facts, places: Places): Generator<Observation> {
  let [seen, told] = [0, 0];
  for (const { uid, gid, owner, offset, length } of members) {
    if (++seen > most || told >= mostTold) return;
    const isBuilder = owner !== "" && owner !== "root" && owner === user;
    const isForeign = [uid, gid].some((id) => id >= firstUser && id <= lastUser && users?.has(id) !== true);
    if (!isBuilder && !isForeign) continue;
    told++;
    const place = places.at(offset, length, `owner ${uid}, group ${gid} of a member`);
    const reason = "a member belongs to a user of the build machine";
    yield { source: "archive-metadata", confidence: isBuilder ? "high" : "medium", reason, place };
  }
}

function* ofTar(content: Buffer): Generator<Owned> {
  for (const { uid, gid, owner, header } of tarEntries(content)) {
    yield { uid, gid, owner, offset: header + 108, length: 16 };
  }
}

function* ofAr(content: Buffer): Generator<Owned> {
  for (const { uid, gid, header } of arEntries(content)) {
    yield { uid, gid, owner: "", offset: header + 28, length: 12 };
  }
}

function* ofCpio(content: Buffer): Generator<Owned> {
  for (const { uid, gid, header } of cpioEntries(content)) {
    yield { uid, gid, owner: "", offset: header + 22, length: 16 };
  }
}

/** `cpio --reproducible` numbers inodes from 0: larger numbers are of the file system that was read. */
function* inodes(content: Buffer, places: Places): Generator<Observation> {
  let [count, highest, at] = [0, 0, 0];
  for (const entry of cpioEntries(content)) {
    if (count >= most) break;
    if (isTrailer(entry)) continue;
    count++;
    if (entry.inode > highest) [highest, at] = [entry.inode, entry.header];
  }
  if (highest <= 2 * count + fewInodes) return;
  const reason =
    "its members have inode numbers of the build's file system (cpio --reproducible numbers them anew)";
  const place = places.at(at + 6, 8, "inode number, hexadecimal, member of cpio");
  yield { source: "archive-metadata", confidence: "high", reason, place };
}

/** Generators that number from a start of their own, as Linux' gen_init_cpio from 721. */
const fewInodes = 1000;
