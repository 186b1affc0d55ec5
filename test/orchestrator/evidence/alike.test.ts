// takes: long
// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Likeness, likenessOf, textOf } from '../../../orchestrator/evidence/alike/alike.ts';
import { keyFactOf, type ScanEvidence, shownBy } from '../../../orchestrator/evidence/answers.ts';
import { echoCauseOf } from '../../../orchestrator/evidence/boxes/causes.ts';
import { traceKey } from '../../../orchestrator/evidence/judge.ts';
import { KeyTraces } from '../../../orchestrator/evidence/keys.ts';
import { ruleSets } from '../../../orchestrator/evidence/rule-sets/rule-sets.ts';
import { judgeVersions } from '../../../orchestrator/evidence/versions.ts';
import { hexKey, hexOptions } from '../../../orchestrator/mptcp/hex-options.ts';
import { tcpOptions } from '../../../orchestrator/mptcp/tcp-options.ts';
import { heapOf, randomOf } from '../stages/merge/heaps.ts';
import { type Mirror, mirrorsOf } from './mirrors.ts';
import { fresh, key1, ours, reply, v0, v0Syn, v1, v1Syn, zero } from './replies.ts';

const test = suite('hosts that are judged alike');

/** All that is published of a host, by every table of rules. */
function judged(host: Likeness, sharedTraces: ReadonlySet<string>): string {
  const pairs = Object.values(ruleSets).map((rules) => judgeVersions([1, 0], { ...host, sharedTraces }, rules));
  return JSON.stringify([pairs, echoCauseOf(host.scans)]);
}

function sharedBy(hosts: readonly Mirror[]): Set<string> {
  const traces = new KeyTraces();
  for (const host of hosts) for (const scan of host.scans) traceKey(traces, host, scan);
  return traces.shared();
}

function heapHosts(seed: number): Mirror[] {
  const { scan, handshake } = heapOf(seed, 2500, 1);
  const hosts = new Map<string, Mirror>();
  for (const record of scan) {
    const { address, port } = record;
    const name = `${address} ${port}`;
    const connection = handshake.find((other) => other.address === address && other.port === port) ?? null;
    const host = hosts.get(name) ?? { address, port, scans: [], handshake: connection };
    host.scans.push(record);
    hosts.set(name, host);
  }
  return [...hosts.values()];
}

const worlds: [sentence: string, hosts: readonly Mirror[], least: number][] = [
  ['mirrors', mirrorsOf(1, 8000, 0), 5000],
  ['mirrors that are a little odd', mirrorsOf(2, 8000, 0.1), 2000],
  ['mirrors that are quite odd', mirrorsOf(3, 8000, 0.4), 400],
  ['replies of every kind', heapHosts(4), 300],
];
for (const [sentence, hosts, least] of worlds) {
  test(`a host is judged as the likeness that stands for it, and all that have it: ${sentence}`, () => {
    const sharedTraces = sharedBy(hosts);
    const pairs = new Map<string, string>();
    let alike = 0;
    for (const host of hosts) {
      const evidence = { ...host, scope: 'global' as const };
      const likeness = likenessOf(evidence);
      if (likeness === null) continue;
      alike += 1;
      const alone = judged(evidence, sharedTraces);
      assert.is(judged(likeness, new Set()), alone, JSON.stringify(host));
      const text = textOf(likeness);
      assert.is(pairs.get(text) ?? alone, alone, JSON.stringify(host));
      pairs.set(text, alone);
      assert.is(textOf(likenessOf(likeness) ?? likeness), text, 'a likeness is its own');
      const turned = likenessOf({ ...evidence, scans: [...host.scans].reverse() });
      assert.is(turned && textOf(turned), text, 'in any order');
    }
    assert.ok(alike >= least, `only ${alike} have a likeness`);
    assert.ok(new Set(pairs.values()).size > 20);
  });
}

const likeness = (...scans: ScanEvidence[]) => likenessOf({ scans, handshake: null, scope: null });
const textOfAll = (...scans: ScanEvidence[]) => {
  const found = likeness(...scans);
  return found === null ? null : textOf(found);
};

/** What a mirror returned of one pair of SYNs, times and key drawn anew. */
function mirrored(seed: number): ScanEvidence[] {
  const random = randomOf(seed);
  const word = () =>
    Math.floor(random() * 0xffff_ffff)
      .toString(16)
      .padStart(8, '0');
  const key = word() + word();
  const sent = { v1: v1Syn, v0: `1e0c0001${key}` };
  const port = 40_000 + Math.floor(random() * 9000);
  return (['v1', 'v0'] as const).map((probe, at) =>
    reply(probe, [sent[probe]], {
      ...{ source_port: port + at, ip_id: 100 + Math.floor(random() * 9000) },
      ...{ seq: `${at}${word().slice(1)}`, ack: `${at}${word().slice(1)}`, sent_seq: word(), sent_option: sent[probe] },
      sent_key: probe === 'v0' ? key : null,
      tcp_options: `020405b40402080a${word()}${word()}01030307${sent[probe]}`,
      received_at: `2026-11-22T10:00:0${at}.${word().replace(/\D/g, '0').slice(0, 6)}Z`,
    }),
  );
}

test('mirrors of one kind have one likeness', () => {
  const texts = new Set(Array.from({ length: 200 }, (_, seed) => textOfAll(...mirrored(seed))));
  assert.is(texts.size, 1);
  assert.ok(!texts.has(null));
});

