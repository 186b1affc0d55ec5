import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { every } from '../core/process/timer.ts';
import { CensusError } from '../errors.ts';
import { LineOutput } from '../judge/line-output.ts';
import { ownFolder } from '../judge/own-folder.ts';
import { visible } from '../view/visible.ts';
import { captureLive } from './dumpcap.ts';
import { makingOf } from './making.ts';
import { readCaptures } from './reader.ts';
import { RecordMaker } from './reading.ts';
import { readText, summaryText } from './report/summary.ts';
import { trafficTables } from './report/tables.ts';
import { writeTrafficReport } from './report/write.ts';
import { TrafficStore } from './store.ts';

export interface LiveInput {
  device: string;
  output: Writable;
  /** Tells people, line by line. */
  err: (text: string) => void;
  out: string;
  temp: string;
  /** From one report to the next. */
  everyMs: number;
  /** Number of reports to keep; older ones are removed. */
  kept: number;
  flows: number | null;
  silent: number | null;
  /** Ends the capture; what was captured is reported. */
  signal: AbortSignal;
}

/** Of one report, so that a flood of connections fills no disk: some 2 kB each. */
const MOST_RECORDS = 500_000;
const reportName = /^\d{8}T\d{6}\.\d{3}Z$/;

const nameOf = (time: Date) => time.toISOString().replace(/[-:]/g, '');

/** One report after the other, of the connections that came to their end since the last. */
class Reports {
  readonly #input: LiveInput;
  readonly #temp: string;
  readonly #maker: RecordMaker;
  readonly #writer: LineOutput;
  #number = 0;
  #last = '';

  constructor(input: LiveInput, temp: string) {
    this.#input = input;
    this.#temp = temp;
    this.#writer = new LineOutput(input.output);
    this.#maker = new RecordMaker(this.#store(), ['-'], makingOf(true));
  }

  #store(): TrafficStore {
    const folder = join(this.#temp, String(++this.#number));
    mkdirSync(folder, { mode: 0o700 });
    return new TrafficStore(folder, MOST_RECORDS);
  }

  async hear(...batch: Parameters<RecordMaker['hear']>): Promise<void> {
    this.#maker.hear(...batch);
    await this.#maker.store.drain();
  }

  /** Connections that still wait for late subflows are reported too. */
  end(): void {
    this.#maker.end();
  }

  async write(dropped: number | null): Promise<void> {
    const { store } = this.#maker;
    const folder = join(this.#temp, String(this.#number));
    this.#maker.store = this.#store();
    await store.end();
    const capture = this.#maker.capture(dropped, store);
    if (capture !== null) {
      const name = nameOf(new Date());
      const out = join(this.#input.out, name);
      await mkdir(out, { recursive: true });
      const tables = await trafficTables(store.database, capture);
      const text = summaryText(capture, tables);
      const title = `${this.#input.device}, report of ${name}`;
      await writeTrafficReport({ out, name: title, capture, tables, text, store });
      this.#last = text;
      await this.#writer.write(visible(`${name}: ${readText(capture)} ${out}`));
      await this.#writer.end();
      this.#forgetOld();
    }
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }

  #forgetOld(): void {
    const reports = readdirSync(this.#input.out)
      .filter((name) => reportName.test(name))
      .sort();
    for (const old of reports.slice(0, Math.max(0, reports.length - this.#input.kept)))
      rmSync(join(this.#input.out, old), { recursive: true, force: true });
  }

  async sayLast(): Promise<void> {
    await this.#writer.write(visible(this.#last));
    await this.#writer.end();
  }
}

function madeFolder(out: string): string {
  try {
    mkdirSync(resolve(out), { recursive: true, mode: 0o700 });
    return resolve(out);
  } catch (cause) {
    throw new CensusError('E_INPUT', `${out} cannot be made`, 'name a folder that can be written: --out FOLDER', cause);
  }
}

/** Reads an interface until the signal, a report every so often. Clients have pseudonyms before anything of them is written. */
export async function readLive(input: LiveInput): Promise<void> {
  const out = madeFolder(input.out);
  const reports = new Reports({ ...input, out }, ownFolder(input.temp)());
  const { packets, open, stop, lost } = captureLive(input.device);
  void open.then(() => input.err(`reading ${input.device}; reports go to ${out}; ctrl-c ends it with the last one`));
  if (input.signal.aborted) stop();
  input.signal.addEventListener('abort', stop, { once: true });
  // A report is written between two batches, never within one.
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    turn = turn.then(act);
    return turn;
  };
  const endReports = every(input.everyMs, () => inTurn(() => reports.write(null)));
  const { flows, silent } = input;
  try {
    for await (const batch of readCaptures({ files: ['-'], flows, silent, keep: null, input: packets, live: true }))
      await inTurn(() => reports.hear(batch));
  } finally {
    stop();
    await endReports();
    input.signal.removeEventListener('abort', stop);
  }
  const dropped = await lost;
  reports.end();
  await inTurn(() => reports.write(dropped));
  await reports.sayLast();
}
