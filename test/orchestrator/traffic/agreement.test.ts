import { execaSync } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type End, type Packet, packetKind } from '../../../orchestrator/connection/packet.ts';
import { decodeOption } from '../../../orchestrator/mptcp/option.ts';
import { Said } from '../../../orchestrator/traffic/said.ts';
import { A, client, packet, S, SA, server } from '../connection/packets.ts';
import { fileOf, pcapOf } from './capture-file.ts';

const test = suite('the reader of captures and the decoder of options');

const reader = new URL('../../../zmap-module/build/mptcp-traffic', import.meta.url).pathname;
const optionAreaMax = 40;

/** An option of any subtype, low bits and length; the byte behind them, which holds the flags of a DSS, varies too. */
function optionOf(subtype: number, low: number, length: number): string {
  const bytes = Buffer.alloc(length, 1);
  Buffer.from([30, length, (subtype << 4) | low, low | ((low & 8) << 1)]).copy(bytes, 0, 0, length);
  return bytes.toString('hex');
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

test('of options of every subtype, low bits and length both call the same ones malformed, on SYNs, their answers and other segments', () => {
  const packets: Packet[] = [];
  const wrong = new Map<number, { what: string; faults: number }>();
  for (const flags of [S, SA, A]) {
    for (const subtype of numbers(0, 16)) {
      for (const low of numbers(0, 16)) {
        const port = 1024 + wrong.size;
        const options = numbers(2, optionAreaMax + 1).map((length) => optionOf(subtype, low, length));
        const ends: [End, End] = [{ ...client, port }, server];
        packets.push(...options.map((option) => packet(packets.length, ends, flags, 1000, option)));
        const faults = options.filter(
          (option) => decodeOption(Buffer.from(option, 'hex'), packetKind(flags)).fault !== null,
        ).length;
        wrong.set(port, { what: `subtype ${subtype} low bits ${low} flags ${flags}`, faults });
      }
    }
  }
  const ports = new Map<number, number>();
  for (const line of execaSync(reader, [fileOf(pcapOf(packets))]).stdout.split('\n')) {
    const said = Said.parse(JSON.parse(line));
    if (said.type === 'open') ports.set(said.stream, said.ends[0].port);
    if (said.type !== 'end') continue;
    const of = wrong.get(ports.get(said.stream) ?? 0);
    assert.is(said.sides[0].malformed, of?.faults, of?.what);
  }
  assert.is(ports.size, wrong.size);
});

test.run();
