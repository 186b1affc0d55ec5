import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { scanned } from '../records.ts';
import { mergeOf } from './merged.ts';

const test = suite('merge-ways');

const address = '198.18.0.1';

test('a way has the ASes of the hops beside it, and a host that was not swept has none', async () => {
  const other = '198.18.0.2';
  const beside = { last_intact: '198.18.9.1', first_changed: '198.18.9.2', hop_before: '198.18.9.3' };
  const swept = { ...beside, address, port: 80, drawn_as: 'not_offered', last_intact_ttl: 3, first_changed_ttl: 4 };
  const { hosts } = await mergeOf(
    {
      scan: [scanned(address, []), scanned(other, [])],
      hops: [
        { ...swept, probe: 'v0', nearer: 0 },
        { ...swept, probe: 'v1', nearer: 2 },
      ],
      asn: Object.values(beside).map((hop, index) => ({
        address: hop,
        asn: 64_601 + index,
        origins: [64_601 + index],
      })),
    },
    { controls: 0 },
  );
  const shown = hosts[0]?.ways?.map((way) => [
    way.probe,
    way.nearer,
    way.last_intact_asn,
    way.first_changed_asn,
    way.hop_before_asn,
  ]);
  assert.equal(shown, [
    ['v1', 2, 64_601, 64_602, 64_603],
    ['v0', 0, 64_601, 64_602, 64_603],
  ]);
  assert.equal(
    hosts.map(({ address: of, ways_missing }) => [of, ways_missing]),
    [
      [address, null],
      [other, 'not_applicable'],
    ],
  );
});

test.run();
