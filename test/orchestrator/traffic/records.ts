import { Readable } from 'node:stream';
import type { Packet } from '../../../orchestrator/connection/packet.ts';
import { TrafficConnection } from '../../../orchestrator/schemas/records/traffic/connection.ts';
import { TrafficSubflow } from '../../../orchestrator/schemas/records/traffic/subflow.ts';
import { makingOf } from '../../../orchestrator/traffic/making.ts';
import { readCaptures } from '../../../orchestrator/traffic/reader.ts';
import { RecordMaker } from '../../../orchestrator/traffic/reading.ts';
import type { Making } from '../../../orchestrator/traffic/records/connection.ts';
import { TrafficStore } from '../../../orchestrator/traffic/store.ts';
import { fileOf, ownPlace, pcapOf } from './capture-file.ts';

interface Wish {
  flows?: number;
  silent?: number;
  keep?: string;
  input?: Readable;
  making?: Making;
}

/** Everything that a reading of captures gives, records by number. */
export async function reading(files: string[], wish: Wish = {}) {
  const store = new TrafficStore(ownPlace());
  const maker = new RecordMaker(store, files, wish.making ?? makingOf(false));
  const lines: string[] = [];
  const { flows = null, silent = null, keep = null, input = Readable.from([]) } = wish;
  for await (const batch of readCaptures({ files, flows, silent, keep, input, live: false }))
    lines.push(...maker.hear(batch));
  lines.push(...maker.end());
  await store.end();
  const endpoints: unknown[] = [];
  for await (const one of store.endpoints()) endpoints.push(one);
  store.close();
  const capture = maker.capture(null);
  if (capture === null) throw new Error('the reader did not come to its end');
  const values = lines.map((line): unknown => JSON.parse(line));
  const connections = values.flatMap((one) => TrafficConnection.safeParse(one).data ?? []);
  const subflows = values.flatMap((one) => TrafficSubflow.safeParse(one).data ?? []);
  return {
    connections: connections.sort((a, b) => a.connection - b.connection),
    subflows: subflows.sort((a, b) => a.subflow - b.subflow),
    endpoints,
    capture,
    lines,
  };
}

/** The same of packets made by hand. */
export async function readingOf(packets: Packet[], wish: Wish = {}) {
  return await reading([fileOf(pcapOf(packets))], wish);
}
