import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PrefixSet } from '../../../../orchestrator/address/prefix-set.ts';
import type { HandshakeEvidence, ScanEvidence } from '../../../../orchestrator/evidence/answers.ts';
import { KeyTraces } from '../../../../orchestrator/evidence/keys.ts';
import { ruleSets } from '../../../../orchestrator/evidence/rule-sets/rule-sets.ts';
import { HostsInTurn, type OwnHost, ownHosts } from '../../../../orchestrator/stages/merge/own/evidence.ts';
import { judgeLeft, readOwn } from '../../../../orchestrator/stages/merge/own/own.ts';
import { Verdicts } from '../../../../orchestrator/stages/merge/verdicts.ts';
import { key1, v1, v1Syn } from '../../evidence/replies.ts';

const test = suite('hosts that are judged by their own evidence');

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

const connection: HandshakeEvidence = {
  ...{ connected: true, syn_option: v1Syn, synack_option: null, fallback: true, announced: [], mp_join_verified: 0 },
};
const at = (address: string, port: number, evidence: unknown) => ({ address, port, evidence });

test('replies of one endpoint are one host, with the connection to it', async () => {
  const [one, other] = [v1([v1Syn]), v1([], { source_port: 9 })];
  const evidence = [at('a', 80, one), at('a', 80, other), at('a', 443, one), at('b', 80, one), at('d', 1, one)];
  const text = (fallback: boolean) => JSON.stringify({ ...connection, fallback });
  const connections = [
    at('a', 79, text(false)),
    at('a', 80, text(true)),
    at('aa', 80, text(true)),
    at('b', 80, text(false)),
    at('c', 1, text(true)),
  ];
  const hosts: unknown[] = [];
  for await (const { address, port, scans, handshake } of ownHosts(each(evidence), each(connections)))
    hosts.push([address, port, scans.length, handshake?.fallback ?? null]);
  assert.equal(hosts, [
    ['a', 80, 2, true],
    ['a', 443, 1, null],
    ['b', 80, 1, false],
    ['d', 1, 1, null],
  ]);
});

test('evidence and connections that were changed since they were written are refused', async () => {
  const read = async (scan: unknown, said: string) => {
    for await (const _ of ownHosts(each([at('a', 80, scan)]), each([at('a', 80, said)])));
  };
  const refused = (scan: unknown, said: string) => read(scan, said).then(() => 'nothing', String);
  await read(v1([v1Syn]), JSON.stringify(connection));
  assert.match(await refused({ ...v1([v1Syn]), seq: 'other' }, JSON.stringify(connection)), /seq/);
  assert.match(await refused(v1([v1Syn]), JSON.stringify({ ...connection, fallback: 1 })), /fallback/);
});

/** Judges hosts in both passes; lines by the file that they stand in. */
async function passed(hosts: readonly OwnHost[]): Promise<{ alike: string[]; judged: string[]; pairs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'own-'));
  const path = (name: string) => join(folder, name);
  const files = { alike: path('alike'), left: path('left'), judged: path('judged') };
  let pairs = 0;
  const judging = { rules: ruleSets.ours, versions: [1, 0] as const, lab: new PrefixSet(['198.18.0.0/15']) };
  const verdicts = new Verdicts(judging, async () => void pairs++);
  const traces = new KeyTraces();
  try {
    await readOwn(each(hosts), { traces, verdicts }, files);
    assert.ok(existsSync(files.left));
    verdicts.know({ sharedTraces: traces.shared(), kinds: [] });
    await judgeLeft(verdicts, files);
    const lines = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return { alike: lines(files.alike), judged: lines(files.judged), pairs };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const host = (place: number, scans: ScanEvidence[]): OwnHost => ({
  ...{ address: `198.18.0.${place}`, port: 80, scans, handshake: null },
});

test('hosts of several ranges come range by range, and those of none are missed', async () => {
  const rows = [1, 2, 4, 5].map((place) => host(place, [v1([])]));
  const inTurn = new HostsInTurn(each(rows));
  const read = async (end?: string) => {
    const found: string[] = [];
    for await (const { address } of inTurn.upTo(end)) found.push(address.slice(-1));
    return found.join('');
  };
  const ends = ['198.18.0.2', '198.18.0.3', '198.18.0.4', '198.18.0.5', undefined];
  const found: string[] = [];
  for (const end of ends) found.push(await read(end));
  assert.equal(found, ['1', '2', '', '4', '5']);
});

test('what is left of hosts is ended, though none were asked for', async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<OwnHost> {
    try {
      for (;;) yield host(9, [v1([])]);
    } finally {
      ended = true;
    }
  }
  const inTurn = new HostsInTurn(endless());
  for await (const _ of inTurn.upTo('198.18.0.1')) assert.unreachable();
  await inTurn.close();
  assert.ok(ended);
});

test('mirrors are judged as one, and a key once those of the whole run are known', async () => {
  const constant = 'a1b2c3d4e5f60718';
  const hosts = [host(1, [v1([key1(constant)])]), host(2, [v1([v1Syn])]), host(3, [v1([v1Syn], { seq: '00000001' })])];
  const lone = await passed(hosts);
  assert.equal(lone, { alike: ['198.18.0.2,80,0', '198.18.0.3,80,0'], judged: ['198.18.0.1,80,1'], pairs: 2 });
  const shared = await passed([...hosts, host(4, [v1([key1(constant)])])]);
  assert.equal(shared.judged, ['198.18.0.1,80,1', '198.18.0.4,80,1']);
  assert.is(shared.pairs, 2);
});

test('a host of very many replies is judged by all of them', async () => {
  const many = Array.from({ length: 2500 }, (_, number) =>
    v1([key1('a1b2c3d4e5f60718')], { seq: number.toString(16).padStart(8, '0') }),
  );
  const odd = host(1, [...many, v1([], { seq: '00ffffff' })]);
  const both = await passed([odd, host(2, many), host(3, [...many, v1([], { seq: '00ffffff' })])]);
  const numbers = both.judged.map((line) => line.split(',')[2]);
  assert.equal(numbers, ['0', '1', '0']);
});

test.run();
