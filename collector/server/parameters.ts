import type { Schema } from "./schema.ts";

/** What can stand behind `?` of a path. */
export interface Parameter {
  readonly description: string;
  readonly schema: Schema & { readonly type: "string" | "integer" | "array" };
}
export type Parameters = Readonly<Record<string, Parameter>>;

export type Values<P extends Parameters> = {
  readonly [K in keyof P]: P[K]["schema"]["type"] extends "integer"
    ? number
    : P[K]["schema"]["type"] extends "array"
      ? readonly string[]
      : string;
};

/** The request cannot be understood: one line for who sent it. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
}

/** The values that a request gives, and the defaults of the others ("" for a text without one). @throws BadRequest */
export function valuesOf<P extends Parameters>(parameters: P, search: URLSearchParams): Values<P> {
  for (const name of new Set(search.keys())) {
    if (!Object.hasOwn(parameters, name)) {
      const known = Object.keys(parameters);
      throw new BadRequest(
        `${JSON.stringify(name.slice(0, 64))} is no parameter here; ${known.length === 0 ? "there is none" : `there are ${known.join(", ")}`}`,
      );
    }
  }
  const values: Record<string, string | number | string[]> = {};
  for (const [name, { schema }] of Object.entries(parameters)) {
    values[name] = givenValue(name, schema, search.getAll(name));
  }
  return values as Values<P>;
}

function givenValue(name: string, schema: Parameter["schema"], given: string[]): string | number | string[] {
  if (schema.type === "array") {
    if (given.length > schema.maxItems!)
      throw new BadRequest(`${name} may be given ${schema.maxItems} times, but it is ${given.length} times`);
    for (const each of given) checkText(name, schema.items!, each);
    return given;
  }
  const [first, second] = given;
  if (second !== undefined) throw new BadRequest(`${name} may be given once`);
  if (first === undefined) return (schema.default as string | number | undefined) ?? "";
  if (schema.type === "integer") return integerOf(name, schema, first);
  checkText(name, schema, first);
  return first;
}

function integerOf(name: string, { minimum = 0, maximum = 2 ** 53 }: Schema, given: string): number {
  const value = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new BadRequest(
    `${name} must be a whole number from ${minimum} to ${maximum}, but it is ${JSON.stringify(given.slice(0, 64))}`,
  );
}

function checkText(name: string, schema: Schema, given: string): void {
  const { enum: words, pattern, maxLength = 4096 } = schema;
  const value = JSON.stringify(given.slice(0, 64));
  if (given.length > maxLength)
    throw new BadRequest(`${name} must have at most ${maxLength} characters, but it has ${given.length}`);
  if (words !== undefined && !words.includes(given))
    throw new BadRequest(`${name} must be one of ${words.join(", ")}, but it is ${value}`);
  if (pattern !== undefined && !new RegExp(pattern, "v").test(given))
    throw new BadRequest(`${name} must be like ${pattern}, but it is ${value}`);
}
