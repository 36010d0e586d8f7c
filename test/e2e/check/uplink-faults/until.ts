import { setTimeout as wait } from "node:timers/promises";

/** Looks again and again until something holds. @param limit seconds. @returns seconds that it took. @throws Error after the limit */
export async function until(
  what: string,
  limit: number,
  holds: () => boolean | Promise<boolean>,
): Promise<number> {
  const begun = performance.now();
  const passed = () => (performance.now() - begun) / 1000;
  while (!(await holds())) {
    if (passed() > limit) throw new Error(`${what}: must be within ${limit} s, but was not`);
    await wait(50);
  }
  return passed();
}
