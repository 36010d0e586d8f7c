/** What a request's path is, or the status to refuse it with. */
export type RequestPath =
  | { readonly kind: "path"; readonly components: readonly string[] }
  | { readonly kind: "refused"; readonly status: 400 | 404 };

const mostLength = 4096;
const bad: RequestPath = { kind: "refused", status: 400 };

/**
 * Takes a request's target apart (RFC 9112, 3.2: origin form, or absolute form). Each component is decoded once, by itself:
 * what decodes to a slash, a NUL, `.` or `..`, or begins with a dot, is no name of anything that is served.
 */
export function parsePath(target: string): RequestPath {
  if (target.length > mostLength) return bad;
  const path = target.replace(/^https?:\/\/[^/?#]*/i, "").split(/[?#]/, 1)[0]!;
  if (!path.startsWith("/")) return bad;
  const components: string[] = [];
  // debootstrap and others put a second slash where the archive's URL ended with one.
  for (const encoded of path.split("/").filter(Boolean)) {
    const component = decode(encoded);
    if (component === undefined || component === "." || component === ".." || /[/\\\p{Cc}]/u.test(component))
      return bad;
    if (component.startsWith(".")) return { kind: "refused", status: 404 };
    components.push(component);
  }
  return { kind: "path", components };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // an escape that is none, or of no UTF-8
  }
}
