import type { Event } from "../../proto/events.ts";

/**
 * What the model of a recording may take, in bytes by the estimate below: about ten times a realistic build. A
 * recording made to be large beyond that is read up to there, and the report says so.
 */
export const modelLimit = 1.5 * 2 ** 30;

/** About what the model keeps of an event, in bytes. */
export function costOf(event: Event): number {
  switch (event.kind) {
    case "file":
      return 160 + event.name.length + event.newName.length;
    case "exec":
      return 400 + event.argv.length + event.environment.length * 100;
    case "process":
      return 200;
    case "directory":
      return 300 + event.name.length;
    case "output":
      return 200 + event.data.length;
    case "entry":
      return 700 + event.path.length + event.target.length;
    case "package":
      return 1000 + 300 * event.origins.length + event.depends.length + event.recommends.length;
    case "configuration":
      return 300 + event.content.length;
    case "changelog":
      return 300 + event.text.length;
    case "content":
      return 300 + event.data.length;
    case "release":
      return 500 + event.signature.length;
    default:
      return 100;
  }
}
