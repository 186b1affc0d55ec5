// needs: root
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { initTemplate } from '../../../orchestrator/config/template.ts';
import { pipeline } from '../../../orchestrator/pipeline.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';
import { tools } from '../../../orchestrator/tools/index.ts';
import { cliWords } from '../../cli-words.ts';
import { skipUnless } from '../../skip.ts';
import { isRoot, withNamespace } from '../tools/namespace.ts';

const test = suite('doctor');
const cli = [...cliWords, 'doctor'];

async function doctor(args: string[], options: { path?: string; within?: string[] } = {}) {
  const [file = 'node', ...before] = [...(options.within ?? []), 'node'];
  const path = options.path === undefined ? process.env.PATH : `${options.path}:${process.env.PATH}`;
  const { stdout, stderr, exitCode } = await execa(file, [...before, ...cli, ...args], {
    reject: false,
    env: { NO_COLOR: '1', PATH: path },
  });
  return { lines: stdout.split('\n'), stderr, exitCode };
}

function written(text: string): { file: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  const file = join(folder, 'census.yaml');
  writeFileSync(file, text);
  return { file, folder };
}

/** Puts a zmap first on PATH that answers as Debian testing's, or as one with modules of ours. */
function otherZmap(module = 'tcp_synscan'): string {
  const folder = mkdtempSync(join(tmpdir(), 'zmap-'));
  const script = `#!/bin/sh\ncase $3 in --version) echo "zmap v4.3.4";; *) echo ${module};; esac\n`;
  writeFileSync(join(folder, 'zmap'), script, { mode: 0o755 });
  return folder;
}

test('each program is named with the stages that need it, and none of them is forgotten', async () => {
  const { lines } = await doctor([]);
  const stages = pipeline(findTool).map(({ name }) => name);
  const named = lines.join('\n');
  for (const byName of Object.values(tools)) {
    for (const tool of Object.values(byName)) {
      for (const { name } of 'programs' in tool ? (tool.programs ?? []) : []) {
        const found = new RegExp(`^\\w+ +${name} \\(([\\w, ]+)\\)`, 'm').exec(named)?.[1]?.split(', ') ?? [];
        assert.ok(found.length > 0, name);
        for (const stage of found) assert.ok(stages.includes(stage), `${name}: ${stage}`);
      }
    }
  }
  assert.match(named, /zmap \(scan, rescan, confirm, path\)/);
});

test('an unfilled template is told key by key what to fill in, and the programs are told too', async () => {
  const { file, folder } = written(initTemplate);
  const { lines, stderr, exitCode } = await doctor(['-c', file]);
  for (const key of ['contact', 'scan.blocklist', 'scan.rate'])
    assert.ok(
      lines.some((line) => new RegExp(`^missing +${key.replace('.', '\\.')} +not set: `).test(line)),
      key,
    );
  assert.ok(lines.some((line) => line.startsWith('missing') && line.includes(join(folder, 'top-1m.csv.zip'))));
  assert.ok(lines.some((line) => /zmap \(scan, confirm\)/.test(line)));
  assert.is(stderr, '');
  assert.is(exitCode, 1);
});

test('a blocklist that a run would refuse is told of beside all else', async () => {
  const { file, folder } = written(
    'lab: true\nlab_ranges: [198.18.0.0/15]\ntargets: {prefixes: [198.18.0.0/30]}\nscan: {blocklist: out}\n',
  );
  writeFileSync(join(folder, 'out'), '198.18.0.1\nnobody\n');
  const { lines, exitCode } = await doctor(['-c', file]);
  assert.ok(lines.some((line) => /^missing +blocklist .*out, line 2: "nobody" is not an address/.test(line)));
  assert.ok(
    lines.some((line) => /zmap \(scan, confirm\)/.test(line)),
    lines.join('\n'),
  );
  assert.is(exitCode, 1);
});

test('a zmap that cannot be told of opt-outs while it sends is a hint, the plug-in is none', async () => {
  const told = async (path?: string) => {
    const { lines } = await doctor([], path === undefined ? {} : { path });
    return lines.filter((line) => line.includes('opt-outs during a run'));
  };
  assert.equal(await told(), []);
  assert.match(
    (await told(otherZmap('mptcp_synscan'))).join(),
    /^hint .*with the module built in does not accept them/,
  );
});

test('a zmap that cannot send our probes is missing, and the line says what helps', async () => {
  const { lines, exitCode } = await doctor([], { path: otherZmap() });
  const line = lines.find((text) => text.includes('zmap (scan, rescan, confirm, path)')) ?? '';
  assert.match(line, /^missing .* 4\.3\.4 at \/.*zmap 4\.3\.4 has no mptcp_synscan/);
  assert.match(line, 'apt-get install zmap/trixie');
  assert.is(exitCode, 1);
});

test('a run refuses that zmap before it makes its folder', async () => {
  const { file, folder } = written('lab: true\nlab_ranges: [198.18.0.0/15]\ntargets: {prefixes: [198.18.0.0/30]}\n');
  const run = join(folder, 'run');
  const args = [...cliWords, 'run', '-c', file, run];
  const { stderr, exitCode } = await execa('node', args, {
    reject: false,
    env: { NO_COLOR: '1', PATH: `${otherZmap()}:${process.env.PATH}` },
  });
  assert.is(exitCode, 2);
  assert.match(stderr, /E_PROGRAM_MISSING: scan cannot use .*zmap: zmap 4\.3\.4 has no mptcp_synscan/);
  assert.not(readdirSync(folder).includes('run'));
});

const entries: [text: string, says: string][] = [
  [`127.0.0.1 localhost\n127.0.1.1\tother ${hostname()} # ours\n`, 'ok present'],
  [`127.0.0.1 localhost # ${hostname()}\n127.0.1.1 x${hostname()}\n`, `hint add the line "127.0.1.1 ${hostname()}"`],
];
test('the name of the machine is looked for in /etc/hosts, and is a hint where it is not there', async () => {
  if (skipUnless(isRoot, 'doctor, /etc/hosts', 'mounting over it needs root')) return;
  for (const [text, says] of entries) {
    const { file } = written(text);
    const within = ['unshare', '-m', 'sh', '-c', `mount --bind ${file} /etc/hosts && exec "$@"`, 'sh'];
    const { lines } = await doctor([], { within });
    const line = lines.find((one) => one.includes(`${hostname()} in /etc/hosts`)) ?? '';
    const [word = '', ...rest] = says.split(' ');
    assert.ok(line.startsWith(word) && line.endsWith(rest.join(' ')), line);
  }
});

test('rules that may keep RSTs in are a hint and no failure', async () => {
  if (skipUnless(isRoot, 'doctor behind a firewall', 'needs root and nft')) return;
  await withNamespace('doctor', async (name) => {
    const within = ['ip', 'netns', 'exec', name];
    const before = await doctor([], { within });
    assert.not(before.lines.some((line) => line.includes('RSTs to unexpected SYN/ACKs')));
    const rules =
      'table inet t { chain in { type filter hook input priority 0; policy drop; ct state established accept; }; }';
    await execa('ip', ['netns', 'exec', name, 'nft', rules]);
    const { lines, exitCode } = await doctor([], { within });
    const hint =
      lines.find((line) => line.includes("may keep the kernel's RSTs to unexpected SYN/ACKs from leaving")) ?? '';
    assert.match(hint, /^hint .*chain in: policy drop/);
    assert.is(exitCode, before.exitCode);
  });
});

test.run();
