import type { Table } from 'ip2asn-lite';
import type { Config } from '../../config/config.ts';
import type { DecodeContext, RawRow, Tool } from '../../core/tool.ts';
import { CensusError } from '../../errors.ts';
import type { Address } from '../../roles.ts';
import type { AsnRecord } from '../../schemas/records/asn.ts';
import { archive } from './archive.ts';
import { Ip2asnRaw } from './raw.ts';
import { forgetTable, openTableAt } from './table.ts';

// No program and no collect: our own library reads a table that lies here, or was fetched for the run.

async function tableFor({ stage, config, fetched }: DecodeContext<Address, Config>): Promise<Table> {
  const table = fetched ?? config.asn.rib;
  if (table !== null) return await openTableAt(stage, table, config.asn.names);
  throw new CensusError('E_CONFIG', 'asn.rib is not set', 'name a prefix table or leave the stage out');
}

async function* decode(context: DecodeContext<Address, Config>): AsyncIterable<RawRow[]> {
  const table = await tableFor(context);
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
  fetches: archive,
  inOrder: true,
  decode,
  raw: Ip2asnRaw,
  toRecord,
  inputs,
  async readThrough(stage, { asn }, onRead) {
    if (asn.rib !== null) await openTableAt(stage, asn.rib, asn.names, onRead);
    // It is not held through days of sending.
    forgetTable();
  },
};
