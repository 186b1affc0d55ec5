import { Ip2AsnError, openTable, type StartProgram, type Table } from 'ip2asn-lite';
import { between } from '../../core/process/exec.ts';
import type { OnRead } from '../../core/progress.ts';
import { CensusError } from '../../errors.ts';

/** The table opened last: a full RIB takes seconds to build, and every part of a run asks the same one. */
let kept: { key: string; table: Promise<Table> } | null = null;

/** Lets go of the table opened last. */
export function forgetTable(): void {
  kept = null;
}

function tableOf(rib: string, names: string | null, onRead: OnRead | undefined): Promise<Table> {
  const key = JSON.stringify([rib, names]);
  if (kept?.key !== key) {
    const hear = (bytes: number, size: number) => size > 0 && onRead?.(rib, bytes / size);
    // A cache is mapped, not built: it takes no such option, and no time.
    const told = onRead === undefined ? {} : { onRead: hear };
    // The decompressor gets no more rights than a reader: no capability, the owner of the run folder, a clean environment.
    const start: StartProgram = (program, args) => between(program, args);
    kept = { key, table: openTable(rib, { invalid: 'null', start, ...told, ...(names === null ? {} : { names }) }) };
  }
  return kept.table;
}

/** @throws CensusError when the table, or the file of names, cannot be read */
export async function openTableAt(stage: string, rib: string, names: string | null, onRead?: OnRead): Promise<Table> {
  try {
    return await tableOf(rib, names, onRead);
  } catch (cause) {
    kept = null;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const missing = cause instanceof Ip2AsnError && cause.code === 'PROGRAM_MISSING';
    throw new CensusError(
      missing ? 'E_PROGRAM_MISSING' : 'E_INPUT',
      `${stage}: the prefix table cannot be opened: ${reason}`,
      missing
        ? 'install the program, or give the table uncompressed or as .gz'
        : 'asn.rib takes an MRT RIB, a pyasn .dat, a pfx2as or a range file, or a cache of ip2asn-lite; asn.names a file of AS names',
      cause,
    );
  }
}
