// needs: root
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { OsRecord } from '../../../../orchestrator/schemas/records/os.ts';
import { nmap } from '../../../../orchestrator/tools/nmap/tool.ts';
import { skipUnless } from '../../../skip.ts';
import { decodeAll, makeContext } from '../context.ts';
import { isRoot, withPair } from '../namespace.ts';

const test = suite('tools/nmap');
const targets = ['198.18.4.7', '198.18.4.8', '198.18.77.1', '2001:db8:f:4::7'];

function configFor(ports: number[], hostTimeout = '30s') {
  return Config.parse({
    lab: true,
    targets: { prefixes: ['198.18.0.0/24'] },
    scan: { ports },
    os: { host_timeout: hostTimeout },
  });
}

async function contextOf(folder: string, asked = targets) {
  const rows = asked.map((address) => ({ address }));
  const context = await makeContext({ rows, config: configFor([80]), stage: 'os' });
  await cp(`test/fixtures/nmap/${folder}`, context.folder, { recursive: true });
  return context;
}

test('candidates come in the order and with the accuracy printed, each with its first class', async () => {
  const { records, rejects } = await decodeAll(nmap, await contextOf('found'));
  assert.equal(rejects, []);
  for (const record of records) OsRecord.parse(record);
  const [found, silent, ipv6] = records;
  assert.is(found?.candidates.length, 10);
  assert.equal(found?.candidates[0], { name: 'Linux 5.3 - 5.4', accuracy: 96, family: 'Linux', vendor: 'Linux' });
  assert.equal(found?.candidates[9], {
    name: 'ASUS RT-N56U WAP (Linux 3.4)',
    accuracy: 93,
    family: 'embedded',
    vendor: 'Asus',
  });
  assert.is(found?.failure, null);
  assert.equal(silent, { address: '198.18.77.1', candidates: [], failure: 'no_data' });
  assert.equal(ipv6, { address: '2001:db8:f:4::7', candidates: [], failure: 'no_data' });
});

test('a host whose time ran out is a timeout, and a host that was not printed has no record', async () => {
  const { records } = await decodeAll(nmap, await contextOf('timed-out', ['198.18.4.7', '198.18.4.8', '198.18.4.9']));
  assert.equal(
    records.flatMap(({ address, failure }) => (address === '198.18.77.1' ? [] : [[address, failure]])),
    [
      ['198.18.4.7', 'timeout'],
      ['198.18.4.8', 'timeout'],
    ],
  );
});

test('a fingerprint of an address that was not asked has that address, for core to reject it', async () => {
  const { records, rejects } = await decodeAll(nmap, await contextOf('found', ['198.18.4.7', '2001:DB8:F:4:0::7']));
  assert.equal(
    records.map((record) => record.address),
    ['198.18.4.7', '198.18.77.1', '2001:DB8:F:4:0::7'],
  );
  assert.equal(rejects, []);
});

test('fields that a newer version adds pass, a changed accuracy does not', () => {
  const host = {
    address: '198.18.4.7',
    osmatch: [{ name: 'x', accuracy: '95', osclass: [], shiny: '1' }],
  };
  assert.ok(nmap.raw.safeParse(host).success);
  assert.not.ok(nmap.raw.safeParse({ ...host, osmatch: [{ name: 'x', accuracy: 'high', osclass: [] }] }).success);
});

/** Decodes the fixture after a change of its text. */
async function decodeChanged(change: (xml: string) => string) {
  const context = await contextOf('found');
  const path = join(context.folder, 'nmap-ipv4.xml');
  await writeFile(path, change(await readFile(path, 'utf8')));
  return await decodeAll(nmap, context);
}

