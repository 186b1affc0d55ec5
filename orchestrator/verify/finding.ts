import type { z } from 'zod';

/** What kind of file it is: what can be done about it depends on that. */
export type Kind =
  | 'manifest'
  | 'blocklist'
  | 'fetched'
  | 'cut'
  | 'input'
  | 'raw'
  | 'entry'
  | 'records'
  | 'output'
  | 'unread'
  | 'none';

/** A file that should be there. */
export interface Expected {
  /** Relative to the run folder. */
  path: string;
  kind: Kind;
  /** The sha256 values that it may have; null: the version that wrote it took none. */
  sha256: readonly string[] | null;
  /** Of what is compressed in it. */
  plain?: string;
  /** Sealed itself, under this name. */
  seal?: string;
  /** What such a file says: one without a seal, of a version that sealed nothing, says that too. */
  says?: z.ZodType;
}

/** differs, missing, unexpected: damage. unhashed, open, outside: to be known, and no damage. */
export type Told = 'differs' | 'missing' | 'unexpected' | 'unhashed' | 'open' | 'outside';

export interface Finding {
  told: Told;
  path: string;
  kind: Kind;
  /** What is wrong, as a clause. */
  why: string;
}

const damages: ReadonlySet<Told> = new Set(['differs', 'missing', 'unexpected']);

export function isDamage({ told }: Finding): boolean {
  return damages.has(told);
}

/** The stage of a path of a run, where it has one. */
function stageOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'raw' ? second : first;
}

/** What to do about a damaged file, as a clause. */
export function cureOf({ told, kind, path }: Finding): string {
  if (told === 'unexpected') return 'move it out of the run folder if it is not yours to keep there';
  const stage = stageOf(path);
  const again = `remove raw/${stage}/ and ${stage}/, and the stage is measured again`;
  const cures: Record<Kind, string> = {
    manifest: 'put it back from a copy of the run folder',
    blocklist: 'put it back from a copy of the run folder',
    fetched: 'put it back from a copy; or remove raw/fetched/ and the folder of the stage, and it is fetched again',
    cut: `put it back from a copy; or ${again}`,
    input: `put it back from a copy; or ${again}`,
    raw: `put it back from a copy; or ${again}`,
    entry: 'put it back from a copy; or remove it, and the next run writes it from the manifest',
    records: 'the next run decodes it again if it is there, without a packet, and measures it again if it is gone',
    output: 'the next run makes it again, without a packet',
    unread: 'no run reads it',
    none: '',
  };
  return cures[kind];
}
