import type { Endpoint } from "./endpoint.ts";
import { named } from "./schema.ts";
import { schemas } from "./schemas.ts";

/** The document of the API (OpenAPI 3.1), made of what it is checked by. */
export function openApi(endpoints: readonly Endpoint[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const each of endpoints) {
    paths[each.path] ??= {};
    paths[each.path]![each.method.toLowerCase()] = operationOf(each);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Isotrace collector",
      version: "1",
      description: "Recordings of image builds, and what they tell. Every error is a Problem.",
      license: { name: "GPL-3.0-or-later", identifier: "GPL-3.0-or-later" },
    },
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "made by `isotrace collect token make`" },
      },
    },
  };
}

function operationOf({ method, path, scope, summary, parameters, content }: Endpoint): object {
  const problem = { content: { "application/json": { schema: named("Problem") } } };
  const media = Object.entries(content).map(([type, schema]) => [
    type,
    schema === undefined ? {} : { schema: named(schema) },
  ]);
  return {
    operationId: `${method.toLowerCase()}${path.replace(/\W+(\w)?/g, (_all, letter: string | undefined) => (letter ?? "").toUpperCase())}`,
    summary,
    ...(scope === undefined ? { security: [] } : { security: [{ token: [] }], "x-scope": scope }),
    parameters: [
      ...(path.includes("{build}")
        ? [
            {
              name: "build",
              in: "path",
              required: true,
              description: "key or id of a build",
              schema: { type: "string", maxLength: 256 },
            },
          ]
        : []),
      ...Object.entries(parameters).map(([name, { description, schema }]) => ({
        name,
        in: "query",
        required: false,
        description,
        schema,
      })),
    ],
    responses: {
      "200": { description: "as asked", content: Object.fromEntries(media) },
      default: { description: "what is wrong, in one line", ...problem },
    },
  };
}
