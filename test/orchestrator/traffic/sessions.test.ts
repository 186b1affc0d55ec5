import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Said, Sent } from '../../../orchestrator/traffic/said.ts';
import { type Session, Sessions } from '../../../orchestrator/traffic/sessions.ts';
import { A, capable, client, S, SA, second, server, v1 } from '../connection/packets.ts';

const test = suite('sessions');

const nothing: Sent = {
  packets: 0,
  bytes: 0,
  sequence_bytes: 0,
  dss: 0,
  plain_bytes: 0,
  malformed: 0,
  mapped: 0,
  data_first: null,
  data_next: null,
  data_wide: false,
  acknowledged: false,
  fin: false,
};

function segment(stream: number, at_us: number, from: 0 | 1, flags: number, options: string): Said {
  return {
    type: 'packet',
    stream,
    at_us,
    from,
    flags,
    sequence: 1,
    acknowledgement: 2,
    length: 0,
    options,
    cut: false,
  };
}

function connection(stream: number): Said[] {
  return [
    { type: 'open', stream, at_us: 0, ends: [{ ...client, port: stream }, server] },
    segment(stream, 0, 0, S, capable.syn),
    segment(stream, 1, 1, SA, capable.synack),
    segment(stream, 2, 0, A, capable.third),
  ];
}

const join = (stream: number, at: number): Said[] => [
  { type: 'open', stream, at_us: at, ends: [second, server] },
  segment(stream, at, 0, S, `1e0c1002${v1.token}96a3c294`),
];

const end = (stream: number): Said => ({
  type: 'end',
  stream,
  why: 'closed',
  first_us: 0,
  last_us: 9,
  left_out: 0,
  sides: [nothing, nothing],
});
const clock = (seconds: number): Said => ({ type: 'clock', at_us: seconds * 1_000_000, packets: 0 });

/** What was handed over, and behind which of the lines. */
function heard(lines: Said[]): string[] {
  const done: string[] = [];
  let at = 0;
  const finish = ({ first, joins }: Session) =>
    done.push(`${at}: ${first.number}${joins.map((one) => `+${one.number}`).join('')}`);
  const sessions = new Sessions(finish);
  for (const line of lines) {
    at += 1;
    sessions.hear(line);
  }
  at = 99;
  sessions.end();
  return done;
}

test('a connection is handed over a minute after its last stream ended, with what joined it', () => {
  assert.equal(heard([clock(100), ...connection(0), end(0), clock(159), clock(160)]), ['8: 0']);
  assert.equal(heard([...connection(0), ...join(1, 5), end(0), clock(100), end(1), clock(159), clock(161)]), [
    '11: 0+1',
  ]);
  assert.equal(
    heard([...connection(0), end(0), clock(30), ...join(1, 5), clock(70), end(1), clock(140)]),
    ['11: 0+1'],
    'a late join',
  );
});

test('a join may come before its connection', () => {
  assert.equal(heard([...join(1, 5), ...connection(0), end(1), end(0), clock(100)]), ['9: 0+1']);
  assert.equal(heard([...join(1, 5), end(1), ...connection(0), end(0), clock(100)]), ['9: 0+1'], 'and end before it');
});

test('what can have no subflows is handed over as it ends', () => {
  const refused: Said[] = [...connection(0).slice(0, 2), end(0)];
  assert.equal(heard(refused), ['3: 0']);
});

test('a join that two connections fit, or none, is handed over alone', () => {
  assert.equal(heard([...connection(0), ...connection(7), ...join(1, 5), end(1), end(0), end(7), clock(100)]), [
    '14: 1',
    '14: 0',
    '14: 7',
  ]);
  const third = heard([
    ...connection(0),
    ...connection(7),
    ...join(1, 5),
    ...connection(8),
    end(1),
    end(0),
    end(7),
    end(8),
    clock(100),
  ]);
  assert.ok(
    third.some((one) => one.endsWith(': 1')),
    `${third}: one that comes later does not fit better`,
  );
  assert.equal(heard([...join(1, 5), end(1), clock(100)]), ['4: 1']);
});

test('a clock that is set back keeps nothing for ever', () => {
  assert.equal(heard([clock(1_000_000), ...connection(0), end(0), clock(10)]), ['7: 0']);
});

test('too many that wait are handed over before their time, the oldest first, and counted', () => {
  let done = 0;
  const sessions = new Sessions(() => {
    done += 1;
  });
  const many = 20_000;
  for (let stream = 0; stream < many; stream++)
    for (const line of [...connection(stream), end(stream)]) sessions.hear(line);
  assert.ok(sessions.early > 0 && sessions.early === done, `${sessions.early} of ${done}`);
  sessions.end();
  assert.is(done, many);
});

test.run();
