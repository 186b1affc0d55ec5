import { z } from 'zod';
import { rowBatches } from '../../../core/folder/ndjson.ts';
import { BlockWriter } from '../../../core/sort/blocks.ts';
import { traceKey } from '../../../evidence/judge.ts';
import type { KeyTraces } from '../../../evidence/keys.ts';
import { HandshakeEvidenceRow, ScanEvidenceRow } from '../../../evidence/plain.ts';
import type { Verdicts } from '../verdicts.ts';
import type { OwnHost } from './evidence.ts';

/** Hosts judged by their own evidence, some before and some after all keys of the run are known. */
export interface OwnFiles {
  /** Lines of address, port and number of the pair of verdicts, for hosts judged like an earlier one. */
  alike: string;
  /** Hosts with their evidence that must be judged individually. */
  left: string;
  /** The same lines of those. */
  judged: string;
}

const Left = z.object({
  address: z.string(),
  port: z.int(),
  scans: z.array(ScanEvidenceRow),
  handshake: HandshakeEvidenceRow.nullable(),
});

const lineOf = ({ address, port }: OwnHost, number: number) => `${address},${port},${number}\n`;

/** Replies in one line: how many a host has is up to it, and a line has an end. */
const mostInLine = 1000;

function* leftLines({ scans, ...host }: OwnHost): Generator<string> {
  for (let from = 0; from < scans.length; from += mostInLine) {
    yield `${JSON.stringify({ ...host, scans: scans.slice(from, from + mostInLine) })}\n`;
  }
}

/** Hosts that were left, some at a time. */
async function* leftHosts(path: string): AsyncGenerator<OwnHost[]> {
  let open: OwnHost | null = null;
  for await (const rows of rowBatches(path, Left)) {
    const whole: OwnHost[] = [];
    for (const row of rows) {
      if (open !== null && open.address === row.address && open.port === row.port) {
        open.scans.push(...row.scans);
        continue;
      }
      if (open !== null) whole.push(open);
      open = row;
    }
    yield whole;
  }
  if (open !== null) yield [open];
}

/** Reads hosts once: collects their keys for the run, and gives a verdict to those judged like an earlier one. */
export async function readOwn(
  hosts: AsyncIterable<OwnHost>,
  { traces, verdicts }: { traces: KeyTraces; verdicts: Verdicts },
  files: OwnFiles,
): Promise<void> {
  const alike = new BlockWriter(files.alike);
  const left = new BlockWriter(files.left);
  try {
    for await (const host of hosts) {
      for (const scan of host.scans) traceKey(traces, host, scan);
      const number = await verdicts.alike(host);
      if (number !== null) alike.text(lineOf(host, number));
      else for (const line of leftLines(host)) left.text(line);
    }
  } finally {
    alike.close();
    left.close();
  }
}

/** Judges the hosts that were left, each by itself. */
export async function judgeLeft(verdicts: Verdicts, files: OwnFiles): Promise<void> {
  const judged = new BlockWriter(files.judged);
  try {
    for await (const hosts of leftHosts(files.left)) {
      for (const host of hosts) judged.text(lineOf(host, await verdicts.alone(host)));
    }
  } finally {
    judged.close();
  }
}
