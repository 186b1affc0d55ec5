// runs: behind
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Read, readStreams } from '../../../orchestrator/connection/connections.ts';
import { Streams } from '../../../orchestrator/connection/streams.ts';
import { dissect, readPacket } from '../../../orchestrator/tools/wget/packets.ts';
import { skipUnless } from '../../skip.ts';
import { ownPlace } from './capture-file.ts';
import { reading } from './records.ts';

const test = suite('our reader beside tshark');

const there = (await execa('tshark', ['--version'], { reject: false })).exitCode === 0;
const fixtures = join(import.meta.dirname, '../../fixtures');

/** The streams with an MPTCP option, as the handshake's adapter reads what tshark says. */
async function byTshark(capture: string): Promise<Read[]> {
  const { program, args, env } = dissect(capture, ownPlace());
  const { stdout } = await execa(program.name, args, { env: { ...process.env, ...env } });
  const streams = new Streams();
  for (const line of stdout.split('\n')) {
    const packet = readPacket(line);
    if (packet !== null) streams.add(packet);
  }
  return readStreams(streams.all()).filter(({ stream }) =>
    stream.packets.some(({ options }) => /^(..)*1e/.test(options)),
  );
}

const ends = (read: Read) => {
  const { ends: both, client } = read.stream;
  const [from, to] = client === 1 ? both.toReversed() : both;
  return `${from?.address} ${from?.port} > ${to?.address} ${to?.port}`;
};

for (const name of ['linux618.pcap', 'traffic/both-paths.pcapng', 'wget/capture.pcapng']) {
  test(`${name}: the same streams, versions, states and joins`, async () => {
    if (skipUnless(there, name, 'tshark is missing')) return;
    const capture = join(fixtures, name);
    const theirs = (await byTshark(capture)).map((read) => {
      const verified = read.join === null ? null : read.join === 'verified';
      const announced = read.observations.filter(({ what }) => what === 'ADD_ADDR').length;
      return `${ends(read)}: ${read.kind} ${verified} ${announced > 0} v${read.kind === 'connection' ? read.version : null} ${read.negotiation.state}`;
    });
    const { connections, subflows } = await reading([capture]);
    assert.is(subflows.length, new Set(subflows.map(({ subflow }) => subflow)).size);
    const known = new Map(connections.map((one) => [one.connection, one]));
    const state = (kind: string, line: string) => theirs.some((one) => one.startsWith(`${line}: ${kind}`));
    for (const { kind, client_address, client_port, server_address, server_port, synack_hmac } of subflows) {
      const line = `${client_address} ${client_port} > ${server_address} ${server_port}`;
      assert.ok(state(kind === 'join' ? 'subflow' : kind === 'initial' ? 'connection' : 'unknown', line), line);
      const join = theirs.find((one) => one.startsWith(`${line}: subflow`));
      if (kind === 'join') assert.is(join?.includes('subflow true'), synack_hmac === 'valid', line);
    }
    for (const {
      client_address,
      client_port,
      server_address,
      server_port,
      state: own,
      version,
      answer,
    } of known.values()) {
      const line = `${client_address} ${client_port} > ${server_address} ${server_port}`;
      const found = theirs.find((one) => one.startsWith(`${line}: `)) ?? '';
      assert.ok(found.endsWith(` ${own}`), `${found} is ${own} here`);
      if (answer === 'mp_capable') assert.ok(found.includes(` v${version} `), `${found} is of version ${version} here`);
    }
    assert.is(theirs.length, subflows.length);
  });
}

test.run();
