// needs: root
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { raise } from '../../scripts/lab/lab.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { Truth } from '../../scripts/lab/truth.ts';
import { skipUnless } from '../skip.ts';
import { whyNoLab } from './inside.ts';
import { judged, type Line, zmapScan } from './zmap-in-lab.ts';

const test = suite('lab/boxes');

const kinds = ['v1', 'v0', 'grease', 'join', 'canary', 'port2', 'port2v0', 'plain'];

/** Two hosts of every box of the world `small` that answers as a server would, up to a point. */
const hosts = {
  padded: ['198.18.66.1', '198.18.80.1'],
  reflected: ['198.18.67.1', '198.18.67.2'],
  reflectpad: ['198.18.68.1', '198.18.68.2'],
  hostkey: ['198.18.123.1', '198.18.123.2'],
  isntsval: ['198.19.2.1', '198.19.2.2'],
  isnplus: ['198.19.3.1', '198.19.3.2'],
  xored: ['198.19.17.1', '198.19.17.2'],
  twokeys: ['198.18.98.1', '198.18.98.2'],
  plainfirst: ['198.18.48.1', '198.18.48.2'],
  plainlast: ['198.18.49.1', '198.18.49.2'],
  thrice: ['198.18.145.1', '198.18.145.2'],
  v0thrice: ['198.18.115.1', '198.18.115.2'],
  stamped: ['198.18.131.1', '198.18.131.2'],
  greased: ['198.18.139.1', '198.18.139.2'],
  canaried: ['198.18.27.1', '198.18.27.2'],
};
type Site = keyof typeof hosts;

const key = '[0-9a-f]{16}';
const genuine = `1e0c0101${key}`;
const back = 'OURS';

/** Every SYN/ACK that comes for one SYN, in order, by its MPTCP option; OURS is the option that was sent. */
const answers: [site: Site, probe: string, options: string[]][] = [
  ['padded', 'v1', [genuine]],
  ['padded', 'v0', [back]],
  ['padded', 'grease', [`1e0c0f01${key}`]],
  ['padded', 'join', [back]],
  ['padded', 'canary', [genuine]],
  ['padded', 'plain', ['-']],
  ['reflected', 'v1', [back]],
  ['reflected', 'v0', [back]],
  ['reflected', 'join', [back]],
  ['reflected', 'plain', ['-']],
  ['reflectpad', 'v1', [genuine]],
  ['reflectpad', 'v0', [back]],
  ['reflectpad', 'canary', [genuine]],
  ['hostkey', 'v1', [genuine]],
  ['hostkey', 'v0', [`1e0c0001${key}`]],
  ['hostkey', 'grease', [genuine]],
  ['hostkey', 'join', ['-']],
  ['isntsval', 'grease', [genuine]],
  ['xored', 'v1', ['-']],
  ['xored', 'v0', [`1e0c0001${key}`]],
  ['twokeys', 'v1', [genuine, genuine]],
  ['twokeys', 'v0', ['-', '-']],
  ['plainfirst', 'v1', ['-', genuine]],
  ['plainfirst', 'v0', ['-', '-']],
  ['plainlast', 'v1', [genuine, '-']],
  ['plainlast', 'v0', ['-', '-']],
  ['thrice', 'v1', [genuine, genuine, genuine]],
  ['v0thrice', 'v0', Array.from({ length: 3 }, () => `1e0c0001${key}`)],
  ['v0thrice', 'v1', ['-', '-', '-']],
  ['stamped', 'v1', [genuine]],
  ['stamped', 'v0', [genuine]],
  ['stamped', 'grease', [genuine]],
  ['stamped', 'join', [genuine]],
  ['stamped', 'plain', [genuine]],
  ['greased', 'v1', [genuine]],
  ['greased', 'v0', ['-']],
  ['greased', 'grease', [`1e0c0f01${key}`]],
  ['greased', 'plain', ['-']],
  ['canaried', 'v1', [genuine]],
  ['canaried', 'grease', [genuine]],
  ['canaried', 'canary', [genuine]],
  ['canaried', 'plain', ['-']],
];

