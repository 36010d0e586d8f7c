/** The part of JSON Schema (2020-12) that the API uses: both its checks and its document are made of it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: SchemaType | readonly SchemaType[];
  readonly description?: string;
  readonly enum?: readonly (string | null)[];
  readonly const?: string | number;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly default?: string | number | boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
}
export type SchemaType = "string" | "integer" | "number" | "boolean" | "array" | "object" | "null";

/** An object that has all of its properties; more may stand beside them in a later version. */
export function object(properties: Readonly<Record<string, Schema>>, description?: string): Schema {
  const all = { type: "object" as const, properties, required: Object.keys(properties) };
  return description === undefined ? all : { ...all, description };
}

export function array(items: Schema): Schema {
  return { type: "array", items };
}

export function named(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: "null" }] };
}
