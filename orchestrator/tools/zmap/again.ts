import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { formatPrefix, type Prefix, parseAddress, parsePrefix } from '../../address/ip.ts';
import { PrefixSet } from '../../address/prefix-set.ts';
import { TickedAddresses } from '../../address/ticked.ts';
import type { Config } from '../../config/config.ts';
import { compiled } from '../../core/compiled.ts';
import { LineWriter } from '../../core/folder/files.ts';
import { jsonOf, lineBatches, splitLines } from '../../core/process/lines.ts';
import type { CollectContext } from '../../core/tool.ts';
import { type PassTargets, runFiles, type ZmapRun } from './command.ts';
import { Hitlist } from './ipv6/hitlist.ts';
import { blockedPrefixes, ofGroup, targetFiles } from './targets.ts';

type Context = CollectContext<unknown, Config>;

/** All that is read of a reply here: a target that sent anything, even an ICMP error or an unusable line, was not silent. */
const Answer = compiled(z.looseObject({ target: z.string() }));

/**
 * Everybody whom a part asks, without those that opted out, before it was begun or since: they are silent too, and a list of them alone
 * would end zmap.
 */
async function* everybody(context: Context, group: string, list: Hitlist | null): AsyncGenerator<Prefix> {
  const allowlist = ofGroup(group, targetFiles[list === null ? 4 : 6].allowlist);
  const late = context.optOuts?.prefixes ?? [];
  const blocked = new PrefixSet(list === null ? [...blockedPrefixes(context, 4), ...late] : late);
  for await (const line of splitLines(createReadStream(join(context.folder, allowlist)))) {
    const prefix = parsePrefix(line);
    if (prefix === null) continue;
    if (list !== null) yield* list.outside(prefix, blocked);
    else if (prefix.length < 32) yield* blocked.split(prefix).outside;
    else if (!blocked.contains(prefix)) yield prefix;
  }
}

/** What stands for a target in zmap's lists; null for text that is none. */
type NumberOf = (target: string) => number | null;

function ipv4Number(target: string): number | null {
  const address = parseAddress(target);
  return address?.family === 4 ? (address.words[0] ?? null) : null;
}

async function tickAnswers(path: string, silent: TickedAddresses, numberOf: NumberOf): Promise<void> {
  for await (const lines of lineBatches(createReadStream(path))) {
    for (const line of lines) {
      const { data } = Answer.safeParse(jsonOf(line));
      const number = data === undefined ? null : numberOf(data.target);
      if (number !== null) silent.tick(number);
    }
  }
}

async function write(path: string, lines: Iterable<string>): Promise<void> {
  const file = await LineWriter.create(path);
  for (const line of lines) {
    file.add(line);
    if (file.isFull) await file.drain();
  }
  await file.finish();
}

/**
 * Writes the lists of those who have not answered any pass of a run, for its next one. Held are a bit for each target of the part and
 * a few bytes for each line of its lists, whatever comes back.
 * @param before names of the passes
 * @returns null when all have answered
 */
export async function silentTargets(
  context: Context,
  run: ZmapRun,
  before: readonly string[],
): Promise<PassTargets | null> {
  const { folder } = context;
  const list =
    run.family === 6 ? await Hitlist.read(join(folder, ofGroup(run.group ?? '', targetFiles[6].list))) : null;
  const silent = await TickedAddresses.of(everybody(context, run.group ?? '', list));
  const numberOf: NumberOf = list === null ? ipv4Number : (target) => list.numberOf(target);
  for (const name of before) await tickAnswers(join(folder, runFiles.replies(name)), silent, numberOf);
  if (silent.left === 0) return null;
  const files = { allowlist: runFiles.targets(run.name), text: runFiles.addresses(run.name) };
  await write(join(folder, files.allowlist), prefixLines(silent));
  if (list !== null) await write(join(folder, files.text), addressLines(silent, list));
  return { ...files, addresses: silent.left, pass: before.length + 1 };
}

function* prefixLines(silent: TickedAddresses): Generator<string> {
  for (const prefix of silent.untickedPrefixes()) yield formatPrefix(prefix);
}

function* addressLines(silent: TickedAddresses, list: Hitlist): Generator<string> {
  for (const { words, length } of silent.untickedPrefixes()) {
    const [first = 0] = words;
    for (let number = first; number < first + 2 ** (32 - length); number += 1) yield list.textOf(number);
  }
}
