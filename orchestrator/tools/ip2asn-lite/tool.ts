import { Ip2AsnError, openTable, type Table } from 'ip2asn-lite';
import type { Config } from '../../config/config.ts';
import type { DecodeContext, RawRow, Tool } from '../../core/tool.ts';
import { CensusError } from '../../errors.ts';
import type { Address } from '../../roles.ts';
import type { AsnRecord } from '../../schemas/records/asn.ts';
import { Ip2asnRaw } from './raw.ts';

// No program and no collect: our own library reads a table that lies here.

/** The table opened last: a full RIB takes seconds to build, and every part of a run asks the same one. */
let kept: { key: string; table: Promise<Table> } | null = null;

function tableOf(rib: string, names: string | null): Promise<Table> {
  const key = JSON.stringify([rib, names]);
  if (kept?.key !== key)
    kept = { key, table: openTable(rib, { invalid: 'null', ...(names === null ? {} : { names }) }) };
  return kept.table;
}

async function openFor(stage: string, asn: Config['asn']): Promise<Table> {
  if (asn.rib === null)
    throw new CensusError('E_CONFIG', 'asn.rib is not set', 'name a prefix table or leave the stage out');
  try {
    return await tableOf(asn.rib, asn.names);
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

async function* decode(context: DecodeContext<Address, Config>): AsyncIterable<RawRow[]> {
  const table = await openFor(context.stage, context.config.asn);
  for await (const rows of context.batches()) {
    yield rows.map(({ address }) => {
      const match = table.lookup(address);
      return { value: { address, match, name: match === null ? null : table.name(match.asn) } };
    });
  }
}

/** Origins beyond the decided one have no order in a routing table: sorted. */
function toRecord({ address, match, name }: Ip2asnRaw): AsnRecord {
  if (match === null) return { address, asn: null, prefix: null, origins: [], as_name: null, failure: 'no_data' };
  const origins = [...match.origins].sort((a, b) => a - b);
  return { address, asn: match.asn, prefix: match.prefix, origins, as_name: name, failure: null };
}

function inputs(config: Config): string[] {
  return [config.asn.rib, config.asn.names].filter((path) => path !== null);
}

/** Origin AS by longest prefix match over a routing table, role prefix_table. */
export const ip2asnLite: Tool<Address, Ip2asnRaw, AsnRecord, Config> = {
  name: 'ip2asn-lite',
  inOrder: true,
  decode,
  raw: Ip2asnRaw,
  toRecord,
  inputs,
};
