import { readFileSync, writeFileSync } from "node:fs";
import protobuf from "protobufjs";

// Makes isotrace.json of isotrace.proto: what protobufjs reads in the schema, so that a recorder, which is started with every
// build, need not load a parser for it. A test compares the two.
const here = (name: string) => new URL(name, import.meta.url);
const { root } = protobuf.parse(readFileSync(here("isotrace.proto"), "utf8"));
writeFileSync(here("isotrace.json"), `${JSON.stringify(root, null, 2)}\n`);