const breaks: [string, (xml: string) => string, RegExp][] = [
  ['a file that is cut inside a host', (xml) => xml.slice(0, xml.indexOf('</host>')), /unclosed tag/],
  ['a file that is cut after the last host', (xml) => xml.slice(0, xml.indexOf('<runstats>')), /unclosed tag/],
  ['a file without an end of the run', (xml) => xml.replace(/<runstats>.*<\/runstats>/s, ''), /the run did not end/],
  [
    'a run that failed',
    (xml) => xml.replace('exit="success"', 'exit="error" errormsg="no route"'),
    /ended with error: no route/,
  ],
  ['an empty file', () => '', /no nmaprun|document must contain a root element/],
  ['a file of another kind', () => 'Starting Nmap 7.93\n', /not whole/],
];
for (const [title, change, message] of breaks) {
  test(`${title} is an error that names stage, part and file`, async () => {
    await decodeChanged(change).then(
      () => assert.unreachable(),
      (error: Error) => {
        assert.instance(error, CensusError);
        assert.match(error.message, message);
        assert.match(error.message, /^os\/00000: .*nmap-ipv4\.xml is not whole/);
      },
    );
  });
}

test('a file that is missing is an error, unless no address of its family was asked', async () => {
  const context = await contextOf('timed-out', ['198.18.4.7', '2001:db8:f:4::7']);
  await decodeAll(nmap, context).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /nmap-ipv6\.xml is not whole: it is not there/),
  );
});

test('a file cut at any byte is an error', async () => {
  const xml = await readFile('test/fixtures/nmap/timed-out/nmap-ipv4.xml', 'utf8');
  const end = xml.indexOf('</nmaprun>') + '</nmaprun>'.length;
  const context = await contextOf('timed-out');
  for (let length = 0; length < end; length += 1) {
    await writeFile(join(context.folder, 'nmap-ipv4.xml'), xml.slice(0, length));
    const whole = await decodeAll(nmap, context).then(
      () => true,
      (error) => !(error instanceof CensusError),
    );
    if (whole) assert.unreachable(`cut after ${length} of ${end} characters it passed`);
  }
});

const lines: [string, string | null][] = [
  ['Initiating OS detection (try #1) against 64 hosts', 'OS detection (try #1) against 64 hosts'],
  ['Initiating SYN Stealth Scan at 05:28', 'SYN Stealth Scan'],
  [
    'Stats: 0:00:01 elapsed; 0 hosts completed (40 up), 40 undergoing SYN Stealth Scan',
    '0 hosts completed (40 up), 40 undergoing SYN Stealth Scan',
  ],
  ['SYN Stealth Scan Timing: About 87.50% done; ETC: 03:34 (0:00:00 remaining)', 'SYN Stealth Scan 87 %'],
  ['Nmap done: 40 IP addresses (40 hosts up) scanned in 5.64 seconds', null],
  ['80/tcp open   http', null],
];
test('status lines are told from other lines', () => {
  for (const [line, text] of lines) assert.is(nmap.programs?.[0]?.status?.(line)?.text ?? null, text, line);
});

if (!skipUnless(isRoot, 'a real fingerprint', 'network namespaces need root')) {
  test('a real server is fingerprinted, with the port beside the census port that is closed', async () => {
    await withPair('nmap', async (scanner, server) => {
      const web = execa('ip', ['netns', 'exec', server, 'python3', '-m', 'http.server', '81'], {
        reject: false,
        stdio: 'ignore',
      });
      try {
        const within = ['ip', 'netns', 'exec', scanner];
        const tries = ['ip', 'netns', 'exec', server, 'ss', '-Hltn', 'sport', '=', ':81'];
        for (let i = 0; i < 50 && (await execa(tries[0] ?? '', tries.slice(1))).stdout === ''; i++)
          await new Promise((r) => setTimeout(r, 100));
        const rows = [{ address: '198.18.4.7' }];
        const context = await makeContext({ rows, config: configFor([80, 81]), stage: 'os', within });
        await nmap.collect?.(context);
        const xml = await readFile(join(context.folder, 'nmap-ipv4.xml'), 'utf8');
        assert.match(xml, /<portused state="open" proto="tcp" portid="81"\/>/);
        assert.match(xml, 'services="80-82"');
        const { records } = await decodeAll(nmap, context);
        assert.is(records.length, 1);
        assert.ok(records[0]?.candidates.some(({ name }) => name.includes('Linux')));
        assert.equal(context.progressed, [1]);
      } finally {
        web.kill('SIGTERM');
        await web;
      }
    });
  });
}

test.run();
