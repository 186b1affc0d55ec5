import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import type { End, Packet } from '../../../../orchestrator/connection/packet.ts';
import { HandshakeRecord } from '../../../../orchestrator/schemas/records/handshake.ts';
import { ConnectorRun, type WgetRun } from '../../../../orchestrator/tools/wget/raw.ts';
import { toHandshake } from '../../../../orchestrator/tools/wget/record.ts';
import { A, addAddr, capable, client, dss, handshake, packet, read, S, SA, server } from '../../connection/packets.ts';

const test = suite('a held connection and a page as one record');

const config = Config.parse({ lab: true, lab_ranges: ['198.18.0.0/15'], targets: { prefixes: ['198.18.0.0/16'] } });
const up: [End, End] = [client, server];
const down: [End, End] = [server, client];

const base = {
  ...{ address: server.address, port: 80, local_address: client.address, local_port: client.port },
  ...{
    outcome: 'connected',
    errno: 0,
    began: '1.000000000',
    connected_at: '1.050000000',
    hold_ended_at: '6.050000000',
  },
  ...{
    spoke_at: null,
    again_ended_at: null,
    ended_at: '6.100000000',
    hold_ended_by: 'us',
    again_ended_by: null,
    ended_by: 'us',
  },
  ...{
    asked: true,
    mptcp_at_start: true,
    mptcp_at_end: true,
    checksum: false,
    timestamps: false,
    rtt_us: 50_000,
    flags: 2,
  },
  ...{ token: '01020304', add_addr_signal: 0, add_addr_accepted: 0, subflows: 0, subflow_ends: [], first_at: null },
  ...{ received: 0, first: '', page_bytes: 0, tls: 'not_asked', tls_version: null, tls_error: null, status: null },
};
const run: WgetRun = {
  ...{ address: server.address, port: 80, exit_code: 0, ended: 'itself' as const },
  log: 'Connecting to x... connected.\nHTTP request sent, awaiting response... 204 No Content',
};

const plainSyn = [
  packet(0, up, S, 1000),
  packet(1, down, SA, 8000, '', { acknowledgement: 1001 }),
  packet(2, up, A, 1001),
];
const opened = handshake(0, up, 1000, [capable.syn, capable.synack, capable.third]);
const kinds = {
  none: [],
  mptcp: [...opened, packet(9, down, A, 8001, dss, { length: 4 })],
  silent: opened,
  fell: [...opened, packet(9, down, A, 8001, '', { length: 4 })],
  not_offered: plainSyn,
} satisfies Record<string, Packet[]>;
type Kind = keyof typeof kinds;
const streams = (kind: Kind) => read(kinds[kind]).map(({ stream }) => stream);

interface Given {
  held?: Kind;
  page?: Kind;
  hold?: object;
  port?: number;
  fetched?: boolean;
}

function record({ held = 'none', page = 'none', hold = {}, port = 80, fetched = true }: Given): HandshakeRecord {
  const raw = { address: server.address, port, host: null, run: fetched ? run : null, joins: [] };
  const one = { ...raw, hold: ConnectorRun.parse({ ...base, ...hold }), held: streams(held), streams: streams(page) };
  return HandshakeRecord.parse(toHandshake(one, config));
}

const fallbacks: [held: Kind, page: Kind, fallback: boolean | null, missing: string | null, on: string][] = [
  ['mptcp', 'mptcp', false, null, ''],
  ['silent', 'mptcp', false, null, ''],
  ['mptcp', 'silent', false, null, ''],
  ['silent', 'fell', true, null, 'page'],
  ['mptcp', 'fell', true, null, 'page'],
  ['fell', 'mptcp', true, null, 'held'],
  ['fell', 'fell', true, null, 'held,page'],
  ['silent', 'silent', null, 'no_data', ''],
  ['not_offered', 'mptcp', false, null, ''],
  ['not_offered', 'fell', true, null, 'page'],
  ['not_offered', 'not_offered', null, 'not_asked', ''],
  ['not_offered', 'none', null, 'not_asked', ''],
  ['not_offered', 'silent', null, 'no_data', ''],
];
for (const [held, page, fallback, missing, on] of fallbacks) {
  test(`held ${held}, page ${page}: fallback is ${fallback ?? missing}`, () => {
    const one = record({ held, page });
    assert.equal([one.fallback, one.fallback_missing, one.fallback_on.join()], [fallback, missing, on]);
  });
}

