// needs: root
// takes: long
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { readManifest } from '../../../orchestrator/core/folder/manifest.ts';
import { dryRunLines } from '../../../orchestrator/dry-run/dry-run.ts';
import { skipUnless } from '../../skip.ts';
import { askedIn, setUp } from '../own-prober.ts';
import { isRoot, withPair } from '../tools/namespace.ts';
import { census, number, row, written } from './forecast.ts';

const test = suite('dry-run');

const lab = { lab: true, lab_ranges: ['198.18.0.0/15'] };
const given = '198.18.9.1\n198.18.9.2\n198.18.9.2\n198.18.8.0/24\n198.18.8.7\n10.0.0.1\nrubbish\n';
const optOuts = '198.18.8.0/30\n198.18.9.1\n';
const own = (name: string) => ({ tool: { command: ['cat', name] } });

/** Everything in a folder by path, with sizes and times: equal when nobody wrote there. */
function inside(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => `${name} ${JSON.stringify(readFileOrNull(join(folder, name)))}`).join('\n');
}

function readFileOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'base64');
  } catch {
    return null;
  }
}

test('no program is started, no folder is made, and nothing is left where it worked', async () => {
  const names = ['zmap', 'wget', 'mptcpize', 'dumpcap', 'tshark', 'sysctl', 'adnshost', 'nmap', 'nft', 'ip', 'git'];
  const bin = written({});
  const script = `#!/bin/sh\necho "$0" >>${bin}/started\nexit 3\n`;
  for (const name of names) writeFileSync(join(bin, name), script, { mode: 0o755 });
  const folder = written({ list: '1,a.example\n2,b.example\n' });
  const temp = join(folder, 'temp');
  mkdirSync(temp);
  writeFileSync(join(folder, 'census.yaml'), JSON.stringify({ ...lab, targets: { list: 'list' }, os: true }));
  const run = ['run', '-c', join(folder, 'census.yaml'), join(folder, 'run')];
  const env = { PATH: `${bin}:${process.env.PATH}`, TMPDIR: temp };
  const { exitCode, stdout, stderr } = await census([...run, '--dry-run'], env);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /4 names \(with www\. in front too\)/);
  assert.match(stdout, /^Disk: a run of these targets usually takes about 5\.0 MB, and [\d.]+ [GT]B are free$/m);
  assert.not(existsSync(join(bin, 'started')));
  assert.equal(readdirSync(folder).sort(), ['census.yaml', 'list', 'temp']);
  assert.equal(
    readdirSync(temp).filter((name) => name.startsWith('census-')),
    [],
  );
  // The stand-ins are in the way of a real run.
  assert.is((await census(run, env)).exitCode, 2);
  assert.ok(existsSync(join(bin, 'started')));
});

test('where nothing can be worked out, the variable that says where is named', async () => {
  const folder = written({ list: '1,a.example\n' });
  const config = Config.parse({ ...lab, targets: { list: join(folder, 'list') } });
  const { signal } = new AbortController();
  const lines = dryRunLines({ folder: join(folder, 'run'), config, temp: join(folder, 'nowhere'), signal });
  const error = await lines.next().catch((thrown) => thrown);
  assert.match(error.message, /no working folder can be created in .*nowhere: ENOENT/);
  assert.match(error.hint, 'TMPDIR');
});

