import { randomBytes } from 'node:crypto';
import type { Making } from './records/connection.ts';
import { PSEUDONYM_KEY_BYTES, Pseudonyms, plainNames } from './records/pseudonym.ts';

/** Pseudonyms are of a key that is drawn now and forgotten with this process. */
export function makingOf(pseudonymous: boolean): Making {
  if (!pseudonymous) return { name: plainNames, keys: true };
  return { name: new Pseudonyms(randomBytes(PSEUDONYM_KEY_BYTES)).name, keys: false };
}
