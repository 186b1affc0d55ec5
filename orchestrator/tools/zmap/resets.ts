import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { rawText } from '../../core/folder/raw-files.ts';
import { writeFile } from '../../core/writing.ts';
import { runFiles } from './command.ts';

/** RSTs that our kernel sent until then, over both families; one network namespace's. null where /proc does not say. */
function sentResets(): number | null {
  let text: string;
  try {
    text = readFileSync('/proc/net/snmp', 'utf8');
  } catch {
    return null;
  }
  const [names, values] = text.split('\n').filter((line) => line.startsWith('Tcp: '));
  const at = names?.split(' ').indexOf('OutRsts') ?? -1;
  const sent = Number(values?.split(' ')[at]);
  return at > 0 && Number.isSafeInteger(sent) ? sent : null;
}

const Resets = z.looseObject({
  before: z.int().nullable().describe('RSTs that the kernel had sent when the run began (Tcp OutRsts)'),
  after: z.int().nullable().describe('and when it was through'),
});

/** Of the run that counts: the next one ends it, for the kernel counts all together and no RST must be counted twice. */
let counting: { after: number | null; ended: boolean } | null = null;

function endCounting(run: typeof counting): void {
  if (run === null || run.ended) return;
  run.after = sentResets();
  run.ended = true;
}

/**
 * Does the work and writes down how many RSTs the kernel sent meanwhile, or until other work of the kind begins: it answers every
 * SYN/ACK that it did not ask for.
 */
export async function countResets(folder: string, name: string, work: () => Promise<void>): Promise<void> {
  endCounting(counting);
  const mine = { after: null, ended: false };
  counting = mine;
  const before = sentResets();
  await work();
  endCounting(mine);
  await writeFile(join(folder, runFiles.resets(name)), `${JSON.stringify({ before, after: mine.after })}\n`);
}

/** RSTs sent during one run; null when they were not counted. */
export async function resetsOf(folder: string, name: string): Promise<number | null> {
  const text = await rawText(join(folder, runFiles.resets(name))).catch(() => null);
  if (text === null) return null;
  const { before, after } = Resets.parse(JSON.parse(text));
  return before === null || after === null ? null : after - before;
}
