// needs: root
import { hostname } from 'node:os';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { raise } from '../../scripts/lab/lab.ts';
import type { LabState } from '../../scripts/lab/registry.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { skipUnless } from '../skip.ts';
import { inside, whyNoLab } from './inside.ts';
import { record } from './record.ts';

const test = suite('lab/personalities');

/** What an MPTCP v1 client meets: exit code of wget, flags in the SYN/ACK ('' without the option), subtypes that the server sends later. */
const clients: [title: string, address: string, exit: number, flags: string, later: RegExp][] = [
  ['a kernel server speaks v1', '198.18.4.1', 0, '0x01', /^2/],
  ['a plain server answers without the option', '198.18.33.1', 0, '', /^$/],
  ['a closed port refuses', '198.18.136.1', 4, '', /^$/],
  ['a v0 server answers a v1 client with plain TCP and a page', '198.18.50.1', 0, '', /^$/],
  ['a swapped key falls back to plain TCP', '198.18.121.1', 0, '0x01', /^$/],
  ['a constant key falls back to plain TCP', '198.18.83.1', 0, '0x01', /^$/],
  ['a malformed option leaves plain TCP', '198.19.1.1', 0, '', /^$/],
  ['a mirror gives the option back and the page comes over plain TCP', '198.18.82.1', 0, '0x01', /^$/],
  ['a stripped option leaves plain TCP', '198.18.70.1', 0, '', /^$/],
  ['an option stripped after the SYN/ACK makes the connection fall back', '198.18.26.1', 0, '0x01', /^$/],
  ['dropped MPTCP SYNs end in a plain connection', '198.18.146.1', 0, '', /^$/],
  ['a box that changes payload lets the connection go on', '198.18.40.1', 0, '0x81', /^2/],
  ['a server that takes no joins sets the C flag', '198.18.130.1', 0, '0x21', /^2/],
  ['a server with checksums sets the A flag', '198.18.20.1', 0, '0x81', /^2/],
  ['a server with SYN cookies speaks v1', '198.18.6.1', 0, '0x01', /^2/],
  ['a padding mirror lets the connection fall back to plain TCP', '198.18.66.1', 0, '0x01', /^$/],
  ['a reflected SYN leaves plain TCP', '198.18.67.1', 0, '0x01', /^$/],
  ['a reflected SYN with a padded option leaves plain TCP', '198.18.68.1', 0, '0x01', /^$/],
  ['a key per host falls back to plain TCP', '198.18.123.1', 0, '0x01', /^$/],
  ['two keys for one SYN fall back to plain TCP', '198.18.98.1', 0, '0x01', /^$/],
  ['a plain SYN/ACK before the one of a server leaves plain TCP', '198.18.48.1', 0, '0x01', /^$/],
  ['a plain SYN/ACK after the one of a server changes nothing', '198.18.49.1', 0, '0x01', /^2/],
  ['a SYN/ACK that comes three times changes nothing', '198.18.145.1', 0, '0x01', /^2/],
  ['a stamped option falls back to plain TCP', '198.18.131.1', 0, '0x01', /^$/],
  ['a host that copies any version falls back to plain TCP', '198.18.139.1', 0, '0x01', /^$/],
  ['a host that returns unknown options falls back to plain TCP', '198.18.27.1', 0, '0x01', /^$/],
];

