import { mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { requirePlainPath } from '../core/folder/folder.ts';
import { judgeEndpoints, linesOf } from '../evidence/judge.ts';
import { provenance, softwareText } from '../machine/provenance.ts';
import { formatCount } from '../report/format.ts';
import { pathText } from '../view/visible.ts';
import { CountedLines } from './counted-lines.ts';
import { LineOutput } from './line-output.ts';
import { openReplies } from './open-replies.ts';
import { ownFolder } from './own-folder.ts';
import { Rejects } from './rejects.ts';
import { replyParser } from './reply-parser.ts';
import { reportReplies } from './report.ts';

export interface JudgeInput {
  /** Lines of the prober. */
  input: Readable;
  /** Verdicts as NDJSON, or with `report` the tables. */
  output: Writable;
  err: (text: string) => void;
  /** Folder for tables, figures and a page; undefined: none is written. */
  report: string | undefined;
  /** Where inputs that are too large to hold are sorted. */
  temp: string;
}

const progressMs = 10_000;

function progressLine(err: (text: string) => void): (phase: string, count: number) => void {
  let said = performance.now();
  return (phase, count) => {
    if (performance.now() - said < progressMs) return;
    said = performance.now();
    err(`judge: ${formatCount(count)} ${phase}`);
  };
}

/** Judges what a prober wrote, line by line. false: no line of it could be read. */
export async function judgeLines({ input, output, err, report, temp }: JudgeInput): Promise<boolean> {
  const parse = replyParser();
  const rejects = new Rejects(err);
  const writer = new LineOutput(output);
  const folder = ownFolder(temp);
  const lines = new CountedLines(openReplies(input));
  const endpoints = judgeEndpoints(lines, parse, rejects.add, { folder, progress: progressLine(err) });
  if (report === undefined) {
    for await (const some of endpoints) {
      for (const endpoint of some) for (const line of linesOf(endpoint)) writer.add(line);
      await writer.drain();
    }
  } else {
    const out = resolve(report);
    // before all is read, for nothing
    requirePlainPath(resolve(temp));
    mkdirSync(out, { recursive: true });
    const counts = () => ({ lines: lines.count, rejected: rejects.count });
    const known = { run: basename(out), software: softwareText(await provenance()) };
    const { text } = await reportReplies({ endpoints, folder: folder(), out, counts, ...known });
    await writer.write(`${text}\n\nReport: ${pathText(join(out, 'index.html'))}`);
  }
  await writer.end();
  rejects.end();
  const read = rejects.count === 0 || rejects.count < lines.count;
  if (!read)
    err("no line is a reply: judge reads what zmap prints with our module and -O json -f '*', an object a line");
  return read;
}
