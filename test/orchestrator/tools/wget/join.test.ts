// needs: root
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { coveredPrefixes } from '../../../../orchestrator/address/ip.ts';
import { Config } from '../../../../orchestrator/config/config.ts';
import { clearPartial } from '../../../../orchestrator/core/folder/superseded.ts';
import { LateOptOuts } from '../../../../orchestrator/core/opt-outs/late.ts';
import type { HandshakeRecord } from '../../../../orchestrator/schemas/records/handshake.ts';
import { wget } from '../../../../orchestrator/tools/wget/tool.ts';
import { skipUnless } from '../../../skip.ts';
import { decodeAll, makeContext, temporaryFolder } from '../context.ts';
import { isRoot } from '../namespace.ts';
import { honest, type JoinLab, liar, others, own, withJoinLab } from './join-lab.ts';

const test = suite('joins');

const settings = ['net.mptcp.path_manager', 'net.mptcp.pm_type', 'net.mptcp.blackhole_timeout'];
const untouched = 'kernel\n0\n3600\nadd_addr_accepted 8 subflows 8 \n';

async function stateOf({ scanner, inside }: JoinLab): Promise<string> {
  const said = [
    await inside(scanner, 'sysctl', '-n', ...settings),
    await inside(scanner, 'ip', 'mptcp', 'limits'),
    await inside(scanner, 'nft', 'list', 'ruleset'),
  ];
  return said.map(({ stdout }) => stdout).join('\n');
}

interface Asked {
  addresses: string[];
  handshake?: object;
  folder?: string;
  /** Who opts out when the path manager is there, and the first connection about to be opened. */
  optsOut?: string;
  /** What is done while it measures. */
  beside?: () => Promise<unknown>;
}

async function measure(lab: JoinLab, { addresses, handshake = {}, folder, optsOut, beside }: Asked) {
  const home = await temporaryFolder();
  const blocklist = join(home, 'blocklist.conf');
  await writeFile(blocklist, `${others.blocked}\n`);
  const config = Config.parse({
    lab: true,
    lab_ranges: ['198.18.0.0/15', '2001:db8::/32'],
    targets: { prefixes: ['198.18.0.0/16'] },
    scan: { blocklist },
    handshake: { join: true, hold: '1.5s', timeout: '5s', asked: { http: [] }, ...handshake },
  });
  const raw = folder ?? join(home, 'handshake', '00000');
  await mkdir(raw, { recursive: true });
  const rows = addresses.map((address) => ({ address, port: 80, host: null }));
  const optOuts = new LateOptOuts(coveredPrefixes(others.blocked) ?? []);
  const within = ['ip', 'netns', 'exec', lab.scanner];
  const context = await makeContext({ rows, config, within, folder: raw, optOuts });
  let optedOut: Promise<unknown> | undefined;
  const start: typeof context.start = (command) => {
    if (command.program.name === 'mptcp-connect') optedOut = optOuts.add(coveredPrefixes(optsOut ?? '') ?? []);
    return context.start(command);
  };
  await Promise.all([wget.collect?.({ ...context, start }), beside?.()]);
  await optedOut;
  const { records, rejects } = await decodeAll(wget, context);
  assert.equal(rejects, []);
  return { folder: raw, records, facts: await wget.facts?.(raw) };
}

/** What became of each announcement of a record. */
function fates(record: HandshakeRecord | undefined): Record<string, string> {
  return Object.fromEntries(
    (record?.announced ?? []).map(({ address, port, joined, joined_missing, join_failure, join_reset_reason }) => [
      port === null ? address : `${address} ${port}`,
      [joined_missing ?? (joined ? 'joined' : join_failure), join_reset_reason].filter((one) => one !== null).join(' '),
    ]),
  );
}

const verified = {
  [own.v4]: 'joined',
  [own.v6]: 'joined',
  [`${own.v4Port} 8080`]: 'joined',
  [`${own.v6Port} 8081`]: 'joined',
  [`${honest.v4} 8090`]: 'joined',
  [others.private]: 'not_global',
};
const lies = {
  [others.mptcp]: 'reset 1',
  [others.plain]: 'no_option',
  [others.closed]: 'refused',
  [others.silent]: 'timeout',
  [others.blocked]: 'blocked',
  [others.late]: 'opted_out',
  [own.v4]: 'budget',
  [liar]: 'denied',
};

/** Waits until the census has a connection to an address. */
async function heldTo({ scanner, inside }: JoinLab, address: string): Promise<void> {
  const held = () => inside(scanner, 'ss', '-Hnt', 'state', 'established', 'dst', address);
  for (let tries = 0; tries < 1000 && (await held()).stdout === ''; tries++);
}

/** Waits until a SYN to an address is on its way. */
async function askedOf({ scanner, inside }: JoinLab, address: string): Promise<void> {
  const sent = () => inside(scanner, 'ss', '-Hnta', 'dst', address);
  for (let tries = 0; tries < 1000 && (await sent()).stdout === ''; tries++);
}

async function pidsOf({ scanner, inside }: JoinLab, program: string): Promise<number[]> {
  const { stdout } = await inside(scanner, 'ip', 'netns', 'pids', scanner);
  const all = stdout.split('\n').filter(Boolean);
  const names = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')));
  return all.filter((_, at) => names[at]?.trim() === program).map(Number);
}

