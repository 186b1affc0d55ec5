import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fileOf, ownPlace } from './capture-file.ts';
import { reading } from './records.ts';

const test = suite('captures to records');

const fixture = (name: string) => join(import.meta.dirname, '../../fixtures', name);
const both = fixture('traffic/both-paths.pcapng');
const paths = [fixture('traffic/path1.pcapng'), fixture('traffic/path2.pcapng')];
const linux = fixture('linux618.pcap');

/** docs and ../shared/mptcp.md: what Linux 6.18 answers. Port of the client, what was offered, what came back. */
const answers: [what: string, port: number, offered: number[], answer: string, serverFlags: string | null][] = [
  ['v1, four bytes, H', 26533, [1], 'mp_capable', '01'],
  ['v1 with A: the flag is not copied', 22873, [1], 'mp_capable', '01'],
  ['v1 with C: the flag is not copied', 39611, [1], 'mp_capable', '01'],
  ['v1 with B', 43840, [1], 'synack_no_option', null],
  ['v1 without H', 29814, [1], 'synack_no_option', null],
  ['v1 sent as twelve bytes is no offer', 37509, [], 'synack_no_option', null],
  ['v0', 26372, [0], 'synack_no_option', null],
  ['version 15 is answered by version 1', 21609, [15], 'version_mismatch', '01'],
  ['v0 and v1 in one SYN', 42945, [0, 1], 'mp_capable', '01'],
  ['v1 and v0 in one SYN', 32044, [0, 1], 'mp_capable', '01'],
  ['a plain listener', 42768, [1], 'synack_no_option', null],
  ['a closed port', 47882, [1], 'rst', null],
  ['allow_join_initial_addr_port=0 sets C', 22266, [1], 'mp_capable', '21'],
  ['with checksum_enabled=1 too', 25881, [1], 'mp_capable', 'a1'],
];

test('what Linux 6.18 answers is what docs/methods.md says of it', async () => {
  const { connections, subflows, capture } = await reading([linux]);
  for (const [what, port, offered, answer, flags] of answers) {
    const found = connections.find(({ client_port }) => client_port === port);
    assert.equal([found?.offered_versions, found?.answer, found?.server_flags], [offered, answer, flags], what);
    assert.is(found?.version, answer === 'mp_capable' ? 1 : null, what);
  }
  const joins = subflows.filter(({ kind }) => kind === 'join');
  const random = joins.filter(({ connection }) => connection === null);
  assert.equal(
    random.map(({ answer }) => answer),
    ['mp_tcprst', 'synack_no_option', 'rst', 'synack_no_option', 'none'],
    'MP_JOIN with a random token: MP_TCPRST, a bare SYN/ACK, RST of a closed port, silence with SYN cookies',
  );
  assert.equal(random[0]?.resets, [{ by: 'server', reason: 1, count: 1 }]);
  const known = joins.filter(({ answer }) => answer === 'mp_join');
  assert.equal(
    known.map(({ synack_hmac, ack_hmac }) => [synack_hmac, ack_hmac]),
    [
      ['valid', 'absent'],
      ['valid', 'absent'],
    ],
    'MP_JOIN with the true token',
  );
  const announced = connections.flatMap((one) => one.announced);
  assert.ok(announced.length > 0 && announced.every(({ hmac, by }) => hmac === 'valid' && by === 'server'));
  assert.is(capture.frames.tcp, 108);
});

test('a session over two paths is functional, and its announcements verify and were echoed', async () => {
  const { connections, subflows } = await reading([both]);
  const sessions = connections.filter(({ state }) => state === 'mptcp');
  assert.equal(
    sessions.map(({ functional, joins, joins_verified, subflows: n, version }) => [
      functional,
      joins,
      joins_verified,
      n,
      version,
    ]),
    [
      [true, 2, 2, 3, 1],
      [true, 2, 2, 3, 1],
    ],
  );
  for (const { announced, server_data_bytes } of sessions) {
    assert.equal(
      announced.map(({ hmac, echoed, by }) => `${by} ${hmac} ${echoed}`),
      ['server valid true', 'server valid true'],
    );
    assert.is(server_data_bytes, 400_000 + 204, 'the file and its head, by data sequence numbers');
  }
  const fell = connections.find(({ server_port }) => server_port === 82);
  assert.equal([fell?.answer, fell?.state, fell?.fell_back_by], ['synack_no_option', 'fell_back', 'server']);
  assert.ok(subflows.filter(({ kind }) => kind === 'join').every(({ functional }) => functional === true));
});

