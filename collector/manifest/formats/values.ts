/** Whether a text can stand where a format wants a URL: what was recorded may be anything. */
export function isUrl(text: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(text) &&
    !/["<>\\^`{|}]|%(?![0-9a-f]{2})/i.test(text) &&
    URL.canParse(text)
  );
}

export function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
