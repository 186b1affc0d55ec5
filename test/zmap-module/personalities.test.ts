// needs: root
// runs: apart: it scans at 2,000 packets a second; a receiver that is starved loses answers
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipUnless } from '../skip.ts';
import { addResponder, joinDirectly, type Lab, moduleFolder, whyNoLab, withLab } from './lab.ts';
import { type Reply, scan } from './zmap.ts';

const test = suite('every personality is classified without one mistake');
const missing = await whyNoLab();

const probes = ['v1', 'v0', 'grease', 'join', 'canary', 'port2', 'port2v0', 'plain'] as const;
const hosts = 256;

const none = 'synack_no_option';
const echoed = 'echoed';
const malformed = 'malformed';
const capable = 'mp_capable';

/** What a personality shows to v1 (also port2), v0 (also port2v0), grease, join, canary and plain; one word: to all of them. */
const expected: Record<string, readonly string[]> = {
  v1_server: [capable, none, 'version_mismatch', 'mp_tcprst', capable, none],
  v0_server: [none, capable, none, none, none, none],
  both_server: [capable, capable, 'version_mismatch', 'mp_tcprst', capable, none],
  v1_no_join_checksum: [capable, none, none, none, capable, none],
  mirror_all: [echoed, echoed, echoed, echoed, echoed, none],
  mirror_mptcp: [echoed, echoed, echoed, echoed, echoed, none],
  key_byte_swapped: [echoed, echoed, echoed, echoed, echoed, none],
  key_halves_swapped: [echoed, echoed, echoed, echoed, echoed, none],
  key_truncated: [echoed, echoed, echoed, echoed, echoed, none],
  key_short: [echoed, echoed, echoed, echoed, echoed, none],
  key_zero: [echoed, echoed, echoed, none, echoed, none],
  other_version: ['version_mismatch', 'version_mismatch', 'version_mismatch', none, 'version_mismatch', none],
  same_version: [capable, capable, echoed, none, capable, none],
  unasked: [none, none, none, none, none, malformed],
  flag_b: [malformed, malformed, malformed, none, malformed, none],
  no_crypto: [malformed, malformed, malformed, none, malformed, none],
  length_20: [malformed, malformed, malformed, none, malformed, none],
  length_0: [malformed, malformed, malformed, none, malformed, none],
  length_1: [malformed, malformed, malformed, none, malformed, none],
  length_10: [malformed, malformed, malformed, none, malformed, none],
  past_end: [malformed, malformed, malformed, none, malformed, none],
  two_bytes: [malformed, malformed, malformed, none, malformed, none],
  twice: [malformed, malformed, malformed, none, malformed, none],
  dss: ['other_subtype', 'other_subtype', 'other_subtype', 'other_subtype', 'other_subtype', none],
  behind_nops: [capable, none, none, none, capable, none],
  plain: [none],
  rst: ['rst'],
  silent: [],
  icmp_unreachable: ['icmp_unreachable'],
  icmp_ttl_exceeded: ['icmp_ttl_exceeded'],
  rst_unheard: ['rst'],
  key_inverted: [echoed, echoed, echoed, echoed, echoed, none],
  key_rotated: [echoed, echoed, echoed, echoed, echoed, none],
  key_tail: [echoed, echoed, echoed, echoed, echoed, none],
  with_stub: [malformed, malformed, malformed, none, malformed, none],
  tcprst: ['mp_tcprst'],
};
const columns: Record<string, number> = {
  v1: 0,
  port2: 0,
  v0: 1,
  port2v0: 1,
  grease: 2,
  join: 3,
  canary: 4,
  plain: 5,
};

async function personalities(): Promise<string[]> {
  const { stdout } = await execa(`${moduleFolder}/build/responder`, ['--list']);
  return stdout.split('\n').map((line) => line.split(' ')[1] ?? '');
}

function expectedOf(name: string, probe: string): string | undefined {
  const row = expected[name] ?? [];
  return row.length === 1 ? row[0] : row[columns[probe] ?? -1];
}

/** The share of answers that came, after every one was found right and none came twice. */
function judge(replies: readonly Reply[], names: readonly string[]): number {
  const seen = new Set<string>();
  for (const { target, probe, classification, faults } of replies) {
    const name = names[Number(target.split('.')[2])] ?? 'nobody';
    assert.is(classification, expectedOf(name, probe), `${name} to ${probe} at ${target} (${faults})`);
    seen.add(`${target} ${probe}`);
  }
  assert.is(seen.size, replies.length, 'no probe is answered twice');
  const answering = names.filter((name) => name !== 'silent').length;
  return replies.length / (answering * hosts * probes.length);
}

async function scanAll(lab: Lab): Promise<Reply[]> {
  return scan(lab, {
    probe: probes.join('+'),
    probes: probes.length,
    rate: 2000,
    args: ['198.19.0.0/19', '198.19.32.0/22'],
  });
}

for (const loss of [0, 1, 5]) {
  test(`with ${loss} % loss each way, 256 hosts of every personality, all probe kinds`, async () => {
    if (skipUnless(missing === null, 'personalities', missing ?? '')) return;
    await withLab(async (lab) => {
      await joinDirectly(lab);
      await addResponder(lab, loss);
      const names = await personalities();
      assert.equal(Object.keys(expected).sort(), [...names].sort(), 'the table names every personality');
      const recall = judge(await scanAll(lab), names);
      console.log(`recall with ${loss} % loss each way: ${recall.toFixed(4)}`);
      const due = (1 - loss / 100) ** 2;
      assert.ok(Math.abs(recall - due) < (loss === 0 ? 1e-9 : 0.01), `recall ${recall}, due ${due}`);
    });
  });
}

test.run();
