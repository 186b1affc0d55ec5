import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { type Counts, newStageEntry, noCounts } from '../../../orchestrator/core/folder/entries.ts';
import type { Manifest } from '../../../orchestrator/core/folder/manifest.ts';
import { ethicsParagraph } from '../../../orchestrator/describe/paragraph.ts';
import { emptyManifest } from '../core/toy.ts';

const test = suite('the paragraph on ethics');

const open = {
  contact: 'scan@example.org',
  targets: { list: 'x' },
  scan: { rate: 10_000, blocklist: 'b', ports: [80, 443] },
};
const part = {
  input_sha256: '',
  output_sha256: '',
  records_sha256: '',
  rejects_sha256: '',
  raw_sha256: {},
  packed_sha256: {},
};

function stage(counts: Partial<Counts>, facts: Record<string, number> = {}): Manifest['stages'][string] {
  const entry = newStageEntry({ status: 'done', unit: '', tool: '', reads: {}, started_at: null });
  const times = { started_at: '', ended_at: '' };
  const parts = { '00000': { ...part, ...times, counts: noCounts(), unknown_fields: {}, facts, commands: [] } };
  return { ...entry, counts: { ...noCounts(), ...counts }, parts };
}

const kept = { from: 'b', copy: '', sha256: '', prefixes: 13 };
const reread = { ...kept, prefixes: 15, at: '', rejected_lines: 0, rejects_sha256: null };
const start = {
  at: '',
  census: {},
  vantage: { source_addresses: ['198.18.0.2'] },
  changed: {},
  corrected: {},
  blocklist: kept,
};

const scan = stage(
  { units_in: 4100, answered: 3500, failed: { timeout: 500 }, skipped: { blocked: 92, opted_out: 8 } },
  { targets_sent: 4500, targets_asked_again: 500 },
);
const finished: Manifest = {
  ...emptyManifest(),
  created_at: '2026-11-20T04:05:06.000Z',
  finished_at: '2026-11-21T05:06:07.000Z',
  starts: [{ ...start, rereads: [reread], clock_steps: [] }],
  stages: {
    scan,
    confirm: stage({ units_in: 140, answered: 120, skipped: { not_a_candidate: 20 } }),
    handshake: stage({ units_in: 12, answered: 10, failed: { timeout: 1 }, skipped: { opted_out: 1 } }),
    path: stage({ units_in: 11, answered: 11 }),
  },
  purges: [{ at: '', units: 1, lines: 1, packets: 1 }],
};

test('says what was sent, to how many, how fast, and who was left out', () => {
  assert.is(
    ethicsParagraph(finished, Config.parse(open)),
    'Between 2026-11-20 04:05 UTC and 2026-11-21 05:06 UTC we probed 1,000 addresses from 198.18.0.2: one TCP SYN with an MPTCP option per ' +
      'address, port (80, 443) and MPTCP version (v1 and v0), 4,500 TCP SYNs in all, sent at 10,000 packets per second at most. Those that ' +
      'stayed silent were asked once more (500 SYNs), so that the scan sent no address more than 8 SYNs. 20 endpoints, those whose answer carried an MPTCP option ' +
      'and controls drawn at random from the others, got 6 further SYNs each, 2 s or more apart. To 11 endpoints, those whose answer ' +
      'carried an MPTCP option and controls drawn at random from the others, we opened each one TCP connection that is silent for 5 s; on TLS ports it then has a TLS handshake, 5 s more of ' +
      'silence, and then one HTTP request for "/"; on web ports an empty line and 5 s more of silence, and another connection with two HTTP requests for "/". ' +
      'Requests named our contact (scan@example.org). We sent 5 ICMP echo requests and as many SYNs beside them to each of 11 such addresses. No operating system was ' +
      'fingerprinted. Over all stages no address could get more than 53 SYNs, repeated ones of our kernel among them. A blocklist of 15 prefixes, and all ranges that are not globally reachable, were never probed. It changed once while ' +
      'packets were sent, and each change held within a minute: 9 probes were not sent for that reason. At the request of owners, data was ' +
      'removed from what we had measured once.',
  );
});

const silent = stage({ units_in: 4, answered: 4 }, { targets_sent: 4 });
const cases: [sentence: string, config: object, stages: Manifest['stages'], says: RegExp][] = [
  [
    'nobody was asked twice',
    open,
    { scan: silent },
    /None stayed silent, so that the scan sent no address more than 4 SYNs\./,
  ],
  [
    'a run of before there were second opinions',
    { ...open, confirm: false },
    { ...finished.stages, confirm: silent },
    /more than 8 SYNs\. To 11 endpoints whose answer carried an MPTCP option we opened .* could get more than 41 SYNs/,
  ],
  [
    'without retries',
    { ...open, scan: { ...open.scan, retries: 0 } },
    { scan },
    /at most\. The scan sent no address more than 4 SYNs\./,
  ],
  [
    'with a prober that counts nothing',
    open,
    { scan: stage({ units_in: 4 }) },
    /\(v1 and v0\), sent at .* were asked once more, so/,
  ],
  ['nobody connected to', open, { scan }, /8 SYNs\. No operating system was fingerprinted\./],
  [
    'fingerprints',
    open,
    { scan, os: stage({ units_in: 1 }) },
    /The operating systems of 1 address with an MPTCP option were fingerprinted/,
  ],
  [
    'the lab',
    { lab: true, lab_ranges: ['198.18.0.0/15'], targets: { list: 'x' } },
    { scan },
    /sent without a limit of its own\..* and everything outside of the test network, were never probed/,
  ],
];
for (const [sentence, config, stages, says] of cases) {
  test(`of ${sentence}`, () => assert.match(ethicsParagraph({ ...finished, stages }, Config.parse(config)), says));
}

test('of a run that is not complete there is none', () => {
  assert.throws(() => ethicsParagraph({ ...finished, finished_at: null }, Config.parse(open)), /is not complete/);
});

test('a second scan is told with how many it asked', () => {
  const rescan = stage({ units_in: 48, answered: 30, failed: { timeout: 10 }, skipped: { blocked: 8 } });
  const text = (given: object) =>
    ethicsParagraph(
      { ...finished, stages: { ...finished.stages, rescan } },
      Config.parse({ ...open, budget: 60, ...given }),
    );
  assert.match(
    text({ rescan: 0.01 }),
    /10 addresses, drawn at random \(1 % of all\), got the SYNs of the scan once more, to see how far two scans agree\./,
  );
  assert.not.match(text({}), /once more, to see/);
});

test.run();
