/** The options of the commands that send to a collector, for `parseArgs`. */
export const uplinkOptions = {
  collector: { type: "string" },
  "token-file": { type: "string" },
  ca: { type: "string" },
  label: { type: "string", multiple: true, default: [] as string[] },
} as const;

export const uplinkUsage = `  --collector URL      wss://HOST:PORT, or ws:// on the loopback or a network that is trusted
  --token-file FILE    the token that the collector knows; else what ISOTRACE_TOKEN holds
  --ca FILE            certificates in PEM that are trusted beside the usual ones
  --label NAME=VALUE   what the collector can find the build by; more than one may be given
`;
