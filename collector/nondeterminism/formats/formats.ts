import type { FindingsFormat } from "./format.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import { sarif } from "./sarif.ts";
import { text } from "./text.ts";

/** Every form, the default first. */
export const findingsFormats: readonly FindingsFormat[] = [text, json, sarif, junit, markdown];
