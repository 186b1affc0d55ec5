// needs: root
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { raise } from '../../scripts/lab/lab.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { Truth } from '../../scripts/lab/truth.ts';
import { skipUnless } from '../skip.ts';
import { answers, back, hosts, kinds, type Site, told } from './boxes.ts';
import { whyNoLab } from './inside.ts';
import { judged, type Line, zmapScan } from './zmap-in-lab.ts';

const test = suite('lab/boxes');

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

  test('our key is turned round in seven ways, and a word of its own SYN/ACK stands in a key', () => {
    const sorted = (hex: string | null) =>
      Buffer.from(hex ?? '', 'hex')
        .sort()
        .toString('hex');
    const turned = withKey('turned').filter(({ probe }) => probe === 'v0');
    for (const line of turned) assert.is(sorted(line.mptcp_key), sorted(line.sent_key));
    const placesOf = ({ mptcp_key, sent_key }: Line) =>
      Array.from({ length: 8 }, (_, i) => mptcp_key?.indexOf(sent_key?.slice(2 * i, 2 * i + 2) ?? '-')).join();
    assert.is(distinct(turned.map(placesOf)), 7);
    for (const line of withKey('ofpacket')) {
      const words = [line.seq, line.ack, line.tcp_options?.slice(16, 24)];
      assert.ok(
        words.some((word) => word != null && line.mptcp_key?.includes(word)),
        line.mptcp_key ?? '',
      );
    }
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

  test('a join reset because joins are prohibited lifts no verdict', async () => {
    const claims = await judged(textOf(({ saddr, probe }) => hosts.forbidden.includes(saddr) && probe !== 'v0'));
    assert.equal(
      claims.filter(({ version }) => version === 1).map(({ verdict, rung }) => [verdict, rung]),
      [['capable', 'fresh_key']],
    );
  });

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
