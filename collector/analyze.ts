import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Build } from "./model/build.ts";
import { readBuild } from "./model/read-build.ts";
import { type Material, materialOf, type Report } from "./report/report.ts";
import { reports } from "./report/reports.ts";

/**
 * Writes every report of a recording into `out`, which is made if it is not there. Each file appears whole, under
 * its name, or not at all. The same recording gives the same bytes.
 *
 * @returns whether the recording has everything; if not, the causes, one line each.
 * @throws NotARecording, or a system error of reading or writing.
 */
export async function analyze(
  recording: string,
  out: string,
): Promise<{ complete: boolean; causes: string[] }> {
  return writeReports(readBuild(recording), out);
}

/** As `analyze`, for a build that has been read. A report that fails does not keep the others from being written. */
export function writeReports(build: Build, out: string): { complete: boolean; causes: string[] } {
  const material = materialOf(build);
  const failures = reports.flatMap((report) => {
    try {
      if (report.applies?.(material) === false) return [];
      writeReport(join(out, report.name), report, material);
      return [];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== undefined) throw error; // the disk: the others would fail too
      return [
        new Error(`${report.name}: it could not be made: ${(error as Error).message}`, { cause: error }),
      ];
    }
  });
  if (failures.length > 0)
    throw new AggregateError(failures, failures.map(({ message }) => message).join("; "));
  return build.causes();
}

function writeReport(path: string, report: Report, material: Material): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const fd = openSync(temporary, "wx", 0o644);
  try {
    for (const part of report.print(material)) {
      const bytes = typeof part === "string" ? Buffer.from(part, "utf8") : part;
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
}
