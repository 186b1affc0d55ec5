import type { Truth } from '../truth.ts';
import type { Result } from './result.ts';
import type { Version } from './verdicts.ts';

/** Where the many differ from what the world says of all of them. */
export function compareCrowd({ crowd: right }: Truth, { crowd: said }: Result, versions: readonly Version[]): string[] {
  if (right === null || said === null) return right === said ? [] : ['the crowd of the world was not counted'];
  const told: [what: string, said: number, right: number][] = [
    ['hosts that answer', said.hosts, right.answering],
    ...versions.map((version): [string, number, number] => [
      `hosts with the verdict ${version} ${right[version]}`,
      said.verdicts[`${version} ${right[version]}`] ?? 0,
      right.answering,
    ]),
    ['domains', said.domains, right.names],
    ['domains with an address', said.live, right.live],
    ['domains without one', said.dark, right.names - right.live],
  ];
  return told.flatMap(([what, is, should]) => (is === should ? [] : [`crowd: ${is} ${what}, right are ${should}`]));
}
