// needs: root
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePrefix } from '../../../../orchestrator/address/ip.ts';
import { Config } from '../../../../orchestrator/config/config.ts';
import { LateOptOuts } from '../../../../orchestrator/core/opt-outs/late.ts';
import type { Way } from '../../../../orchestrator/roles.ts';
import { HopsRecord } from '../../../../orchestrator/schemas/records/hops.ts';
import { sweep } from '../../../../orchestrator/tools/sweep/tool.ts';
import { skipUnless } from '../../../skip.ts';
import { decodeAll, makeContext } from '../context.ts';
import { isRoot, withPair } from '../namespace.ts';

const test = suite('sweep');
const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/sweep/${name}`, import.meta.url));
const built = existsSync(fileURLToPath(new URL('../../../../zmap-module/build/mptcp-sweep', import.meta.url)));

const to = (address: string, probe: Way['probe'] = 'v1'): Way => ({ address, port: 80, probe, drawn_as: 'capable' });
const ways = [
  to('198.18.104.1'),
  to('198.18.104.2'),
  to('2001:db8:104::3', 'v0'),
  to('198.18.250.1'),
  to('198.18.104.9'),
];
const configOf = (scan: object = {}, hops: unknown = { ttl: 6, passes: 1 }) =>
  Config.parse({
    lab: true,
    lab_ranges: ['198.18.0.0/15'],
    targets: { list: 'x' },
    scan: { cooldown: '1s', ...scan },
    hops,
  });

/** The fixture with some of its lines as they are changed; null: as recorded. */
async function recorded(change: ((text: string) => string) | null = null) {
  const context = await makeContext({ rows: ways, config: configOf() });
  for (const name of ['sweep.ndjson', 'sweep.metadata.json']) await copyFile(fixture(name), join(context.folder, name));
  if (change !== null)
    await writeFile(join(context.folder, 'sweep.ndjson'), change(readFileSync(fixture('sweep.ndjson'), 'utf8')));
  return context;
}

/** What of a record tells where something stands, by address. */
const told: Record<string, Partial<HopsRecord>> = {
  '198.18.104.1': {
    ...{ last_intact_ttl: 2, last_intact: '198.18.2.2', first_changed_ttl: 3, first_changed: '198.18.3.2' },
    ...{
      first_changed_shows: 'stripped',
      answer: 'synack',
      answered_ttl: 5,
      answer_option: null,
      answer_reply_ttl: 60,
    },
    ...{
      hop_before: '198.18.4.2',
      echo_ttl: 5,
      echo_expired_ttl: 4,
      echo_expired: '198.18.4.2',
      nearer: 0,
      failure: null,
    },
  },
  '198.18.104.2': {
    ...{ last_intact_ttl: 2, first_changed_ttl: null, answer: 'synack', answered_ttl: 3, answer_reply_ttl: 62 },
    ...{ hop_before: '198.18.2.2', echo_ttl: 5, echo_expired_ttl: 4, nearer: 2, failure: null },
  },
  '2001:db8:104::3': { last_intact_ttl: 4, first_changed_ttl: null, answered_ttl: 5, echo_ttl: 5, nearer: 0 },
  // Who says that an address cannot be reached is where it says it first; how far that is its TTL does not tell.
  '198.18.250.1': {
    last_intact_ttl: null,
    answer: 'unreachable',
    answered_ttl: 3,
    hop_before: null,
    nearer: 0,
    failure: null,
  },
  '198.18.104.9': { hops: [], answer: null, answered_ttl: null, echo_ttl: null, nearer: 0, failure: 'timeout' },
};

test('recorded answers tell where the option was changed and how far whoever answered is', async () => {
  const { records, rejects } = await decodeAll(sweep, await recorded());
  assert.equal(rejects, []);
  assert.equal(
    records.map(({ address, probe }) => [address, probe]),
    ways.map(({ address, probe }) => [address, probe]),
  );
  for (const record of records) {
    const all: Record<string, unknown> = HopsRecord.parse(record);
    for (const [name, value] of Object.entries(told[record.address] ?? {}))
      assert.equal(all[name], value, `${record.address} ${name}`);
  }
  const genuine = records.find(({ address }) => address === '198.18.104.2')?.answer_option;
  assert.match(genuine ?? '', /^1e0c0101[0-9a-f]{16}$/);
});

test('answers that are not as many as were printed are no silence', async () => {
  for (const change of [() => '', (text: string) => text.split('\n').slice(1).join('\n')]) {
    const context = await recorded(change);
    const error = await decodeAll(sweep, context).then(() => null, String);
    assert.match(error ?? '', 'answers, mptcp-sweep counted 35');
  }
});

test('a line that is no answer is rejected, and costs no other', async () => {
  const context = await recorded((text) => text.replace('"ttl":1,', '"ttl":99,'));
  const { records, rejects } = await decodeAll(sweep, context);
  assert.is(rejects.length, 1);
  assert.is(records.length, ways.length);
});

test('what a purge left of a line is counted and read as none', async () => {
  const context = await recorded((text) =>
    text
      .split('\n')
      .map((line) => (line.includes('"198.18.104.1"') ? '{"purged":1}' : line))
      .join('\n'),
  );
  const { records, rejects } = await decodeAll(sweep, context);
  assert.equal(rejects, []);
  assert.is(records.find(({ address }) => address === '198.18.104.1')?.failure, 'timeout');
});

test('losses and resets are facts of the part', async () => {
  const { folder } = await recorded();
  const facts = await sweep.facts?.(folder);
  assert.equal([facts?.answers, facts?.receive_drops, facts?.send_failures], [35, 0, 0]);
});

test('a part without units asks nobody', async () => {
  const context = await makeContext<Way, Config>({ rows: [], config: configOf() });
  await sweep.collect?.(context);
  assert.equal((await decodeAll(sweep, context)).records, []);
  assert.equal(await sweep.facts?.(context.folder), {});
});

test('the status line is read', () => {
  const status = sweep.programs?.[0]?.status;
  assert.equal(status?.('sending 120 of 480; sent 118, answers 97'), {
    fraction: 0.25,
    text: 'sent 118, answers 97',
    sent: 118,
  });
  assert.equal(status?.('waiting 480 of 480; sent 4, answers 3'), {
    fraction: 1,
    text: 'sent 4, answers 3',
    sent: 4,
    waits: true,
  });
  assert.is(status?.('cannot send to 198.18.0.1: Operation not permitted'), null);
});

/** Packets that reached an address so far. */
async function reached(server: string, address: string): Promise<number> {
  const { stdout } = await execa('ip', ['netns', 'exec', server, 'nft', 'list', 'table', 'inet', 'seen']);
  const line = stdout.split('\n').find((text) => text.includes(`ip daddr ${address} `)) ?? '';
  return Number(/packets (\d+)/.exec(line)?.[1] ?? Number.NaN);
}

test('who opts out while it runs is sent nothing more, and counts as left out', async () => {
  if (skipUnless(isRoot && built, 'opt-outs of a sweep', 'needs root and make -C zmap-module')) return;
  await withPair('sweep', async (scanner, server) => {
    const all = ['198.18.4.1', '198.18.4.2'];
    const counters = all.map((address) => `ip daddr ${address} counter drop`).join('\n');
    const input = `table inet seen { chain arriving { type filter hook input priority 0; policy accept;\n${counters}\n}\n}`;
    await execa('ip', ['netns', 'exec', server, 'nft', '-f', '-'], { input });
    const optOuts = new LateOptOuts([]);
    const within = ['ip', 'netns', 'exec', scanner];
    const rows = all.map((address) => to(address));
    const context = await makeContext<Way, Config>({
      rows,
      config: configOf({ rate: 40 }, { ttl: 10, passes: 1 }),
      within,
      optOuts,
    });
    let done = false;
    const collected = Promise.resolve(sweep.collect?.(context)).then(() => {
      done = true;
    });
    while (!done && (await reached(server, '198.18.4.1')) < 5) await after(20);
    await optOuts.add([parsePrefix('198.18.4.1/32')].flatMap((prefix) => prefix ?? []));
    await after(20); // a table is looked at every millisecond
    const before = await reached(server, '198.18.4.1');
    await collected;
    assert.is(await reached(server, '198.18.4.1'), before);
    assert.ok(before < 20, `${before} of 20 were sent before anybody opted out`);
    assert.is(await reached(server, '198.18.4.2'), 20);
    assert.equal(
      context.leftOut.map(({ address }) => address),
      ['198.18.4.1'],
    );
    assert.is(Number((await sweep.facts?.(context.folder))?.frames_opted_out), 20 - before);
  });
});

const firewalls: [what: string, rule: string | null, ours: boolean][] = [
  ['the kernel ends what it did not begin', null, false],
  ['a firewall keeps its RSTs back: ours go', 'tcp flags & rst == rst drop', true],
];
for (const [what, rule, ours] of firewalls) {
  test(`half-open connections: ${what}`, async () => {
    const server = fileURLToPath(new URL('../../../../zmap-module/build/mptcp_server', import.meta.url));
    if (skipUnless(isRoot && built && existsSync(server), what, 'needs root and make -C zmap-module lab-programs'))
      return;
    await withPair('resets', async (scanner, hosts) => {
      const counter =
        'table inet seen { chain arriving { type filter hook input priority 0; policy accept;\nip daddr 198.18.4.1 tcp flags & rst == rst counter\n}\n}';
      await execa('ip', ['netns', 'exec', hosts, 'nft', '-f', '-'], { input: counter });
      const chain = `table inet own { chain leaving { type filter hook output priority 0; policy accept;\n${rule ?? ''}\n}\n}`;
      await execa('ip', ['netns', 'exec', scanner, 'nft', '-f', '-'], { input: chain });
      const serving = execa('ip', ['netns', 'exec', hosts, server, '80'], { reject: false });
      await once(serving.stdout, 'data');
      try {
        const config = configOf({ rate: 100 }, { ttl: 3, passes: 1 });
        const context = await makeContext<Way, Config>({
          rows: [to('198.18.4.1')],
          config,
          within: ['ip', 'netns', 'exec', scanner],
        });
        await sweep.collect?.(context);
        const { records } = await decodeAll(sweep, context);
        const facts = await sweep.facts?.(context.folder);
        const [sent, kernel] = [Number(facts?.resets_sent), Number(facts?.kernel_resets)];
        assert.equal([records[0]?.answered_ttl, records[0]?.answer], [1, 'synack']);
        assert.equal([sent > 0, kernel > 0], [ours, !ours], JSON.stringify(facts));
        assert.is(await reached(hosts, '198.18.4.1'), sent + kernel);
        const { stdout: open } = await execa('ip', ['netns', 'exec', hosts, 'ss', '-Htn', 'state', 'syn-recv']);
        assert.is(open, '');
      } finally {
        serving.kill();
        await serving;
      }
    });
  });
}

test.run();