test('what it says of the scan is what a run then counts: asked, and not asked by reason', async () => {
  const folder = written({ addresses: given, optOuts });
  const config = {
    ...lab,
    targets: { addresses: 'addresses' },
    scan: { ...own('/dev/null'), ports: [80, 443], blocklist: 'optOuts' },
    handshake: own('/dev/null'),
    path: { ping: false },
    parts: { scan: 100 },
  };
  writeFileSync(join(folder, 'census.yaml'), JSON.stringify(config));
  const run = ['run', '-c', join(folder, 'census.yaml'), join(folder, 'run')];
  const { stdout, stderr } = await census([...run, '--dry-run']);
  assert.is((await census(run)).exitCode, 0, stderr);
  const stages = (await readManifest(join(folder, 'run')))?.stages;
  const { counts, parts } = stages?.scan ?? { counts: null, parts: {} };
  const skipped = counts?.skipped ?? {};
  for (const [reason, units] of Object.entries(skipped)) {
    assert.equal(row(stdout, reason).slice(1, 3).map(number), [units / 4, units], reason);
  }
  assert.equal(Object.keys(skipped).sort(), ['blocked', 'duplicate', 'outside_lab']);
  const all = Object.values(skipped).reduce((sum, units) => sum + units, 0);
  const [, partsLeft, units] = row(stdout, 'scan');
  assert.is(number(units), (counts?.units_in ?? 0) - all);
  assert.is(partsLeft, `${Object.keys(parts).length} of ${Object.keys(parts).length}`);
  assert.match(stdout, `${stages?.targets?.counts?.units_in} lines, 1 rejected (not_an_address 1)`);
  assert.equal(row(stdout, 'lab_ranges').slice(1).map(number), [258, 0]);
  assert.equal(row(stdout, 'private').slice(1).map(number), [1, 0]);
});

/** Stands in for a zmap with the module built in: counts what is allowed and not blocked, and says that it was sent. */
const standIn = `#!/usr/bin/env node
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
const args = process.argv.slice(2);
const after = (flag) => args[args.indexOf(flag) + 1];
if (args.includes('--version')) console.log('zmap v4.3.4');
else if (args.includes('--list-probe-modules')) console.log('mptcp_synscan');
else {
  const number = (text) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const ranges = (file) => readFileSync(file, 'utf8').split('\\n').filter((line) => /^[0-9]/.test(line)).map((line) => {
    const [address, length = '32'] = line.split('/');
    return [number(address), number(address) + 2 ** (32 - length)];
  });
  const blocked = ranges(after('-b'));
  let sent = 0;
  for (const [from, to] of ranges(after('-w')))
    for (let at = from; at < to; at++) if (!blocked.some(([first, last]) => at >= first && at < last)) sent++;
  writeFileSync(after('-o'), '');
  writeFileSync(after('-m'), JSON.stringify({ blocklist_total_allowed: sent, targets_scanned: sent, send_to_failures: 0,
    pcap_recv: 0, pcap_drop: 0, pcap_ifdrop: 0, success_total: 0, failure_total: 0 }));
  appendFileSync(join(dirname(process.argv[1]), 'runs'), after('-c') + ' ' + after('-r') + ' ' + sent + '\\n');
}
`;

