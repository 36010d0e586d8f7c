import { printable } from "./phrases.ts";

/** An element of XML 1.0: attributes of text, and elements or one text in it. Texts may hold anything. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly content: readonly Element[] | string;
}

export function printXml(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${[...lines(root, "")].join("\n")}\n`;
}

function* lines({ name, attributes, content }: Element, indent: string): Generator<string> {
  const words = [
    name,
    ...Object.entries(attributes).map(
      ([key, value]) => `${key}="${escapedXml(String(value)).replaceAll("\n", "&#10;")}"`,
    ),
  ];
  const start = `${indent}<${words.join(" ")}`;
  if (content.length === 0) yield `${start}/>`;
  else if (typeof content === "string") yield `${start}>${escapedXml(content)}</${name}>`;
  else {
    yield `${start}>`;
    for (const child of content) yield* lines(child, `${indent}  `);
    yield `${indent}</${name}>`;
  }
}

/** Text as XML 1.0 takes it (section 2.2): what it cannot hold, even as a reference, is `\xNN`. Line feeds stay. */
function escapedXml(text: string): string {
  return text
    .replace(/[^\n]+/g, printable)
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