/** Answers to one crafted SYN: v0 carries a key (RFC 6824, section 3.1), v1 does not (RFC 8684, section 3.1). */
const key = '8f0c7c64a6a32ac1';
const v0 = `1e0c0001${key}`;
const v1 = '1e040101';
const probes: [title: string, address: string, option: string, answer: RegExp][] = [
  ['v0 server, v0 SYN: a key of its own', '198.18.50.1', v0, new RegExp(`^synack 1e0c0001(?!${key})[0-9a-f]{16}$`)],
  ['v0 server, v1 SYN: no option', '198.18.50.1', v1, /^synack -$/],
  ['v0 server, closed port', '198.18.50.1', 'closed', /^rst -$/],
  ['mirror, v0 SYN: our key', '198.18.82.1', v0, new RegExp(`^synack ${v0}$`)],
  ['mirror, v1 SYN: our 4 bytes', '198.18.82.1', v1, /^synack 1e040101$/],
  ['swapped key, v0 SYN', '198.18.121.1', v0, /^synack 1e0c0001c12aa3a6647c0c8f$/],
  ['swapped key, v1 SYN: a key of zeros', '198.18.121.1', v1, /^synack 1e0c01010{16}$/],
  ['constant key, v0 SYN', '198.18.83.1', v0, /^synack 1e0c0001badc0ffee0ddf00d$/],
  ['constant key, v1 SYN', '198.18.83.4', v1, /^synack 1e0c0101badc0ffee0ddf00d$/],
  ['malformed option: 12 bytes said, 4 there', '198.19.1.1', v1, /^synack 1e0c0101$/],
  ['kernel server, v0 SYN: no option', '198.18.4.1', v0, /^synack -$/],
  ['kernel server, v1 SYN: a key', '198.18.4.1', v1, /^synack 1e0c0101[0-9a-f]{16}$/],
  ['stripped server, v0 SYN', '198.18.70.1', v0, /^synack -$/],
  ['stripped server, v1 SYN', '198.18.70.1', v1, /^synack -$/],
  ['SYN cookies, v1 SYN: a key', '198.18.6.1', v1, /^synack 1e0c0101[0-9a-f]{16}$/],
  ['plain server, v1 SYN', '198.18.33.1', v1, /^synack -$/],
  ['closed host', '198.18.136.1', v1, /^rst -$/],
  ['silent host', '198.18.24.1', v1, /^silence$/],
  ['a box that drops MPTCP SYNs', '198.18.146.1', v0, /^silence$/],
  ['an address that nobody has', '198.18.200.1', v1, /^silence$/],
];

/** Name, and what adnshost prints for it: status, alias, addresses. */
const names: [name: string, answer: RegExp, addresses: string[]][] = [
  ['westlake.example', /^3 ok 0 ok westlake\.example \$/, ['198.18.65.1', '198.18.65.2', '198.18.65.3']],
  ['alias-one.example', /^1 ok 0 ok alias-one\.example alias-one-example-1\.cdn\.example/, ['198.18.4.6']],
  ['alias-two.example', /^0 misconfig 101 prohibitedcname alias-two\.example alias-two-example-1\.cdn\.example/, []],
  ['alias-five.example', /^0 misconfig 101 prohibitedcname/, []],
  ['alias-five-example-4.cdn.example', /^2 ok 0 ok/, ['198.18.112.2', '198.18.33.7']],
  ['loop.example', /^0 tempfail 60 rcodeservfail/, []],
  ['-rf.example', /^1 ok 0 ok -rf\.example \$/, ['198.18.4.7']],
  ['under_score.example', /^1 ok 0 ok under_score\.example \$/, ['198.18.4.8']],
  ['gone-first.example', /^0 permfail 300 nxdomain/, []],
  ['ends-in.test', /^1 ok 0 ok ends-in\.test \$/, ['198.18.33.12']],
  ['empty.example', /^0 permfail 301 nodata/, []],
  ['six-only.example', /^0 permfail 301 nodata/, []],
];

