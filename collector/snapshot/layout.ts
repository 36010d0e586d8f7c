import { join } from "node:path";

/**
 * Where an instance keeps what:
 *
 *     instance.yml                     what is mirrored: written by its owner
 *     state.json                       which snapshots and tags there are
 *     lock                             held by the command that changes something
 *     private/gnupg/                   the key that Release files are signed with
 *     archives/ARCHIVE/                a reprepro base directory: conf, db, dists, lists, pool
 *     public/                          all that is served
 *       ARCHIVE/SERIAL/{dists,pool}      pool is a symbolic link to archives/ARCHIVE/pool
 *       ARCHIVE/project/trace/ARCHIVE    names the latest serial
 *       TAG/ARCHIVE/{dists,pool}         files of their own, hard-linked
 *       archive-key.gpg, archive-key.asc
 *
 * An indices file is a hard link to that of the reprepro snapshot that first had it.
 */
export class Layout {
  readonly data: string;

  constructor(data: string) {
    this.data = data;
  }

  get instance(): string {
    return join(this.data, "instance.yml");
  }

  get state(): string {
    return join(this.data, "state.json");
  }

  get lock(): string {
    return join(this.data, "lock");
  }

  get keyHome(): string {
    return join(this.data, "private/gnupg");
  }

  get public(): string {
    return join(this.data, "public");
  }

  /** A reprepro base directory. */
  base(archive: string): string {
    return join(this.data, "archives", archive);
  }

  pool(archive: string): string {
    return join(this.base(archive), "pool");
  }

  snapshot(archive: string, serial: string): string {
    return join(this.public, archive, serial);
  }

  trace(archive: string): string {
    return join(this.public, archive, "project/trace", archive);
  }

  tag(tag: string): string {
    return join(this.public, tag);
  }

  /** Where a directory of `public` is made before it gets its name. A dot in front is never served. */
  staging(name: string): string {
    return join(this.public, `.new-${name}`);
  }
}
