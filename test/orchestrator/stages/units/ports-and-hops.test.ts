import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import type { PartStage } from '../../../../orchestrator/core/stage.ts';
import { asn } from '../../../../orchestrator/stages/asn.ts';
import { geo } from '../../../../orchestrator/stages/geo.ts';
import { path } from '../../../../orchestrator/stages/path.ts';
import { findTool } from '../../../../orchestrator/tools/finder.ts';
import { type Records, scanned, withViews } from '../records.ts';

const test = suite('ports and hops');

const option = ['1e0c0101a1b2c3d4e5f60718'];
const config = Config.parse({
  lab: true,
  lab_ranges: ['198.18.0.0/15'],
  targets: { prefixes: ['198.18.0.0/16'] },
  confirm: false,
});

/** Rows that a stage asks. */
async function asked(make: (find: typeof findTool) => PartStage<Config>, records: Records): Promise<unknown[]> {
  const stage = make(findTool);
  return await withViews(records, stage.reads, async (batches, shareTable) => {
    const rows: unknown[] = [];
    for await (const units of stage.units({ config, seed: 1, batches, shareTable }))
      for (const { row, skip } of units) if (skip === null) rows.push(row);
    return rows;
  });
}

test('path is told the lowest port that answered a SYN', async () => {
  const records = {
    scan: [
      scanned('198.18.0.1', [], { port: 22, classification: 'rst', tcp_flags: '14' }),
      scanned('198.18.0.1', option, { port: 443 }),
      scanned('198.18.0.1', [], { port: 80 }),
    ],
    handshake: [],
  };
  assert.equal(await asked(path, records), [{ address: '198.18.0.1', port: 80 }]);
});

test('a hop is looked up in the table of ASes too, once', async () => {
  const hop = { icmp_type: 11, icmp_code: 0, shows: 'intact' as const, differs: [], reply_ttl: 60, rtt_us: 1 };
  const way = {
    ...{ address: '198.18.0.1', port: 80, probe: 'v1', drawn_as: 'capable' as const, contradicted: 0, nearer: 0 },
    ...{
      last_intact_ttl: 2,
      last_intact: '198.18.9.2',
      first_changed_ttl: null,
      first_changed: null,
      first_changed_shows: null,
    },
    ...{
      answer: null,
      answered_ttl: null,
      answer_option: null,
      answer_window: null,
      answer_order: null,
      answer_reply_ttl: null,
    },
    ...{ hop_before: null, echo_ttl: null, echo_expired_ttl: null, echo_expired: null, cause: null, failure: null },
    hops: ['198.18.9.1', '198.18.9.2', '198.18.0.1'].map((address, n) => ({ ...hop, ttl: n + 1, address })),
  };
  const records = { scan: [scanned('198.18.0.1', option)], handshake: [], hops: [way, { ...way, probe: 'v0' }] };
  assert.equal(await asked(asn, records), [
    { address: '198.18.0.1' },
    { address: '198.18.9.1' },
    { address: '198.18.9.2' },
  ]);
  assert.equal(await asked(geo, records), [{ address: '198.18.0.1' }]);
});

test.run();