async function resolveAll(lab: LabState): Promise<Map<string, { answer: string; addresses: string[] }>> {
  const input = names.map(([name]) => `- ${name}\n`).join('');
  const output = await inside(lab, ['adnshost', '-Qq', '-a', '-f', '-t', 'a'], input);
  const answers = new Map<string, { answer: string; addresses: string[] }>();
  for (const line of output.split('\n')) {
    const record = /^(\S+) A (\S+)$/.exec(line);
    const answer = /^(\d+) (.*)$/.exec(line);
    if (answer) answers.set(names[Number(answer[1])]?.[0] ?? '', { answer: answer[2] ?? '', addresses: [] });
    else if (record) [...answers.values()].at(-1)?.addresses.push(record[2] ?? '');
  }
  return answers;
}

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/personalities', reason ?? '')) {
  const lab = (await raise({ world: 'small' })).state;
  const recorded = record(lab, [...clients.map(([, address]) => address), '198.18.9.1']);

  for (const [i, [title, address, exit, flags, later]] of clients.entries()) {
    test(title, async () => {
      const { codes, packets } = await recorded;
      const sent = packets.filter(({ from }) => from === address);
      assert.is(codes[i], exit);
      assert.is(sent.find(({ syn }) => syn)?.flags ?? '', flags);
      const subtypes = new Set(sent.filter(({ syn }) => !syn).flatMap((packet) => packet.subtypes));
      assert.match([...subtypes].join(), later);
    });
  }

  test('changed payload makes us send MP_FAIL, as it did in the paper (section 4.3)', async () => {
    const { packets } = await recorded;
    assert.ok(packets.some(({ to, subtypes }) => to === '198.18.40.1' && subtypes.includes('6')));
  });

  test('a multi-homed server announces an address in another AS, an IPv6 and a private one, each echoed before the next', async () => {
    const { packets } = await recorded;
    const announcements = packets.filter(
      ({ subtypes, from, to }) => subtypes.includes('3') && [from, to].includes('198.18.9.1'),
    );
    const order = ['198.18.48.77', '2001:db8:32::77', '10.1.2.3'].flatMap((address) => [
      `${address} 0`,
      `${address} 1`,
    ]);
    assert.equal(
      announcements.map(({ announced, echo }) => `${announced} ${echo}`),
      order,
    );
  });

  for (const [title, address, option, answer] of probes) {
    test(title, async () => {
      const [port, options] = option === 'closed' ? ['81', v1] : ['80', option];
      const said = await inside(lab, ['perl', 'test/lab/syn.pl', '198.18.0.2', address, port, options]);
      assert.match(said, answer);
    });
  }

  const resolved = resolveAll(lab);
  for (const [name, answer, addresses] of names) {
    test(`the resolver answers for ${name} as the Internet would`, async () => {
      const said = (await resolved).get(name);
      assert.match(said?.answer ?? 'no answer', answer);
      assert.equal([...(said?.addresses ?? [])].sort(), addresses);
    });
  }

  test('the registry answers in bulk, by the longest prefix', async () => {
    const query = 'begin\nverbose\n198.18.64.9\n10.1.2.3\n2001:db8:32::77\nnonsense\nend\n';
    const lines = (await inside(lab, ['curl', '-sN', '-m', '5', 'telnet://198.18.0.43:43'], query)).split('\n');
    assert.match(lines[0] ?? '', /^Bulk mode; /);
    assert.is(
      lines[1],
      '64502   | 198.18.64.9      | 198.18.64.0/24      | CN | apnic    | 2008-06-16 | PEARL-RIVER-IDC Pearl River Data Centre Guangdong, CN',
    );
    assert.is(lines[2], 'NA      | 10.1.2.3         | NA                  |    |          |            | NA');
    assert.match(lines[3] ?? '', /^64499 {3}\| 2001:db8:32::77 /);
    assert.is(lines[4], 'Error: no ASN or IP match on line 6.');
  });

  test('hosts answer pings, silent ones do not, and IPv6 servers are reached', async () => {
    for (const address of ['198.18.4.1', '198.18.50.1', '198.18.82.1', '2001:db8:4:1::1'])
      assert.match(await inside(lab, ['ping', '-c', '1', '-W', '1', address]), ' 1 received', address);
    assert.match(await inside(lab, ['ping', '-c', '1', '-W', '1', '198.18.24.1']), ' 0 received');
    const page = await inside(lab, ['curl', '-s', '-m', '5', 'http://[2001:db8:4:1::1]/']);
    assert.match(page, '<title>linux</title>');
  });

  test("the scanner knows this machine's own name without asking a resolver: zmap looks it up when it starts", async () => {
    // hosts: only the file is asked
    assert.match(await inside(lab, ['getent', '-s', 'hosts:files', 'ahostsv4', hostname()]), '127.0.0.1');
  });

  test('the router drops what is not of the lab', async () => {
    const router = lab.namespaces.find((name) => name.endsWith('-router')) ?? '';
    const lookup = await execa('ip', ['-n', router, 'route', 'get', '240.0.0.9'], { reject: false });
    assert.is.not(lookup.exitCode, 0);
  });

  test('taking the lab down takes everything down', async () => {
    await recorded;
    await tearDown(lab);
  });
}

test.run();
