import { readFileSync } from "node:fs";
import { enterRoot } from "../../../../agent/kernel/chroot.ts";

// Enters the directory of descriptor 3 and says what it then reads at each path.
enterRoot(3);
const found = process.argv.slice(2).map((path) => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
});
process.stdout.write(JSON.stringify(found));