test('a SYN that left without the option speaks for nobody where another one asked', () => {
  assert.is(record({ held: 'not_offered', page: 'mptcp' }).syn_option, capable.syn);
  assert.is(record({ held: 'mptcp', page: 'not_offered' }).syn_option, capable.syn);
  assert.is(record({ held: 'not_offered' }).syn_option, null);
});

test('an announcement names the connections that it came on', () => {
  const announced = packet(12, down, A, 8001, addAddr);
  kinds.mptcp.push(announced);
  const on = (held: Kind, page: Kind) => record({ held, page }).announced.map(({ seen_on }) => seen_on.join());
  assert.equal(
    [on('mptcp', 'silent'), on('silent', 'mptcp'), on('mptcp', 'mptcp')],
    [['held'], ['page'], ['held,page']],
  );
  kinds.mptcp.pop();
});

const pages: [fact: string, given: Given, status: string][] = [
  ['wget was answered', {}, '204 null page'],
  ['no page is asked for on this port', { port: 22, fetched: false }, 'null not_applicable null'],
  [
    'the connector was answered after TLS',
    { port: 443, fetched: false, hold: { status: 404, tls: 'done' } },
    '404 null held',
  ],
  ['TLS failed', { port: 443, fetched: false, hold: { tls: 'alert' } }, 'null no_data held'],
  ['TLS took too long', { port: 443, fetched: false, hold: { tls: 'timeout' } }, 'null timeout held'],
  ['the endpoint refused', { fetched: false, hold: { outcome: 'refused' } }, 'null refused null'],
];
for (const [fact, given, status] of pages) {
  test(`page: ${fact}`, () => {
    const one = record({ held: 'mptcp', ...given });
    assert.is(`${one.http_status} ${one.http_status_missing} ${one.http_status_on}`, status);
  });
}

const failures: [outcome: string, failure: string | null][] = [
  ['refused', 'refused'],
  ['timeout', 'timeout'],
  ['unreachable', 'unreachable'],
  ['undone', 'not_measured'],
];
for (const [outcome, failure] of failures) {
  test(`a connection that was ${outcome} failed as ${failure}`, () => {
    const one = record({
      fetched: false,
      hold: { outcome, connected_at: null, hold_ended_at: null, hold_ended_by: null },
    });
    assert.equal([one.connected, one.failure, one.fallback_missing, one.hold_held], [false, failure, failure, null]);
  });
}

test('how long it was held is told by its packets, and by its program where none were captured', () => {
  assert.equal([record({ held: 'mptcp' }).held_ms, record({ held: 'mptcp' }).hold_held], [0, false]);
  assert.equal(
    [record({ page: 'mptcp' }).held_ms, record({ page: 'mptcp' }).hold_held],
    [5000, true],
    'not by the page',
  );
  assert.equal([record({}).held_ms, record({}).hold_held], [5000, true]);
});

test('both silences have their length and their end', () => {
  const again = { spoke_at: '6.100000000', again_ended_at: '9.123456789', again_ended_by: 'server' };
  const { held } = record({ hold: again });
  assert.equal([held?.silent_ms, held?.ended_by, held?.again_ms, held?.again_ended_by], [5000, 'us', 3023, 'server']);
  const lost = record({ hold: { hold_ended_by: 'limit', mptcp_at_end: null } }).held;
  assert.equal([lost?.ended_by, lost?.token, lost?.add_addr_accepted], ['lost', null, null]);
});

test.run();
