import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { ZmapRaw } from '../../../../orchestrator/tools/zmap/raw.ts';

const test = suite('one reply of zmap');

const lines = readFileSync('test/fixtures/zmap/v1.ndjson', 'utf8').trim().split('\n');
const replies = lines.map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
const base = replies.find(({ classification }) => classification === 'synack_no_option') ?? {};

/** A reply that passes, and the next one, which differs in one thing and lacks what such a one has. */
const pairs: [differ: string, before: object, next: object, lacks: string][] = [
  ['the version asked', { sent_version: 1 }, { sent_version: 0, sent_key: null }, 'sent_key'],
  [
    'the probe',
    { probe: 'join', sent_version: null, sent_flags: null },
    { probe: 'v1', sent_version: null },
    'sent_version',
  ],
  ['the classification', {}, { classification: 'mp_capable' }, 'mptcp_option'],
  ['why there is no round trip', { rtt_us: null, rtt_missing: 'not_returned' }, { rtt_us: null }, 'rtt_us'],
];
for (const [differ, before, next, lacks] of pairs) {
  test(`what a reply must have a value for is told by ${differ}, whatever came before`, () => {
    for (const first of [before, before]) {
      assert.ok(ZmapRaw.safeParse({ ...base, ...first }).success);
      const { error } = ZmapRaw.safeParse({ ...base, ...next });
      assert.equal(error?.issues[0]?.path, [lacks]);
    }
  });
}

const lost: [why: string, reply: object][] = [
  [
    'its area ends in front of one',
    { classification: 'malformed', faults: 'length_below_two', tcp_options: '020405b40300' },
  ],
  ['its packet ends in front of one', { classification: 'malformed', faults: 'truncated', tcp_options: '020405b4' }],
  ['only the canary came back', { classification: 'echoed', faults: 'canary_returned', tcp_options: 'fd06f9890000' }],
];
for (const [why, reply] of lost) {
  test(`a reply may be odd without an option of kind 30, since ${why}`, () => {
    const odd = { ...base, ...reply, mptcp_option: null, mptcp_options: null };
    assert.ok(ZmapRaw.safeParse(odd).success);
    const { error } = ZmapRaw.safeParse({ ...odd, tcp_options: '1e040101' });
    assert.equal(
      error?.issues.map(({ path }) => path.join()),
      ['mptcp_option', 'mptcp_options'],
    );
  });
}

test('a reply of an older module lacks fields: they are null', () => {
  const { ip_id: _, sent_seq: __, ...older } = { ...base, ip_id: 7, sent_seq: '0000000a' };
  const { ip_id, sent_seq, ip_df } = ZmapRaw.parse(older);
  assert.equal([ip_id, sent_seq, ip_df], [null, null, null]);
});

test.run();
