// needs: root
// runs: apart: what was captured and what was received are compared packet by packet
import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { skipUnless } from '../skip.ts';
import { addKernelServers, inLab, joinIpv6, type Lab } from './lab.ts';
import { buildList, scattered } from './list.ts';
import { scanLines } from './zmap.ts';

const test = suite('what a line says of both packets is what a capture of the wire shows');

const hosts = 32;
const probes = 'v0+v1+canary+plain';
const count = 4;

const lineSchema = z.object({
  target: z.string(),
  dport: z.number(),
  ip_id: z.number().nullable(),
  ip_df: z.number().nullable(),
  ip_tos: z.number(),
  seq: z.string(),
  window: z.number(),
  options_order: z.string(),
  sent_window: z.number(),
  sent_ip_id: z.number().nullable(),
  sent_options_order: z.string(),
  sent_seq: z.string(),
  sent_tsval: z.string(),
});

const names: Record<string, string> = { 1: 'nop', 2: 'mss', 3: 'ws', 4: 'sackok', 8: 'ts', 30: 'mptcp' };
const columns = ['ip.dst', 'ipv6.dst', 'tcp.srcport', 'tcp.dstport', 'tcp.flags', 'ip.id', 'ip.flags.df', 'ip.dsfield'];
const more = ['ipv6.tclass', 'tcp.seq_raw', 'tcp.window_size_value', 'tcp.option_kind', 'tcp.options.timestamp.tsval'];

/** One packet as tshark reads it; numbers in any base, flags as 1 or True. */
function packetOf(line: string) {
  const cells = line.split('\t');
  const at = (name: string) => cells[[...columns, ...more].indexOf(name)] ?? '';
  const number = (name: string) => (at(name) === '' ? null : Number(at(name)));
  return {
    isSyn: Number(at('tcp.flags')) === 2,
    target: at('ip.dst') + at('ipv6.dst'),
    ports: [Number(at('tcp.srcport')), Number(at('tcp.dstport'))],
    id: number('ip.id'),
    df: at('ip.flags.df') === '' ? null : Number(['1', 'True'].includes(at('ip.flags.df'))),
    tos: Number(at('ip.dsfield') || at('ipv6.tclass')),
    seq: Number(at('tcp.seq_raw')).toString(16).padStart(8, '0'),
    window: Number(at('tcp.window_size_value')),
    order: at('tcp.option_kind').replace(/\d+/g, (kind) => names[kind] ?? kind),
    tsval: Number(at('tcp.options.timestamp.tsval')).toString(16).padStart(8, '0'),
  };
}

/** SYNs and SYN/ACKs that pass the servers' end while `body` runs; it ends with the last one due. */
async function capture(lab: Lab, packets: number, body: () => Promise<void>) {
  const file = join(lab.folder, 'wire.pcapng');
  const filter = 'tcp[13] == 2 or tcp[13] == 18 or ip6[53] == 2 or ip6[53] == 18';
  const args = ['-i', 't0', '-q', '-f', filter, '-c', String(packets), '-a', 'duration:30', '-w', file];
  const dumpcap = execa('ip', ['netns', 'exec', lab.target, 'dumpcap', ...args], { buffer: false });
  await Promise.race([once(dumpcap.stderr, 'data'), dumpcap]);
  await body();
  await dumpcap;
  const fields = [...columns, ...more].flatMap((name) => ['-e', name]);
  const { stdout } = await execa('tshark', ['-r', file, '-T', 'fields', ...fields]);
  return stdout.split('\n').map(packetOf);
}

async function checkScan(lab: Lab, options: { module?: string; probe: string; args: readonly string[] }) {
  let lines: string[] = [];
  const packets = await capture(lab, 2 * count * hosts, async () => {
    lines = await scanLines(lab, { ...options, probes: count, rate: 500 });
  });
  const syns = new Map(packets.filter(({ isSyn }) => isSyn).map((syn) => [`${syn.target} ${syn.ports[0]}`, syn]));
  const answers = new Map(
    packets.filter(({ isSyn }) => !isSyn).map((answer) => [`${answer.ports[1]} ${answer.seq}`, answer]),
  );
  assert.is(lines.length, count * hosts);
  for (const line of lines.map((text) => lineSchema.parse(JSON.parse(text)))) {
    const { target, dport, ...said } = line;
    const syn = syns.get(`${target} ${dport}`);
    const answer = answers.get(`${dport} ${said.seq}`);
    assert.equal(
      said,
      {
        ip_id: answer?.id,
        ip_df: answer?.df,
        ip_tos: answer?.tos,
        seq: answer?.seq,
        window: answer?.window,
        options_order: answer?.order,
        sent_window: syn?.window,
        sent_ip_id: syn?.id,
        sent_options_order: syn?.order,
        sent_seq: syn?.seq,
        sent_tsval: syn?.tsval,
      },
      `${target} from ${dport}`,
    );
  }
}

async function inLabWithCapture(title: string, body: (lab: Lab) => Promise<void>): Promise<void> {
  const tools = await Promise.all(['dumpcap', 'tshark'].map((name) => execa(name, ['--version'], { reject: false })));
  if (
    skipUnless(
      tools.every(({ exitCode }) => exitCode === 0),
      title,
      'dumpcap or tshark is missing',
    )
  )
    return;
  await inLab(title, body);
}

/** The servers' answers leave with a type of service of their own. */
async function markAnswers(lab: Lab): Promise<void> {
  const rules = 'chain o { type route hook output priority mangle; ip dscp set af21; ip6 dscp set af31\n}';
  await execa('ip', ['netns', 'exec', lab.target, 'nft', '-f', '-'], { input: `table inet tos { ${rules}\n}\n` });
}

test('IPv4', () =>
  inLabWithCapture('IPv4', async (lab) => {
    await addKernelServers(lab);
    await markAnswers(lab);
    await checkScan(lab, { probe: probes, args: ['198.18.0.0/27'] });
  }));

test('IPv6', () =>
  inLabWithCapture('IPv6', async (lab) => {
    await addKernelServers(lab);
    await joinIpv6(lab);
    await markAnswers(lab);
    await buildList(lab, scattered(hosts, '2001:db8:1:0'));
    const args = ['-w', join(lab.folder, 'numbers')];
    await checkScan(lab, { module: 'ipv6_mptcp_synscan', probe: `${probes},list=${join(lab.folder, 'list')}`, args });
  }));

test.run();
