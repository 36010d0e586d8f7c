import { defineConfig } from "vitest/config";

// What records shares the machine's kernel, and the real builds of test/e2e its disk, too: one at a time, and they come last.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "model",
          include: ["test/**/*.test.ts"],
          exclude: ["test/agent/**", "test/e2e/**"],
          maxWorkers: "100%",
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "agent",
          include: ["test/agent/**/*.test.ts"],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 600_000,
          hookTimeout: 900_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