/** What further probes show, and v1 alone where one reply is enough. Which rule it must be is told where another would be luck. */
const told: [site: Site, probes: string[], version: number, verdict: string, rule: string][] = [
  ['stamped', ['v1', 'plain'], 1, 'echoed_option', ''],
  ['stamped', ['v1', 'join'], 1, 'echoed_option', ''],
  ['greased', ['v1', 'grease'], 1, 'echoed_option', 'grease_copied'],
  ['canaried', ['v1', 'canary'], 1, 'echoed_option', 'canary_returned'],
  ['reflectpad', ['v1'], 1, 'echoed_option', 'packet_reflected'],
  ['reflected', ['v1'], 1, 'echoed_option', 'option_echoed'],
  ['isntsval', ['v1'], 1, 'echoed_option', ''],
  ['isnplus', ['v1'], 1, 'echoed_option', ''],
  ['hostkey', ['v1', 'port2'], 1, 'echoed_option', 'key_constant'],
  ['xored', ['v0'], 0, 'echoed_option', ''],
  ['twokeys', ['v1'], 1, 'inconsistent', ''],
  ['plainfirst', ['v1'], 1, 'inconsistent', ''],
  ['plainlast', ['v1'], 1, 'inconsistent', ''],
  ['thrice', ['v1'], 1, 'capable', 'key_fresh'],
  ['thrice', ['v1', 'port2'], 1, 'capable', 'key_changes'],
  ['v0thrice', ['v0', 'port2v0'], 0, 'capable', 'v0_key_changes'],
];

