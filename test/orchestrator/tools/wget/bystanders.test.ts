// needs: root
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import type { Endpoint } from '../../../../orchestrator/roles.ts';
import type { HandshakeRecord } from '../../../../orchestrator/schemas/records/handshake.ts';
import { captureFile } from '../../../../orchestrator/tools/wget/capture.ts';
import { ConnectorRun } from '../../../../orchestrator/tools/wget/raw.ts';
import { wget } from '../../../../orchestrator/tools/wget/tool.ts';
import { skipUnless } from '../../../skip.ts';
import { decodeAll, makeContext } from '../context.ts';
import { isRoot } from '../namespace.ts';
import { lab, withLab } from './lab.ts';

const test = suite('a handshake beside others on the same machine');

const rows: Endpoint[] = [lab.announces, lab.redirects, lab.closes, lab.plain, lab.closed, lab.ipv6].map((address) => ({
  address,
  port: 80,
  host: null,
}));

const config = Config.parse({
  lab: true,
  lab_ranges: lab.ranges,
  targets: { prefixes: ['198.18.0.0/16'] },
  handshake: { hold: '1s', timeout: '5s', concurrency: 3 },
});

/** Without what differs from one connection to the next. */
function steady({
  synack_option,
  sender_key,
  receiver_key,
  held_ms,
  rst_received,
  announced,
  held,
  ...rest
}: HandshakeRecord) {
  const { outcome, ended_by, mptcp_at_end, timestamps } = held ?? {};
  return {
    ...rest,
    held: { outcome, ended_by, mptcp_at_end, timestamps },
    // How many the page sees besides is chance.
    announced: announced.map(({ count, seen_on, ...one }) => ({ ...one, held: seen_on.includes('held') })),
  };
}

async function measure(within: string[], between: () => Promise<unknown> = async () => undefined) {
  const context = await makeContext({ rows, config, within });
  await Promise.all([wget.collect?.(context), between()]);
  const { records, rejects } = await decodeAll(wget, context);
  return { context, records: records.map(steady), rejects };
}

/** Every address and port of ours that is in a capture, with the endpoint it spoke to. */
async function tuplesOf(capture: string): Promise<Set<string>> {
  const fields = ['ip.src', 'ipv6.src', 'tcp.srcport', 'ip.dst', 'ipv6.dst', 'tcp.dstport'].flatMap((one) => [
    '-e',
    one,
  ]);
  const { stdout } = await execa('tshark', ['-n', '-r', capture, '-Y', 'tcp', '-T', 'fields', ...fields]);
  return new Set(
    stdout.split('\n').map((line) => {
      const [from4 = '', from6, fromPort, to4 = '', to6, toPort] = line.split('\t');
      const ends = [`${from4 || from6} ${fromPort}`, `${to4 || to6} ${toPort}`];
      return (toPort === '80' ? ends : ends.reverse()).join(' ').split(' ').slice(1).join(' ');
    }),
  );
}

async function ownTuples(folder: string): Promise<Set<string>> {
  const text = await readFile(join(folder, 'connections.txt'), 'utf8');
  const pages = [...text.matchAll(/^mptcp-census: from (\d+) to (\S+) (\d+)$/gm)].map(([, ...ends]) => ends.join(' '));
  const lines = (await readFile(join(folder, 'held.ndjson'), 'utf8')).trimEnd().split('\n');
  const holds = lines.map((line) => ConnectorRun.parse(JSON.parse(line)));
  return new Set([...pages, ...holds.map(({ local_port, address, port }) => `${local_port} ${address} ${port}`)]);
}

/** Servers of the lab that are guests of the scanner's own web server, from ports that are the census's there. */
function guests(within: string[]) {
  const serve = "require('node:http').createServer((_, reply) => reply.end('hello')).listen(80)";
  const [file = '', ...args] = [...within, process.execPath, '-e', serve];
  const server = execa(file, args, { reject: false });
  const loop = 'while :; do curl -s -o /dev/null -m 1 --local-port 61002-62024 http://198.18.255.1/; done';
  const name = within.at(-1)?.replace(/s$/, 't') ?? '';
  const client = execa('ip', ['netns', 'exec', name, 'sh', '-c', loop], { reject: false, detached: true });
  return { server, client };
}

/** Fetches from the same servers without MPTCP, from fixed ports of the census's own range too, until it is ended. */
function bystander(within: string[]) {
  const urls = rows.map(({ address }) => `http://${address.includes(':') ? `[${address}]` : address}/`);
  const curl = 'curl -s -o /dev/null -m 1';
  const loop = `while :; do for u in "$@"; do ${curl} "$u"; ${curl} --local-port 61002-62024 "$u"; done; done`;
  const [file = '', ...args] = [...within, 'sh', '-c', loop, 'sh', ...urls];
  return execa(file, args, { reject: false, detached: true });
}

if (!skipUnless(isRoot, 'bystanders', 'needs root')) {
  test('a curl loop, a second census and limits of others change no record, and nothing of theirs is kept', async () => {
    await withLab(async ({ within }) => {
      const inside = (...argv: string[]) => execa(within[0] ?? '', [...within.slice(1), ...argv]);
      const alone = await measure(within);
      assert.equal(
        alone.records.map(({ fallback }) => fallback),
        [false, false, false, true, null, false],
      );
      assert.equal(
        alone.records.map(({ held: { outcome, ended_by } }) => `${outcome} ${ended_by}`),
        ['connected us', 'connected us', 'connected us', 'connected us', 'refused null', 'connected us'],
      );
      await inside('ip', 'mptcp', 'limits', 'set', 'subflows', '8', 'add_addr_accepted', '8');
      await inside('sysctl', '-q', '-w', 'net.ipv4.ip_local_port_range=1024 65535');
      const loop = bystander(within);
      const { server, client } = guests(within);
      let second: Awaited<ReturnType<typeof measure>> | undefined;
      try {
        const first = await measure(within, async () => {
          second = await measure(within);
        });
        for (const one of [first, second]) {
          if (one === undefined) throw new Error('not measured');
          assert.equal(one.records, alone.records);
          assert.equal(one.rejects, []);
          const own = await ownTuples(one.context.folder);
          const seen = await tuplesOf(join(one.context.folder, captureFile));
          assert.equal(
            [...seen].filter((tuple) => !own.has(tuple)),
            [],
            'of others',
          );
          assert.ok(seen.size >= rows.length);
        }
      } finally {
        server.kill('SIGKILL');
        for (const { pid } of [loop, client]) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
        await Promise.all([loop, server, client]);
      }
      const { stdout } = await inside('ip', 'mptcp', 'limits');
      assert.match(stdout, /add_addr_accepted 8 subflows 8/, 'put back');
    });
  });
}

test.run();
