// needs: root
import { execaSync } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import type { Endpoint } from '../../../../orchestrator/roles.ts';
import type { HandshakeRecord } from '../../../../orchestrator/schemas/records/handshake.ts';
import { wget } from '../../../../orchestrator/tools/wget/tool.ts';
import { skipUnless } from '../../../skip.ts';
import { decodeAll, makeContext } from '../context.ts';
import { isRoot } from '../namespace.ts';
import { ports } from './habits.ts';
import { address, announced, type SlowLab, withSlowLab } from './slow-lab.ts';

const test = suite('held connections');

function configure(handshake: object): Config {
  return Config.parse({
    lab: true,
    lab_ranges: ['198.18.0.0/15', '2001:db8::/32'],
    targets: { prefixes: ['198.18.0.0/16'] },
    handshake: { timeout: '5s', ...handshake },
  });
}

const habits = Object.keys(ports) as (keyof typeof ports)[];
/** Those that let a client be silent. */
const patient = habits.filter((habit) => habit !== 'hasty' && habit !== 'resets');

/** Every habit at one address, measured; by habit. */
async function measure({ scanner }: SlowLab, family: 'v4' | 'v6', config: Config) {
  const rows: Endpoint[] = habits.map((habit) => ({
    address: address[family],
    port: ports[habit],
    host: 'example.com',
  }));
  const context = await makeContext({ rows, config, within: ['ip', 'netns', 'exec', scanner] });
  await wget.collect?.(context);
  const { records, rejects } = await decodeAll(wget, context);
  assert.equal(rejects, []);
  const facts = await wget.facts?.(context.folder);
  return { facts, of: new Map(habits.map((habit, at) => [habit, records[at]] as const)) };
}

type Measured = Awaited<ReturnType<typeof measure>>;

const seenOf = (record: HandshakeRecord | undefined) =>
  record?.announced.filter(({ hmac, seen_on }) => hmac === 'valid' && seen_on.includes('held')).length;

function assertAll({ of }: Measured): void {
  const seen = Object.fromEntries(patient.map((habit) => [habit, seenOf(of.get(habit))]));
  assert.equal(seen, Object.fromEntries(patient.map((habit) => [habit, 8])));
  for (const habit of patient) assert.is(of.get(habit)?.hold_held, true, habit);
}

/** What the records of all habits say of how each connection went, beside the announcements. */
function assertCourse({ of }: Measured): void {
  const course = (habit: keyof typeof ports) => {
    const { connected, fallback, http_status, http_status_missing, http_status_on, held } = of.get(habit) ?? {};
    const page = http_status ?? `${http_status_missing}`;
    const words = Buffer.from(held?.volunteered ?? '', 'hex').toString();
    return [connected, fallback, page, http_status_on, held?.ended_by, held?.tls, words].join(' ');
  };
  assert.equal(Object.fromEntries(habits.map((habit) => [habit, course(habit)])), {
    keeps: 'true false 200 page us not_asked ',
    closes: 'true false 200 page us not_asked ',
    silent: 'true false not_applicable  us not_asked ',
    speaks: 'true false not_applicable  us not_asked 220 mail.example.com ESMTP\r\n',
    hasty: 'true false not_applicable  server not_asked ',
    resets: 'true  not_applicable  reset not_asked ',
    alerts: 'true false no_data held us alert ',
    tls: 'true false not_applicable  us done ',
  });
  for (const habit of ['hasty', 'resets'] as const) assert.is(of.get(habit)?.hold_held, false, habit);
}

const able = isRoot && execaSync('nft', ['--version'], { reject: false }).exitCode === 0;
if (!skipUnless(able, 'held connections', 'needs root and nft')) {
  test('at 50 ms a server of any habit that lets a client be silent announces all its 8 addresses', () =>
    withSlowLab({ roundTrip: 50 }, async (lab) => {
      // Somebody lets the kernel connect to announced addresses.
      await lab.inside(lab.scanner, 'ip', 'mptcp', 'limits', 'set', 'subflows', '8', 'add_addr_accepted', '8');
      const config = configure({ hold: '1.5s' });
      await lab.announce('v4', null);
      const plain = await measure(lab, 'v4', config);
      assertAll(plain);
      assertCourse(plain);
      await lab.announce('v6', 8080);
      const full = await measure(lab, 'v6', config);
      assertAll(full);
      assert.is(full.facts?.syn_timestamps, 'left out');
      for (const habit of patient) assert.is(full.of.get(habit)?.syn_timestamps, false, habit);
      assert.is(await lab.foreign(), 0, 'no announced address was sent anything');
      await lab.inside(lab.scanner, process.execPath, '-e', probe);
      assert.ok((await lab.foreign()) > 0, 'and that would have been seen');
    }));

  /** `missing`: announcements of all 384 that may be lost for good, for Linux repeats one three times. */
  const rounds: [path: Parameters<typeof withSlowLab>[0], hold: string, missing: number, words: string][] = [
    [{ roundTrip: 50 }, '2s', 0, 'at 50 ms'],
    [{ roundTrip: 300 }, '5s', 0, 'at 300 ms'],
    [{ roundTrip: 50, loss: 0.134 }, '30s', 2, 'at 50 ms with a quarter of the round trips lost'],
    [{ roundTrip: 50, loss: 0.25 }, '60s', 8, 'at 50 ms with a quarter of the packets lost each way'],
  ];
  /** All of them take fourteen minutes: make held. */
  for (const [path, hold, missing, words] of process.env.HELD === 'whole' ? rounds : []) {
    const but = missing === 0 ? '' : `, but for ${missing} of 384 at most`;
    test(`${words} all 8 addresses are announced, of either family, with a port and without, on connections of both families${but}`, () =>
      withSlowLab(path, async (lab) => {
        let seen = 0;
        for (const family of ['v4', 'v6'] as const)
          for (const port of [null, 8080])
            for (const over of ['v4', 'v6'] as const) {
              await lab.announce(family, port);
              const measured = await measure(lab, over, configure({ hold }));
              if (missing === 0) assertAll(measured);
              for (const habit of patient) seen += seenOf(measured.of.get(habit)) ?? 0;
            }
        console.log(`\n${words}, held for ${hold}: ${seen} of 384`);
        assert.ok(seen >= 384 - missing, `${seen} of 384`);
        assert.is(await lab.foreign(), 0);
      }));
  }
}

/** A packet that must not leave. */
const probe = `require('node:net').connect(80, '${announced.v4}1').on('error', () => process.exit()).on('connect', () => process.exit())`;

test.run();