test('packets and seconds are those that zmap is then told to send and to wait', async () => {
  if (skipUnless(isRoot, 'a dry run against a stand-in of zmap', 'needs root')) return;
  const bin = written({ zmap: standIn, 'package.json': '{"type":"module"}' }, 0o755);
  const folder = written({ addresses: given, optOuts });
  const config = {
    ...lab,
    targets: { addresses: 'addresses' },
    scan: { ports: [80, 443], blocklist: 'optOuts', rate: 50, cooldown: '3s' },
    handshake: own('/dev/null'),
    path: { ping: false },
  };
  writeFileSync(join(folder, 'census.yaml'), JSON.stringify(config));
  const run = ['run', '-c', join(folder, 'census.yaml'), join(folder, 'run')];
  const env = { PATH: `${bin}:${process.env.PATH}` };
  const { stdout } = await census([...run, '--dry-run'], env);
  const real = await withPair('dry', (scanner) => census(run, env, ['ip', 'netns', 'exec', scanner]));
  assert.is(real.exitCode, 0, real.stdout + real.stderr);
  const runs = readFileSync(join(bin, 'runs'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  const sent = runs.reduce((sum, [, , count = 0]) => sum + count, 0);
  const seconds = runs.reduce((sum, [wait = 0, rate = 1, count = 0]) => sum + wait + count / rate, 0);
  const [, , , each, packets = '', , duration = ''] = row(stdout, 'scan');
  // A key for retries makes a range of it: whom all stay silent to is asked as often as that at most.
  assert.is(number(packets.split(' to ').at(-1)), sent);
  const [minutes = 0, rest = 0] = (duration.split(' to ').at(-1) ?? '').split(':').map(Number);
  assert.is(60 * minutes + rest, Math.round(seconds));
  assert.is(number(each?.split(' to ')[0]), 4);
  const facts = Object.values((await readManifest(join(folder, 'run')))?.stages.scan?.parts ?? {}).map(
    (part) => part.facts,
  );
  assert.is(
    facts.reduce((sum, fact) => sum + Number(fact.targets_sent), 0),
    sent,
  );
});

const broken = setUp('198.18.9.1\n');
const first = await census(['run', '-c', broken.config, broken.folder]);

test('of a run that was interrupted it says what is left, opt-outs of since taken out, and writes nothing there', async () => {
  assert.is(first.exitCode, 1, first.stderr);
  const before = inside(broken.folder);
  const left = await census(['run', '--dry-run', '-c', broken.config, broken.folder]);
  assert.match(left.stdout, `what is left of ${broken.folder}`);
  assert.equal(row(left.stdout, 'scan').slice(1, 3), ['2 of 3', '3']);
  writeFileSync(broken.at('blocklist'), '198.18.9.1\n198.18.9.5\n');
  const fewer = await census(['run', '--dry-run', '-c', broken.config, broken.folder]);
  assert.equal(row(fewer.stdout, 'scan').slice(1, 3), ['2 of 3', '2']);
  assert.equal(row(fewer.stdout, 'blocked').slice(1, 3), ['2', '2']);
  assert.is(inside(broken.folder), before);
  const asked = askedIn(broken).length;
  assert.is((await census(['run', '-c', broken.config, broken.folder])).exitCode, 0);
  assert.is(askedIn(broken).length - asked, 2);
  const done = await census(['run', '--dry-run', '-c', broken.config, broken.folder]);
  assert.match(done.stdout, /^scan .* done$/m);
});

test('what a run would be refused with, a dry run is refused with', async () => {
  for (const set of [['scan.rate=101'], ['lab=false'], ['scan.blocklist=/nowhere']]) {
    const flags = ['run', '-c', broken.config, broken.folder, ...set.flatMap((one) => ['--set', one])];
    const [dry, real] = [await census([...flags, '--dry-run']), await census(flags)];
    assert.is(dry.exitCode, 2);
    assert.is(dry.stderr, real.stderr);
  }
});

test('what only resolve will tell is a range: every name may have no address, or as many as are probed', async () => {
  const folder = written({ list: 'a.example\nb.example\n' });
  const config = {
    ...lab,
    targets: { list: 'list', www: false },
    resolve: { families: [4, 6] },
    scan: { addresses_per_name: 3, versions: [1] },
  };
  writeFileSync(join(folder, 'census.yaml'), JSON.stringify(config));
  const { stdout } = await census(['run', '--dry-run', '-c', join(folder, 'census.yaml'), join(folder, 'run')]);
  assert.is(row(stdout, 'resolve')[2], '4');
  assert.is(row(stdout, 'scan')[2], '0 to 12');
  assert.match(stdout, /^scan .* unknown until resolve$/m);
  assert.match(stdout, /^Addresses by scope: unknown until resolve$/m);
  assert.match(stdout, /^path .* unknown until handshake$/m);
});

test('a list at a URL is not downloaded', async () => {
  const folder = written({ 'census.yaml': JSON.stringify({ ...lab, targets: { list: 'http://127.0.0.1:1/list' } }) });
  const { stdout, exitCode } = await census([
    'run',
    '--dry-run',
    '-c',
    join(folder, 'census.yaml'),
    join(folder, 'run'),
  ]);
  assert.is(exitCode, 0);
  assert.match(stdout, /^Targets: unknown until the list is downloaded/m);
  assert.match(stdout, /^scan .* unknown until resolve$/m);
});

test.run();
