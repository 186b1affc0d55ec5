import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { PrefixSet } from '../../address/prefix-set.ts';
import type { LateOptOuts } from '../../core/opt-outs/late.ts';

/** Where the plug-in looks for the table (zmap-module/README.md, "Opt-outs while it runs"). */
export const optOutVariable = 'MPTCP_SYNSCAN_OPT_OUTS';

/** Where it writes whom it kept back, one address a line. */
export const keptBackVariable = 'MPTCP_SYNSCAN_KEPT_BACK';

const headBytes = 32;
const checkAt = 24;

/** A table as the plug-in reads it (zmap-module/opt_outs.h). */
export function optOutTable(set: PrefixSet, generation: number): Buffer {
  const ranges = { 4: [...set.ranges(4)], 6: [...set.ranges(6)] };
  const words = [...ranges[4], ...ranges[6]].flatMap(({ first, last }) => [...first, ...last]);
  const table = Buffer.alloc(headBytes + 4 * words.length);
  table.write('MPTCPOPT', 'latin1');
  table.writeBigUInt64BE(BigInt(generation), 8);
  table.writeUInt32BE(ranges[4].length, 16);
  table.writeUInt32BE(ranges[6].length, 20);
  for (const [index, word] of words.entries()) table.writeUInt32BE(word, headBytes + 4 * index);
  const check = crc32(table.subarray(headBytes), crc32(table.subarray(0, checkAt)));
  table.writeUInt32BE(check, checkAt);
  return table;
}

/** A table in a file that a zmap watches. It is written in place: zmap opened the file with privileges that it has given up since. */
export class OptOutTable {
  readonly path: string;
  #generation = 0;

  constructor(path: string) {
    this.path = path;
  }

  async write(set: PrefixSet): Promise<void> {
    this.#generation += 1;
    const file = await open(this.path, this.#generation === 1 ? 'w' : 'r+');
    try {
      const table = optOutTable(set, this.#generation);
      await file.write(table, 0, table.length, 0);
    } finally {
      await file.close();
    }
  }
}

/** Keeps a table of who has opted out in a folder while `work` runs, which is handed its path. */
export async function withOptOutTable<T>(
  optOuts: LateOptOuts,
  folder: string,
  work: (table: string) => Promise<T>,
): Promise<T> {
  const table = new OptOutTable(join(folder, 'opt-outs.table'));
  let written: PrefixSet | null = null;
  // One who opts out while the table is being written is in the next; nothing is waited for between the last look and the first call.
  while (written !== optOuts.all) {
    written = optOuts.all;
    await table.write(written);
  }
  const end = optOuts.onChange(() => table.write(optOuts.all));
  try {
    return await work(table.path);
  } finally {
    end();
    await rm(table.path, { force: true });
  }
}
