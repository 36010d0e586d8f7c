/** SQLITE_FULL and SQLITE_IOERR_SHMSIZE (sqlite.org/rescode.html): the second if there is no room for the index of its log. */
const ofSqlite = [13, 4874];

/** Whether something failed since the disk, or a quota on it, has no room: it can be tried again when there is. */
export function isFull(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === "ENOSPC" || code === "EDQUOT" || ofSqlite.includes(errcode as number);
}
