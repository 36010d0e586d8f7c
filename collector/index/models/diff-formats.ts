/** As `isotrace diff` has them. */
export const diffFormats = ["json", "text", "markdown"] as const;
export type DiffFormat = (typeof diffFormats)[number];