const distinct = (values: readonly unknown[]) => new Set(values).size;
const ourSequence = ({ ack }: Line) => BigInt(`0x${ack}`) - 1n;
/** TSecr of an option area that begins mss,nop,nop,ts: our TSval. */
const ourTsval = ({ tcp_options }: Line) => BigInt(`0x${tcp_options?.slice(24, 32)}`);
const keyOf = ({ mptcp_key }: Line) => BigInt(`0x${mptcp_key}`);

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/boxes', reason ?? '')) {
  const lab = (await raise({ world: 'small' })).state;
  const { lines, text } = await zmapScan(lab, kinds, Object.values(hosts).flat());
  const of = (site: Site, probe?: string) =>
    lines.filter((line) => hosts[site].includes(line.saddr) && (probe ?? line.probe) === line.probe);
  const withKey = (site: Site) => of(site).filter(({ mptcp_key }) => mptcp_key !== null);

  for (const [site, probe, options] of answers) {
    test(`${site} answers ${probe} as designed`, () => {
      for (const host of hosts[site]) {
        const replies = of(site, probe).filter(({ saddr }) => saddr === host);
        assert.is(replies.length, options.length, host);
        for (const [i, { mptcp_option, sent_option }] of replies.entries()) {
          const due = options[i] === back ? (sent_option ?? 'nothing was sent') : (options[i] ?? '');
          assert.match(mptcp_option ?? '-', new RegExp(`^${due}$`), `${host}, answer ${i + 1}`);
        }
      }
    });
  }

  test('a padding mirror and a padding SYN proxy draw a tail anew for every SYN/ACK', () => {
    for (const site of ['padded', 'reflectpad'] as const) {
      const tails = ['v1', 'canary', 'port2'].flatMap((probe) => of(site, probe).map(({ mptcp_key }) => mptcp_key));
      assert.is(tails.length, 6, site);
      assert.is(distinct(tails), 6, site);
    }
  });

  test("a reflected SYN keeps zmap's IP ID, window, option order and unknown option, and nothing else does", () => {
    const order = 'mss,sackok,ts,nop,ws';
    const kept = lines.filter(({ ipid }) => ipid === 54321);
    assert.equal(
      kept.map(({ saddr }) => saddr).sort(),
      [...of('reflected'), ...of('reflectpad')].map(({ saddr }) => saddr).sort(),
    );
    for (const { probe, window, options_order, ttl } of kept) {
      const tail = probe === 'plain' ? '' : probe === 'canary' ? ',mptcp,253' : ',mptcp';
      assert.equal([window, options_order, ttl < 64], [64240, order + tail, true], probe);
    }
    assert.ok(of('reflected', 'canary').every(({ faults }) => faults.includes('canary_returned')));
  });

  test('a key per host is the same in every SYN/ACK of the host, and another at the next host', () => {
    for (const host of hosts.hostkey)
      assert.is(distinct(withKey('hostkey').flatMap((line) => (line.saddr === host ? [line.mptcp_key] : []))), 1);
    assert.is(distinct(withKey('hostkey').map(({ mptcp_key }) => mptcp_key)), 2);
  });

  test('a key is our sequence number beside our timestamp, their sum, or our key xor one constant', () => {
    for (const line of withKey('isntsval')) assert.is(keyOf(line), (ourSequence(line) << 32n) | ourTsval(line));
    for (const line of withKey('isnplus')) assert.is(keyOf(line), ourSequence(line) + ourTsval(line));
    const masks = withKey('xored').map((line) => keyOf(line) ^ BigInt(`0x${line.sent_key}`));
    assert.is(distinct(masks), 1);
    const counts = (['isntsval', 'isnplus', 'xored'] as const).map((site) => withKey(site).length);
    assert.equal(counts, [12, 12, 4]);
  });

  test('two keys answer one SYN: one sequence number and acknowledgement', () => {
    for (const host of hosts.twokeys) {
      const both = of('twokeys', 'v1').filter(({ saddr }) => saddr === host);
      assert.is(distinct(both.map(({ seq, ack }) => `${seq} ${ack}`)), 1);
      assert.is(distinct(both.map(({ mptcp_key }) => mptcp_key)), 2);
    }
  });

  test('a SYN/ACK that comes three times is the same but for its clock', () => {
    const same = ({ saddr, seq, ack, mptcp_option }: Line) => [saddr, seq, ack, mptcp_option].join();
    for (const site of ['thrice', 'v0thrice'] as const)
      assert.is(distinct(of(site, site === 'thrice' ? 'v1' : 'v0').map(same)), 2);
    assert.is(distinct(of('v0thrice', 'v0').map(({ tcp_options }) => tcp_options)), 6);
  });

  const truth = Truth.parse(JSON.parse(await readFile(join(lab.data, 'truth.json'), 'utf8')));
  const textOf = (wanted: (line: Line) => boolean) =>
    text
      .split('\n')
      .filter((_, i) => lines[i] !== undefined && wanted(lines[i]))
      .join('\n');

  test('judge says of v1 and v0 what the world has as truth of every box', async () => {
    const claims = await judged(textOf(({ probe }) => probe === 'v1' || probe === 'v0'));
    const right = truth.hosts.filter(({ address }) => Object.values(hosts).flat().includes(address));
    assert.is(claims.length, 2 * right.length);
    const said = claims.map(({ address, version, verdict }) => `${address} v${version} ${verdict}`).sort();
    // What only second opinions show is not to be seen in these two.
    const due = right.flatMap(({ address, v1, v0, v1_once, v0_once }) => [
      `${address} v0 ${v0_once ?? v0}`,
      `${address} v1 ${v1_once ?? v1}`,
    ]);
    assert.equal(said, due.sort());
  });

  for (const [site, probes, version, verdict, rule] of told) {
    test(`judge says ${verdict} of ${site} from ${probes.join(' and ')}`, async () => {
      const claims = await judged(textOf(({ saddr, probe }) => hosts[site].includes(saddr) && probes.includes(probe)));
      const asked = claims.filter((claim) => claim.version === version);
      assert.is(asked.length, hosts[site].length);
      for (const claim of asked) {
        assert.is(claim.verdict, verdict, `${claim.address}: ${claim.rules}`);
        if (rule !== '') assert.ok(claim.rules.includes(rule), `${claim.address}: ${claim.rules}`);
      }
    });
  }

  test('a key per host is constant over four SYNs of one kind, and over the files of two days', async () => {
    const addresses = [...hosts.hostkey, ...hosts.thrice];
    const four = await zmapScan(lab, ['v1'], addresses, 4);
    const days = [await zmapScan(lab, ['v1'], addresses), await zmapScan(lab, ['v1'], addresses)];
    const [first = '', second = ''] = days.map((day) => day.text);
    for (const lines of [four.text, `${first}\n${second}`]) {
      const claims = await judged(lines);
      const verdictsOf = (site: Site) =>
        claims.filter(({ address }) => hosts[site].includes(address)).map(({ verdict }) => verdict);
      assert.equal(verdictsOf('hostkey'), ['echoed_option', 'echoed_option']);
      assert.equal(verdictsOf('thrice'), ['capable', 'capable']);
    }
  });

  test('the lab of the boxes goes', async () => {
    await tearDown(lab);
  });
}

test.run();
