import { Budget } from "../configuration/budget.ts";
import { ChangelogBook } from "./changelog-book.ts";
import { Knowledge } from "./knowledge.ts";

/** Contents of apt's configuration in a recording, of all systems. */
const mostConfiguration = 16 << 20;

/** What the systems of one build have in common. */
export class Shared {
  readonly knowledge = new Knowledge();
  readonly changelogs = new ChangelogBook();
  readonly configurations = new Budget(mostConfiguration);
}
