// needs: root
import { cp, mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { Reject } from '../../../../orchestrator/core/tool.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import type { Endpoint } from '../../../../orchestrator/roles.ts';
import { HandshakeRecord } from '../../../../orchestrator/schemas/records/handshake.ts';
import { captureFile, captureFilter } from '../../../../orchestrator/tools/wget/capture.ts';
import { fetchCommand } from '../../../../orchestrator/tools/wget/fetch.ts';
import type { WgetRaw, WgetRun } from '../../../../orchestrator/tools/wget/raw.ts';
import { toHandshake } from '../../../../orchestrator/tools/wget/record.ts';
import { wget } from '../../../../orchestrator/tools/wget/tool.ts';
import { skipUnless } from '../../../skip.ts';
import { decodeAll, makeContext } from '../context.ts';
import { isRoot } from '../namespace.ts';
import { lab, withLab } from './lab.ts';

const test = suite('wget');
const fixtures = new URL('../../../fixtures/wget/', import.meta.url);

function configure(handshake: object = {}, more: object = {}): Config {
  return Config.parse({
    lab: true,
    lab_ranges: lab.ranges,
    targets: { prefixes: ['198.18.0.0/16'] },
    handshake: { hold: '1s', timeout: '5s', hold_first: false, ...handshake },
    ...more,
  });
}

/** The endpoints of the fixture and of the lab, in order. */
const rows: Endpoint[] = [
  lab.announces,
  lab.redirects,
  lab.closes,
  lab.stripped,
  lab.strippedAfterSynack,
  lab.ipv6,
  lab.plain,
  lab.closed,
  lab.damaged,
].map((address, index) => ({ address, port: 80, host: index % 2 === 0 ? 'a.example' : null }));

function installed(...programs: string[]): boolean {
  return programs.every((name) => execaSync(name, ['--version'], { reject: false }).exitCode !== undefined);
}

async function fixtureContext() {
  const folder = await mkdtemp(join(tmpdir(), 'mptcp-census-wget-'));
  await cp(fixtures, folder, { recursive: true });
  return await makeContext({ rows, config: configure(), folder });
}

const from = { first: 61_002, last: 61_512, next: 61_040 };
const record = (raw: WgetRaw) => toHandshake(raw, configure());

async function fixtureRaw(address: string): Promise<WgetRaw> {
  for await (const rows of wget.decode(await fixtureContext())) {
    for (const { value } of rows) {
      const raw = wget.raw.parse(value);
      if (raw.address === address) return raw;
    }
  }
  throw new Error(`${address} is not in the fixture`);
}

if (!skipUnless(installed('tshark'), 'a capture becomes records', 'tshark is not installed')) {
  test('a capture becomes records', async () => {
    const { records, rejects } = await decodeAll(wget, await fixtureContext());
    const expected = await readFile(new URL('records.expected.ndjson', fixtures), 'utf8');
    assert.is(records.map((one) => `${JSON.stringify(one)}\n`).join(''), expected);
    assert.equal(rejects, []);
    for (const one of records) HandshakeRecord.parse(one);
  });

  test('a rewritten address fails its HMAC, a repeated one is one announcement', async () => {
    const raw = await fixtureRaw(lab.announces);
    const [stream] = raw.streams;
    const index = stream?.packets.findIndex(({ options }) => options.includes('1e103001c612054d')) ?? -1;
    const packet = stream?.packets[index];
    if (stream === undefined || packet === undefined) throw new Error('no ADD_ADDR in the fixture');
    const rewritten = { ...packet, options: packet.options.replace('c612054d', 'c612054e') };
    const packets = [...stream.packets.slice(0, index), rewritten, ...stream.packets.slice(index + 1)];
    const altered = record({ ...raw, streams: [{ ...stream, packets }] }).announced[0];
    assert.is(altered?.address, '198.18.5.78');
    assert.is(altered?.hmac, 'invalid');
    assert.is(altered?.hmac_form, null);
    const twice = { ...stream, packets: [...stream.packets, packet] };
    assert.equal(
      record({ ...raw, streams: [twice] }).announced.map(({ count }) => count),
      [2, 1, 1, 1],
    );
  });

  test('an MP_JOIN answered with a wrong HMAC is accepted and not verified', async () => {
    const raw = await fixtureRaw(lab.announces);
    assert.is(record(raw).mp_join_verified, 1);
    const forged = raw.joins.map((join) => ({
      ...join,
      packets: join.packets.map((one) => ({ ...one, options: one.options.replace(/(1e10....)..../, '$1dead') })),
    }));
    assert.is(record({ ...raw, joins: forged }).mp_join_accepted, 1);
    assert.is(record({ ...raw, joins: forged }).mp_join_verified, 0);
  });

  test('a reset with MP_TCPRST gives its reason', async () => {
    const raw = await fixtureRaw(lab.announces);
    const [stream] = raw.streams;
    if (stream === undefined) throw new Error('no stream in the fixture');
    const side = { sequence: 1, acknowledgement: 1, length: 0, cut: false };
    const reset = { ...side, at_us: 1, from: 1 as const, flags: 0x14, options: '1e048006' };
    const streams = [
      { ...stream, packets: [...stream.packets, reset, { ...reset, from: 0 as const, options: '1e048001' }] },
    ];
    assert.equal(record({ ...raw, streams }).mp_tcprst_reasons, [6]);
  });
}

const failures: [sentence: string, run: Partial<WgetRun>, failure: string][] = [
  ['a closed port refuses', { log: 'Connecting to 198.18.5.200:80... failed: Connection refused.' }, 'refused'],
  ['a silent host times out', { log: 'Connecting to 198.18.5.200:80... failed: Connection timed out.' }, 'timeout'],
  ['no route is unreachable', { log: 'Connecting to 198.18.5.200:80... failed: No route to host.' }, 'unreachable'],
  ['no network is unreachable', { log: 'Connecting to x... failed: Network is unreachable.' }, 'unreachable'],
  ['a host that takes too long times out', { ended: 'limit', exit_code: null, log: '' }, 'timeout'],
];

for (const [sentence, run, failure] of failures) {
  test(sentence, () => {
    const address = lab.closed;
    const whole: WgetRun = { address, port: 80, exit_code: 4, ended: 'itself', log: '', ...run };
    const one = record({ address, port: 80, host: null, run: whole, streams: [], joins: [] });
    assert.equal(
      [one.connected, one.failure, one.http_status_missing, one.fallback_missing],
      [false, failure, failure, failure],
    );
  });
}

test('an answer that is no HTTP has no status', () => {
  const status = (words: string) => {
    const log = `HTTP request sent, awaiting response... ${words}`;
    const run: WgetRun = { address: lab.plain, port: 80, exit_code: 0, ended: 'itself', log };
    return record({ address: lab.plain, port: 80, host: null, run, streams: [], joins: [] }).http_status;
  };
  assert.is(status('200 No headers, assuming HTTP/0.9'), null);
  assert.is(status('404 Not Found'), 404);
});

test('a connection of which no packet was captured is no connection that fell back, nor one that failed', () => {
  const log = 'Connecting to 198.18.4.7:80... connected.\nHTTP request sent, awaiting response... 200 OK';
  const run: WgetRun = { address: lab.announces, port: 80, exit_code: 0, ended: 'itself', log };
  const raw = { address: lab.announces, port: 80, host: null, run, streams: [], joins: [] };
  assert.equal(wget.toRecord(raw, { config: configure() }), new Reject('not_captured', '198.18.4.7 80'));
});

test('IPv6 stands in brackets, and port 443 asks for TLS', () => {
  const urls = (address: string, port: number) =>
    fetchCommand({ address, port, host: null }, configure(), from).args.slice(-2);
  assert.equal(urls('2001:db8::1', 80), ['http://[2001:db8::1]:80/', 'http://[2001:db8::1]:80/']);
  assert.equal(urls('198.18.0.1', 443)[0], 'https://198.18.0.1:443/');
});

test('the request names the study, its contact and the host', () => {
  const config = configure({}, { contact: 'survey@example.edu' });
  const { args } = fetchCommand({ address: '198.18.0.1', port: 80, host: 'a.example' }, config, from);
  assert.ok(args.includes('--header=Host: a.example'));
  assert.ok(args.some((arg) => arg.startsWith('--user-agent=mptcp-census') && arg.includes('survey@example.edu')));
});

test('a connection attempt lasts longer than the fallback of the kernel takes', () => {
  const connect = (timeout: string) =>
    fetchCommand({ address: '198.18.0.1', port: 80, host: null }, configure({ timeout }), from).args.find((arg) =>
      arg.startsWith('--connect-timeout='),
    );
  assert.throws(() => connect('3s'), /at least 4s/);
  assert.is(connect('4s'), '--connect-timeout=4');
  assert.is(connect('10s'), '--connect-timeout=10');
});

test('the capture takes our ports to those of the endpoints and back, each once', () => {
  assert.is(
    captureFilter([443, 80, 443], { ports: [61_002, 61_512], addresses: ['198.18.0.2', '2001:db8::2'] }),
    'tcp and ((src portrange 61002-61512 and (src host 198.18.0.2 or src host 2001:db8::2) and (dst port 80 or dst port 443)) or ' +
      '(dst portrange 61002-61512 and (dst host 198.18.0.2 or dst host 2001:db8::2) and (src port 80 or src port 443)))',
  );
});

const inLab = isRoot && installed('tshark', 'dumpcap', 'wget', 'mptcpize', 'nginx', 'nft', 'ip');
const title = 'real servers answer as they are';
if (!skipUnless(inLab, title, 'needs root, tshark, dumpcap, wget, mptcpize, nginx and nft')) {
  test(title, async () => {
    await withLab(async ({ within }) => {
      const inside = (...argv: string[]) => execa(within[0] ?? '', [...within.slice(1), ...argv]);
      await inside('ip', 'mptcp', 'limits', 'set', 'subflows', '8', 'add_addr_accepted', '8');
      const context = await makeContext({ rows, config: configure(), within });
      await wget.collect?.(context);
      assert.equal(context.progressed.length, rows.length);
      const { mode } = await stat(join(context.folder, captureFile));
      assert.is(mode & 0o777, 0o600, 'packets are for the owner of the run');
      const { records, rejects } = await decodeAll(wget, context);
      assert.equal(rejects, []);
      const expected = await readFile(new URL('records.expected.ndjson', fixtures), 'utf8');
      const lines = expected.trimEnd().split('\n');
      assert.equal(
        records.map(steady),
        lines.map((line) => steady(HandshakeRecord.parse(JSON.parse(line)))),
      );
      assert.ok(records.every(({ mp_join_sent }) => mp_join_sent === 0));
      const again = await decodeAll(wget, context);
      assert.equal(again.records, records, 'decoding again gives the same');
      const facts = await wget.facts?.(context.folder);
      assert.is(facts?.capture_dropped, 0);
      assert.is(facts?.['net.mptcp.blackhole_timeout'], 0);
      const { stdout } = await inside('sysctl', '-n', 'net.mptcp.blackhole_timeout');
      assert.is(stdout, String(facts?.['net.mptcp.blackhole_timeout found']), 'put back');
      assert.is(facts?.['mptcp limits'], '0 0');
      assert.is(facts?.['mptcp limits found'], '8 8');
      assert.is(facts?.local_ports, '61002-61512');
    });
  });

  test('a kernel without MPTCP is an error, not 9 hosts that do not answer', async () => {
    await withLab(async ({ within }) => {
      await execa(within[0] ?? '', [...within.slice(1), 'sysctl', '-q', '-w', 'net.mptcp.enabled=0']);
      const context = await makeContext({ rows, config: configure(), within });
      const error = await wget.collect?.(context).then(
        () => null,
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof CensusError && error.code === 'E_CONFIG', String(error));
    });
  });
}

/** A record without what differs from run to run. The kernel is held to make no subflow; that of the fixture made some, which were reset. */
function steady(whole: HandshakeRecord) {
  const { synack_option, sender_key, receiver_key, held_ms, rst_received, announced, ...rest } = whole;
  const { mp_join_sent, mp_join_accepted, mp_join_verified, ...others } = rest;
  return { ...others, announced: announced.map(({ count, ...announcement }) => announcement) };
}

test.run();
