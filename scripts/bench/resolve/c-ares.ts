import { type RecordWithTtl, Resolver } from 'node:dns';
import { join } from 'node:path';
import { compiled } from '../../../orchestrator/core/compiled.ts';
import { RowsToSort } from '../../../orchestrator/core/part/sink.ts';
import { NarrowRows } from '../../../orchestrator/core/rows/narrow-row.ts';
import { writeRecords } from '../../../orchestrator/core/rows/records-file.ts';
import { ResolveRecord } from '../../../orchestrator/schemas/records/resolve.ts';

const checked = compiled(ResolveRecord);
const failures: Record<string, ResolveRecord['failure']> = { ETIMEOUT: 'timeout', ESERVFAIL: 'not_returned' };

function recordOf(name: string, code: string | null, found: RecordWithTtl[]): ResolveRecord {
  return {
    name,
    type: 'A',
    addresses: found.map(({ address }) => address).sort(),
    chain: [],
    status: code ?? 'ok',
    ttl: found[0]?.ttl ?? null,
    answered_at: new Date().toISOString(),
    failure: code === null ? null : (failures[code] ?? 'no_data'),
  };
}

/**
 * Node's own resolver as the loop that one would write: so many names open at once, each until an answer or `patience`; records validated,
 * sorted and written as the stage does it. c-ares gives up after 2 to 4 s whatever it is told, so a name is asked on until its time is up.
 */
export async function resolveByLoop(
  names: readonly string[],
  { resolver, open, patience, folder }: { resolver: string; open: number; patience: number; folder: string },
): Promise<{ counts: Record<string, number>; asked: number }> {
  const dns = new Resolver({ timeout: patience, tries: 1 });
  dns.setServers([resolver]);
  const rows = new RowsToSort(new NarrowRows(ResolveRecord), join(folder, 'sort'));
  const counts: Record<string, number> = {};
  const begun = performance.now();
  let next = 0;
  let done = 0;
  await new Promise<void>((resolve) => {
    function settle(name: string, code: string | null, found: RecordWithTtl[]): void {
      const record = checked.parse(recordOf(name, code, found));
      rows.record(`${name} A`, 0, record);
      counts[record.failure ?? 'answered'] = (counts[record.failure ?? 'answered'] ?? 0) + 1;
      done += 1;
      if (done === names.length) resolve();
      else askNext();
    }
    function ask(name: string, since: number): void {
      dns.resolve4(name, { ttl: true }, (error, found) => {
        const code = error?.code ?? null;
        if (code === 'ETIMEOUT' && performance.now() - since < patience) ask(name, since);
        else settle(name, code, found ?? []);
      });
    }
    function askNext(): void {
      const name = names[next++];
      if (name !== undefined) ask(name, performance.now());
    }
    for (let n = 0; n < open; n++) askNext();
  });
  const asked = (performance.now() - begun) / 1000;
  await writeRecords(rows.sorter.sorted(), {
    path: join(folder, 'c-ares.parquet'),
    temp: join(folder, 'rows'),
    form: rows.form,
    narrow: rows.narrow,
  });
  return { counts, asked };
}