const whole = '080a0000000900000008';
/** Each pair differs in one thing that a rule reads. */
const differing: [thing: string, one: ScanEvidence[], other: ScanEvidence[]][] = [
  ['the probe', [v1([v1Syn])], [v1([v1Syn], { probe: 'canary' })]],
  ['the version asked', [v1([])], [v1([], { sent_version: 0 })]],
  ['an option', [v1([v1Syn])], [v1([])]],
  ['the key returned', [v1([key1(zero)])], [v1([v1Syn])]],
  [
    'what stands behind an option',
    [v1([v1Syn], { tcp_options: v1Syn })],
    [v1([v1Syn], { tcp_options: `${v1Syn}0402` })],
  ],
  [
    'our time as its own',
    [v1([v1Syn], { tcp_options: whole + v1Syn, sent_tsval: '00000009' })],
    [v1([v1Syn], { tcp_options: whole + v1Syn, sent_tsval: '00000007' })],
  ],
  ['our identification', [v1([v1Syn], { ip_id: 54_321 })], [v1([v1Syn], { ip_id: 54_320 })]],
  ['our window', [v1([v1Syn], { window: 64_240 })], [v1([v1Syn], { window: 64_239 })]],
  ['the order of options', [v1([v1Syn], { options_order: 'mptcp' })], [v1([v1Syn])]],
  ['one SYN or two', [v1([v1Syn]), v0([v0Syn])], [v1([v1Syn]), v0([v0Syn], { source_port: 40_000, ack: '3b000000' })]],
  [
    'a canary',
    [v1([], { tcp_options: 'fd04beef', faults: ['canary_returned'] })],
    [v1([], { tcp_options: 'fd04beef' })],
  ],
  ['a header that ends early', [v1([], { faults: ['truncated'] })], [v1([])]],
  ['whether the SYN is numbered', [v1([v1Syn])], [v1([v1Syn], { source_port: null })]],
  ['the kind of packet', [v1([v1Syn])], [v1([v1Syn], { classification: 'rst' })]],
];
for (const [thing, one, other] of differing) {
  test(`two likenesses differ by ${thing}`, () => {
    assert.is.not(textOfAll(...one), null);
    assert.is.not(textOfAll(...other), null);
    assert.is.not(textOfAll(...one), textOfAll(...other));
  });
}

const twice = { source_port: 1, ack: '00000001', seq: '00000001' };
/** Hosts of which more is asked than what a likeness says. */
const none: [sentence: string, scans: ScanEvidence[]][] = [
  ['a key that is not ours', [v1([key1(fresh)])]],
  ['our key without ours in the record', [v0([v0Syn], { sent_key: null })]],
  ['the key of another SYN', [v0([v0Syn]), v1([key1(ours)])]],
  ['a zero key that may be the beginning of ours', [v0([`1e0c0001${zero}`])]],
  ['a zero key that we sent', [v1([key1(zero)]), v0([], { sent_key: zero })]],
  ['a part of our key', [v0(['1e08000110203040'])]],
  ['our key in an option of another subtype, which may be in the answer to another SYN', [v0([`1e0c2001${ours}`])]],
  ['a key that does not stand in our option', [v0([v0Syn], { sent_option: v1Syn })]],
  ['a key that is none', [v0(['1e040001'], { sent_option: '1e0a000110203040', sent_key: '10203040' })]],
  ['a key beside a token', [v0([v0Syn], { probe: 'join' })]],
  ['a key in an option that has none', [v0(['1e040101'], { sent_option: `1e0c1001${ours}` })]],
  ['a probe that is sorted among numbers', [v1([v1Syn], { probe: '1' })]],
  ['an option area that breaks', [v1([v1Syn], { tcp_options: `${v1Syn}0201` })]],
  ['options that stand otherwise in the area', [v1([v1Syn], { tcp_options: '0402' })]],
  ['an HMAC', [reply('join', ['1e101001a1b2c3d4e5f6071800112233'])]],
  ['two replies of which the header tells the first', [v1([v1Syn], twice), v1([v1Syn], { ...twice, window: 0 })]],
  ['ten replies', Array.from({ length: 10 }, (_, at) => v1([v1Syn], { source_port: at }))],
];
for (const [sentence, scans] of none) {
  test(`no likeness: ${sentence}`, () => assert.is(likeness(...scans), null));
}

const connection = {
  ...{ connected: true, syn_option: v1Syn, synack_option: v1Syn, fallback: true },
  ...{ announced: [], mp_join_verified: 0 },
};
test('a connection that got a key is none that others had', () => {
  const scans = [v1([v1Syn])];
  assert.is.not(likenessOf({ scans, handshake: connection, scope: null }), null);
  assert.is(likenessOf({ scans, handshake: { ...connection, synack_option: key1(zero) }, scope: null }), null);
});

test('areas are walked in hex as they are in bytes, to the key that they show', () => {
  const random = randomOf(77);
  const one = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? '';
  const pieces = [
    '00',
    '01',
    '02',
    '03',
    '04',
    '08',
    '0c',
    '1e',
    '1e0c0001',
    '1e0c1001',
    '1e03',
    fresh,
    'fd04beef',
    '080a',
  ];
  let faulty = 0;
  let keys = 0;
  for (let at = 0; at < 50_000; at++) {
    const area = Array.from({ length: Math.floor(random() * 9) }, () => one(pieces)).join('');
    const walked = [...tcpOptions(Buffer.from(area, 'hex'))];
    const expected = walked.map(({ kind, bytes, fault }) => ({ kind, hex: bytes.toString('hex'), fault }));
    assert.equal(hexOptions(area), expected, area);
    const scan = v1([], { tcp_options: area });
    assert.is(hexKey(area), shownBy(scan)?.key ?? null, area);
    assert.equal(keyFactOf(scan, { key: hexKey(area) }), keyFactOf(scan, shownBy(scan)));
    if (expected.some(({ fault }) => fault !== null)) faulty += 1;
    if (hexKey(area) !== null) keys += 1;
  }
  assert.ok(faulty > 5000 && keys > 500, `${faulty} ${keys}`);
});

test.run();
