const MB = 1_000_000;
const most = 4000 * MB;
/** Each thread of the database has buffers of its own. */
const perThread = 128 * MB;

/** Bytes of a text such as 512MB or 2GB; null when it is none. */
export function bytesOf(memory: string): number | null {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?(MB|GB)$/.exec(memory) ?? [];
  return number === '' ? null : Number(number) * (unit === 'GB' ? 1000 : 1) * MB;
}

/** What the database holds before it spills to disk, unless a run says otherwise: a quarter of the machine, at most 4 GB. */
export function quarterOf(machine: number): string {
  return `${Math.floor(Math.min(machine / 4, most) / MB)}MB`;
}

/** For work over whole files: what reads them holds as much again as a quarter, outside what the database counts. */
export function threeQuartersOf(memory: string): string {
  return `${Math.floor((0.75 * (bytesOf(memory) ?? most)) / MB)}MB`;
}

/** Threads follow the processors, but no more than the memory has room for. */
export function threadsFor(memory: string, processors: number): number {
  return Math.max(1, Math.min(processors, Math.floor((bytesOf(memory) ?? most) / perThread)));
}