/** Packet counts may differ between files; everything that was said may not. */
const shape = ({ connections, subflows }: Awaited<ReturnType<typeof reading>>) =>
  JSON.stringify([
    connections.map(({ started_at: _, duration_us, connection, ...rest }) => rest),
    subflows.map(({ started_at: _, duration_us, connection, subflow, syn_rtt_us, ...rest }) => rest),
  ]);
const sorted = (text: string) => [...text.split('{"record"')].sort();

test('captures of both paths, in either order, are read as one', async () => {
  const whole = await reading([both]);
  assert.equal(sorted(shape(await reading(paths))), sorted(shape(whole)));
  assert.equal(sorted(shape(await reading(paths.toReversed()))), sorted(shape(whole)));
});

test('one path alone: the join is there, its keys are not', async () => {
  const { connections, subflows } = await reading([paths[1] ?? '']);
  assert.equal(connections, []);
  assert.is(subflows.length, 4);
  for (const { synack_hmac, ack_hmac, hmac_missing, functional } of subflows) {
    assert.equal([synack_hmac, ack_hmac, hmac_missing], ['unverifiable', 'unverifiable', 'connection_not_captured']);
    assert.is(functional, null);
  }
});

test('with and without the prefilter the records are equal', async () => {
  for (const [index, files] of [[both], paths, [linux]].entries()) {
    const keep = join(ownPlace(), `${index}.pcapng`);
    const whole = await reading(files, { keep });
    const kept = await reading([keep]);
    assert.ok(kept.capture.frames.tcp < whole.capture.frames.tcp || index === 1, 'something was left out');
    assert.equal(kept.connections, whole.connections);
    assert.equal(kept.subflows, whole.subflows);
    assert.equal(kept.endpoints, whole.endpoints);
  }
});

test('gzip, gzip in two pieces and standard input give the records of the file', async () => {
  const bytes = readFileSync(linux);
  const whole = await reading([linux]);
  const pieces = Buffer.concat([gzipSync(bytes.subarray(0, 4000)), gzipSync(bytes.subarray(4000))]);
  const { Readable } = await import('node:stream');
  for (const other of [
    await reading([fileOf(gzipSync(bytes))]),
    await reading([fileOf(pieces, 'c.pcap.gz')]),
    await reading(['-'], { input: Readable.from([bytes]) }),
    await reading(['-'], { input: Readable.from([pieces]) }),
  ]) {
    assert.equal(other.connections, whole.connections);
    assert.equal(other.subflows, whole.subflows);
    assert.is(other.capture.files[0]?.state, 'whole');
  }
});

test('captures that were put together with cat are read one behind the other, whatever their formats', async () => {
  const [first, second] = [await reading([linux]), await reading([both])];
  const files = [readFileSync(linux), readFileSync(both)];
  for (const packed of [files, files.map((bytes) => gzipSync(bytes))]) {
    for (const order of [packed, packed.toReversed()]) {
      const { connections, capture } = await reading([fileOf(Buffer.concat(order), 'together.pcap')]);
      assert.is(capture.files[0]?.state, 'whole');
      assert.is(capture.frames.tcp, first.capture.frames.tcp + second.capture.frames.tcp);
      assert.is(connections.length, first.connections.length + second.connections.length);
      assert.is(capture.last_at, [first.capture.last_at, second.capture.last_at].sort().at(-1));
    }
  }
});

test('a capture that begins in the middle tells what its packets tell, and no more', async () => {
  const bytes = readFileSync(both);
  const { connections, subflows } = await reading([fileOf(withoutPackets(bytes, 40), 'middle.pcapng')]);
  const [first] = connections;
  assert.equal(
    [first?.opening, first?.answer, first?.version, first?.state],
    ['not_captured', 'not_captured', null, 'mptcp'],
  );
  assert.equal([first?.functional, first?.client_key, first?.opener_known], [null, null, false]);
  const unseen = subflows.filter(({ connection }) => connection === first?.connection);
  assert.equal(
    unseen.map(({ kind, functional }) => [kind, functional]),
    [['unknown', null]],
  );
});

/** The same pcapng without its first packets. */
function withoutPackets(bytes: Buffer, count: number): Buffer {
  const blocks: Buffer[] = [];
  let left = count;
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    const enhanced = bytes.readUInt32LE(at) === 6;
    if (!enhanced || left-- <= 0) blocks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return Buffer.concat(blocks);
}

test.run();
