import { mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { CensusError } from '../errors.ts';
import { LineOutput } from '../judge/line-output.ts';
import { ownFolder } from '../judge/own-folder.ts';
import type { TrafficCapture } from '../schemas/records/traffic/capture.ts';
import { pathText, visible } from '../view/visible.ts';
import { readCaptures } from './reader.ts';
import { RecordMaker } from './reading.ts';
import type { Making } from './records/connection.ts';
import { summaryText } from './report/summary.ts';
import { trafficTables } from './report/tables.ts';
import { writeTrafficReport } from './report/write.ts';
import { TrafficStore } from './store.ts';

export interface TrafficInput {
  files: readonly string[];
  /** What - stands for. */
  input: Readable;
  output: Writable;
  /** Tells people, line by line. */
  err: (text: string) => void;
  /** A folder for tables, Parquet and a page; undefined: records go to `output`. */
  out: string | undefined;
  temp: string;
  flows: number | null;
  silent: number | null;
  keep: string | null;
  making: Making;
}

const nothingRead: ReadonlySet<string> = new Set(['no_capture', 'unreadable']);

/** A file of which nothing could be read makes the command fail, although the others were read. */
function allRead({ files }: TrafficCapture): boolean {
  return files.every(({ state }) => !nothingRead.has(state));
}

function madeFolder(out: string): string {
  const folder = resolve(out);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new CensusError(
      'E_INPUT',
      `${folder} cannot be made`,
      'name a folder that can be written: --out FOLDER',
      cause,
    );
  }
  return folder;
}

/** Reads captures to records. false: of one of the files nothing could be read. */
export async function readTraffic(input: TrafficInput): Promise<boolean> {
  const { files, output, err, out } = input;
  const target = out === undefined ? null : madeFolder(out);
  const folder = ownFolder(input.temp)();
  const store = new TrafficStore(folder);
  const maker = new RecordMaker(store, files, input.making);
  const writer = new LineOutput(output);
  async function write(lines: string[]): Promise<void> {
    await store.drain();
    if (target !== null) return;
    for (const line of lines) writer.add(line);
    await writer.drain();
  }
  const { flows, silent, keep } = input;
  for await (const batch of readCaptures({ files, flows, silent, keep, input: input.input, live: false }))
    await write(maker.hear(batch));
  await write(maker.end());
  await store.end();
  const capture = maker.capture(null);
  if (capture === null)
    throw new CensusError(
      'E_PROGRAM_FAILED',
      'the capture reader did not finish',
      'run it by hand: zmap-module/build/mptcp-traffic FILE',
    );
  const tables = await trafficTables(store.database, capture);
  const text = summaryText(capture, tables);
  if (target === null) {
    for await (const endpoint of store.endpoints()) await writer.write(JSON.stringify(endpoint));
    await writer.write(visible(JSON.stringify(capture)));
    await writer.end();
    for (const line of text.split('\n')) err(line);
  } else {
    const name = files.length === 1 ? basename(files[0] ?? '') : `${files.length} captures`;
    await writeTrafficReport({ out: target, name, capture, tables, text, store });
    await writer.write(visible(`${text}\nReport: ${pathText(join(target, 'index.html'))}`));
    await writer.end();
  }
  store.close();
  return allRead(capture);
}
