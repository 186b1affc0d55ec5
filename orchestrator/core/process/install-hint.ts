import type { Program } from '../tool.ts';

/** What to do about a program that is not there. */
export function installHint({ apt, made }: Program): string {
  if (made !== undefined) return made;
  return apt === null
    ? 'the configuration names it: correct the command, or make it executable'
    : `apt-get install --no-install-recommends ${apt}`;
}
