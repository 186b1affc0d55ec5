import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import type { PartStage, StageRole } from '../../../../orchestrator/core/stage.ts';
import { type RawRow, Reject, type Tool } from '../../../../orchestrator/core/tool.ts';
import { type ToyConfig, toyConfig, toyFolder } from '../toy.ts';
import { decodeRows } from './decoding.ts';

const Letter = z.strictObject({ letter: z.string() });
export const Sound = z.strictObject({ letter: z.string(), sound: z.string(), at: z.int() });
/** A field has two spellings, as programs of two generations print it. */
const Printed = z.preprocess(
  (row) => {
    const old = z.looseObject({ 'the-sound': z.unknown() }).safeParse(row);
    if (!old.success || !('the-sound' in old.data)) return row;
    const { 'the-sound': sound, ...rest } = old.data;
    return { ...rest, sound };
  },
  z.looseObject({ letter: z.string(), sound: z.string(), at: z.unknown().optional() }),
);

const role: StageRole<ToyConfig> = {
  unit: 'letter',
  input: Letter,
  record: Sound,
  asked: (row) => [Letter.parse(row).letter],
  answered: (record) => Sound.parse(record).letter,
};

/** What a sound is does not depend on when it was heard; loud ones are counted. */
export const withIdentity: Partial<StageRole<ToyConfig>> = {
  identity: (record) => `${Sound.parse(record).letter} ${Sound.parse(record).sound}`,
  countedAs: (record) => (Sound.parse(record).sound === 'loud' ? 'louds' : null),
};

function toolOf(printed: unknown[]): Tool<unknown, unknown, unknown, ToyConfig> {
  return {
    name: 'listener',
    async *decode(): AsyncGenerator<RawRow[]> {
      for (const value of printed) yield [{ value }];
    },
    raw: Printed,
    toRecord: (raw) => {
      const { letter, sound, at } = z
        .looseObject({ letter: z.string(), sound: z.string(), at: z.unknown().optional() })
        .parse(raw);
      if (sound === 'noise') return new Reject('noise', letter);
      return sound === 'echo' ? [1, 2].map((n) => ({ letter, sound: `echo ${n}`, at })) : { letter, sound, at };
    },
    facts: async () => ({ microphones: 2 }),
  };
}

/** Decodes what a program printed about the letters a to d. */
export async function decode(printed: unknown[], more: Partial<StageRole<ToyConfig>> = {}) {
  const folder = new RunFolder(toyFolder());
  const stage: PartStage<ToyConfig> = {
    kind: 'parts',
    name: 'hear',
    reads: [],
    role: { ...role, ...more },
    enabled: () => true,
    tool: () => toolOf([]),
    async *units() {},
    unanswered: 'timeout',
    partSize: () => 4,
  };
  const input = folder.input('hear', '00000');
  mkdirSync(dirname(input), { recursive: true });
  writeFileSync(input, [...'abcd'].map((letter) => `${JSON.stringify({ letter })}\n`).join(''));
  mkdirSync(folder.raw('hear', '00000'), { recursive: true });
  const decoded = await decodeRows({ stage, tool: toolOf(printed), folder, config: toyConfig });
  const lines = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []);
  const Reason = z.looseObject({ reason: z.string() });
  return {
    ...decoded,
    records: decoded.rows.map((row) => Sound.strip().parse(row)),
    reasons: lines(folder.rejectsPart('hear', '00000')).map((line) => Reason.parse(JSON.parse(line)).reason),
  };
}

export const sound = (letter: string, what: string, at: number) => ({ letter, sound: what, at });
