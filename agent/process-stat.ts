/**
 * The fields of a line of /proc/PID/stat that come after the process's name, as proc_pid_stat(5) numbers them: the first is
 * field 3, the state. The name, in parentheses, may hold anything: they are counted from its last ")".
 */
export function statFields(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
