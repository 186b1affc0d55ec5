// takes: long
// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ScanRecord } from '../../../../orchestrator/schemas/records/scan.ts';
import { resolved, target } from '../records.ts';
import { host } from './answering.ts';
import { mergeOf } from './merged.ts';

const test = suite('merge-domain-systems');

const [one, two] = ['198.18.0.1', '198.18.0.2'] as const;

const origin = (address: string, asn: number | null) => ({
  ...{ address, asn, prefix: null, origins: [], as_name: null },
  failure: asn === null ? 'no_data' : null,
});
const places: [sentence: string, hosts: ScanRecord[][], origins: [string, number | null][], asn: number | null][] = [
  ['an entry lies in the AS of its address', [host(one, 'not_offered')], [[one, 7]], 7],
  [
    'in the lowest of several',
    [host(one, 'not_offered'), host(two, 'not_offered')],
    [
      [one, 9],
      [two, 8],
    ],
    8,
  ],
  [
    'but in that of its capable address, whichever version and port',
    [host(one, 'not_offered'), host(two, 'not_offered', 'capable', 443)],
    [
      [one, 7],
      [two, 9],
    ],
    9,
  ],
  [
    'a capable address without an AS does not take it out of that of another',
    [host(one, 'capable'), host(two, 'not_offered')],
    [
      [one, null],
      [two, 8],
    ],
    8,
  ],
  ['an address that refused is an address too', [host(one, 'refused', 'refused')], [[one, 7]], 7],
  ['one that was silent is not', [], [[one, 7]], null],
];
for (const [sentence, hosts, origins, asn] of places) {
  test(`domains: ${sentence}`, async () => {
    const [domain] = (
      await mergeOf({
        targets: [target('a.example', 1)],
        resolve: [resolved('a.example', [one, two])],
        scan: hosts.flat(),
        asn: origins.map(([address, number]) => origin(address, number)),
      })
    ).domains;
    assert.is(domain?.asn, asn);
  });
}

test.run();
