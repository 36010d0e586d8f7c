/** Of the tables below, and of what `describe` puts into them: an index of another version is made again. */
export const indexVersion = 1;

/**
 * Paths are BLOBs, which SQLite compares byte by byte (sqlite.org/datatype3.html, "Collating Sequences"). Stories and files
 * are kept in shelves: some dozens together in a zstd frame, which takes a twentieth of rows of their own.
 */
export const schema = `
CREATE TABLE builds (
  number INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  host TEXT NOT NULL,
  owner TEXT NOT NULL,
  begun INTEGER NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  facts TEXT NOT NULL
);
CREATE INDEX builds_begun ON builds (begun, number);
CREATE TABLE labels (
  name TEXT NOT NULL, value TEXT NOT NULL, build INTEGER NOT NULL,
  PRIMARY KEY (name, value, build)
) WITHOUT ROWID;
CREATE INDEX labels_build ON labels (build);
CREATE TABLE packages (
  build INTEGER NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, architecture TEXT NOT NULL, place TEXT NOT NULL,
  facts TEXT NOT NULL,
  PRIMARY KEY (build, name, version, architecture, place)
) WITHOUT ROWID;
CREATE INDEX packages_name ON packages (name, version, build);
CREATE TABLE origins (
  build INTEGER NOT NULL, archive TEXT NOT NULL, uri TEXT NOT NULL, reference TEXT NOT NULL,
  PRIMARY KEY (build, archive, uri)
) WITHOUT ROWID;
CREATE TABLE findings (
  build INTEGER NOT NULL, number INTEGER NOT NULL, source TEXT NOT NULL, confidence TEXT NOT NULL,
  fingerprint TEXT NOT NULL, facts TEXT NOT NULL,
  PRIMARY KEY (build, number)
) WITHOUT ROWID;
CREATE INDEX findings_fingerprint ON findings (fingerprint, build);
CREATE TABLE documents (
  build INTEGER NOT NULL, name TEXT NOT NULL, shelf BLOB NOT NULL,
  PRIMARY KEY (build, name)
);
CREATE TABLE stories (
  build INTEGER NOT NULL, first INTEGER NOT NULL, shelf BLOB NOT NULL,
  PRIMARY KEY (build, first)
);
CREATE TABLE files (
  build INTEGER NOT NULL, first BLOB NOT NULL, shelf BLOB NOT NULL,
  PRIMARY KEY (build, first)
);
CREATE TABLE paths (number INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE);
CREATE TABLE image_paths (
  path INTEGER NOT NULL, build INTEGER NOT NULL,
  PRIMARY KEY (path, build)
) WITHOUT ROWID;
`;