/** An MPTCP connection of somebody else in the scanner's namespace; says what comes back. */
async function bystander(lab: JoinLab): Promise<(word: string) => Promise<string>> {
  const talk = `const s = require('node:net').connect(80, '${honest.v4}', () => { console.log('UP'); process.stdin.pipe(s).pipe(process.stdout); })`;
  const child: ChildProcess = await lab.start(lab.scanner, 'mptcpize', 'run', process.execPath, '-e', talk);
  return async (word) => {
    child.stdin?.write(word);
    const [answer] = await once(child.stdout ?? child, 'data');
    return String(answer);
  };
}

if (!skipUnless(isRoot, 'joins', 'needs root')) {
  test('announced addresses are joined by one SYN each, and nobody who must not be is sent one', () =>
    withJoinLab(async (lab) => {
      const { scanner, inside } = lab;
      await inside(scanner, 'ip', 'mptcp', 'limits', 'set', 'subflows', '8', 'add_addr_accepted', '8');
      assert.is(await stateOf(lab), untouched);
      const before = await bystander(lab);
      assert.is(await before('one'), 'one');

      const off = await measure(lab, { addresses: [honest.v4], handshake: { join: false, hold: '1s' } });
      assert.equal(await lab.joins(), {});
      assert.equal(Object.values(fates(off.records[0])), Array(6).fill('not_asked'));

      let during: Awaited<ReturnType<typeof bystander>> | undefined;
      const on = await measure(lab, {
        addresses: [honest.v4, liar],
        // Sixteen starts and joins a second: the server that tells of others is asked when the opt-out holds.
        handshake: { hold: '4.5s', rate: 32 },
        optsOut: others.late,
        beside: async () => {
          await heldTo(lab, honest.v4);
          during = await bystander(lab);
        },
      });
      assert.equal(fates(on.records[0]), verified);
      assert.equal(fates(on.records[1]), lies);
      const once_ = [...Object.values(own), honest.v4, others.mptcp, others.plain, others.closed, others.silent];
      assert.equal(await lab.joins(), Object.fromEntries(once_.map((one) => [one, 1]).sort()));
      assert.equal([on.facts?.join_syns, on.facts?.join_events_lost], [9, 0]);
      assert.equal([on.records[0]?.mp_join_verified, on.records[0]?.fallback], [5, false]);
      assert.is(await before('two'), 'two', 'a connection of before goes on');
      assert.is(await during?.('three'), 'three', 'and one that was opened meanwhile');
      assert.is(await stateOf(lab), untouched);

      // In a later part of the run all have had their SYN but the one who had opted out of the first.
      const again = await measure(lab, { addresses: [liar], folder: join(on.folder, '..', '00001') });
      const { [others.late]: late, ...rest } = fates(again.records[0]);
      assert.is(late, 'no_option');
      assert.equal([...new Set(Object.values(rest))].sort(), ['blocked', 'budget', 'denied']);
      assert.equal(await lab.joins(), { [others.late]: 1 });
    }));

  test('a connection of IPv6 is joined to addresses of both families', () =>
    withJoinLab(async (lab) => {
      const { records } = await measure(lab, { addresses: [honest.v6] });
      assert.equal(fates(records[0]), verified);
    }));

  test('a connector that is killed leaves no setting, no rule and no path manager behind', () =>
    withJoinLab(async (lab) => {
      const { scanner, inside } = lab;
      await inside(scanner, 'ip', 'mptcp', 'limits', 'set', 'subflows', '8', 'add_addr_accepted', '8');
      const running = (program: string) => pidsOf(lab, program);
      let killed = 0;
      const kill = async () => {
        await heldTo(lab, honest.v4);
        for (const pid of await running('mptcp-connect')) killed += process.kill(pid, 'SIGKILL') ? 1 : 0;
      };
      await measure(lab, { addresses: [honest.v4], handshake: { hold: '30s' }, beside: kill }).then(
        () => assert.unreachable('it was killed'),
        (error) => assert.match(String(error), 'mptcp-connect'),
      );
      assert.is(killed, 1);
      assert.is(await stateOf(lab), untouched);
      assert.equal(await running('mptcp-join'), []);
    }));

  for (const killed of [['mptcp-join'], ['mptcp-guard'], ['mptcp-connect', 'mptcp-join', 'mptcp-guard']]) {
    test(`who was asked before ${killed.join(', ')} got killed is asked by no later try, and by no other part`, () =>
      withJoinLab(async (lab) => {
        await lab.joins();
        const kill = async () => {
          await askedOf(lab, others.silent);
          for (const program of killed) for (const pid of await pidsOf(lab, program)) process.kill(pid, 'SIGKILL');
        };
        const home = await temporaryFolder();
        const partial = join(home, 'handshake', '00000.partial');
        await measure(lab, { addresses: [liar], folder: partial, beside: kill }).then(
          () => assert.unreachable('it was killed'),
          (error) => assert.match(String(error), 'mptcp-'),
        );
        await clearPartial(partial);
        const again = await measure(lab, { addresses: [liar], folder: partial });
        const { [others.silent]: silent, ...rest } = fates(again.records[0]);
        assert.is(silent, 'interrupted');
        assert.ok(Number(again.facts?.joins_interrupted) > 0);
        const syns = await lab.joins();
        assert.equal([...new Set(Object.values(syns))], [1], JSON.stringify(syns));
        assert.equal(
          Object.keys(syns).sort(),
          [own.v4, others.mptcp, others.plain, others.closed, others.silent, others.late].sort(),
          JSON.stringify(rest),
        );
        assert.is(again.facts?.join_syns, 6);
        const later = await measure(lab, { addresses: [liar, honest.v4], folder: join(home, 'handshake', '00001') });
        assert.is(fates(later.records[0])[others.silent], 'interrupted');
        assert.is((await lab.joins())[own.v4], undefined);
      }));
  }
}

test.run();
