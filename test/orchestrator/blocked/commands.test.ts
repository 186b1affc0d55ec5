// takes: long
// runs: behind
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cliWords } from '../../cli-words.ts';
import {
  addressesOf,
  count,
  drawBlocklist,
  drawer,
  drawLine,
  drawTarget,
  entries,
  holds,
  type Range,
  rangeOf,
  textOf,
} from '../address/drawn-blocklist.ts';
import { scanned as answered, connected } from '../stages/records.ts';

const test = suite('whom commands are handed');

const program = fileURLToPath(new URL('answering.mjs', import.meta.url));
/** Stages that send something to their units. */
const sending = ['scan', 'handshake', 'os', 'path'] as const;

function templatesOf(announced: string[]) {
  const one = connected('', [{ address: '', scope: 'global' }]).announced[0];
  return {
    scan: answered('', ['1e0c010100112233445566aa']),
    handshake: connected('', []),
    os: { candidates: [{ name: 'Linux 6', accuracy: 95, family: null, vendor: null }], failure: null },
    path: { ping_rtt_us: 900, ping_replies: 3, failure: null },
    announced: announced.map((address) => ({ ...one, address })),
  };
}

function handedTo(folder: string, role: string): Range[] {
  const lines = readFileSync(join(folder, `handed-${role}`), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map(rangeOf);
}

/** Addresses of ranges, each as a text. */
function each(ranges: readonly Range[]): Set<string> {
  return new Set(ranges.flatMap((range) => [...addressesOf(range)].map((value) => textOf(range.family, value))));
}

test(`of ${count} targets against ${entries} opt-outs every one that is not blocked is handed to the prober, and no blocked one to any program`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'blocked-'));
  const draw = drawer(198);
  const { text, ranges } = drawBlocklist(draw, entries);
  const targets = Array.from({ length: count }, () => drawLine(draw, ranges));
  const announced = Array.from({ length: 400 }, () => drawTarget(draw, ranges).range).map(({ family, first }) =>
    textOf(family, first),
  );
  writeFileSync(join(folder, 'templates.json'), JSON.stringify(templatesOf(announced)));
  writeFileSync(join(folder, 'blocklist'), text);
  writeFileSync(join(folder, 'targets'), targets.map(({ line }) => `${line}\n`).join(''));
  const tool = (role: string) => ({ tool: { command: [process.execPath, program, role, folder] } });
  const config = {
    lab: true,
    lab_ranges: ['198.18.0.0/15', '240.0.0.0/4', '2001:db8::/32'],
    targets: { addresses: 'targets' },
    ...Object.fromEntries(sending.map((role) => [role, tool(role)])),
    scan: { ...tool('scan'), versions: [1], blocklist: 'blocklist' },
  };
  writeFileSync(join(folder, 'census.yaml'), JSON.stringify(config));
  const args = [...cliWords, 'run', '-c', join(folder, 'census.yaml'), join(folder, 'run')];
  const { exitCode, stdout, stderr } = await execa(process.execPath, args, { reject: false, input: '' });
  assert.is(exitCode, 0, stdout + stderr);

  const free = [...each(targets.map(({ asks }) => asks))].filter((address) => {
    const { family, first } = rangeOf(address);
    return !holds(ranges, family, first);
  });
  assert.ok(free.length > count / 10 && free.length < 3 * count, `${free.length} are free: the draw decides nothing`);
  const scanned = each(handedTo(folder, 'scan'));
  assert.equal(
    free.filter((address) => !scanned.has(address)),
    [],
    'not handed to the prober, and not blocked',
  );
  assert.is(scanned.size, free.length, 'somebody was handed to it who is no target');
  for (const role of sending) {
    const handed = [...each(handedTo(folder, role))];
    const blocked = handed.filter((address) => holds(ranges, rangeOf(address).family, rangeOf(address).first));
    assert.equal(blocked, [], `${role} was handed who opted out`);
    assert.ok(handed.length > count / 10, `${role} was handed ${handed.length} addresses`);
  }
  const freeAnnounced = announced.filter((address) => !holds(ranges, rangeOf(address).family, rangeOf(address).first));
  const pinged = each(handedTo(folder, 'path'));
  assert.ok(freeAnnounced.length < announced.length && freeAnnounced.some((address) => pinged.has(address)));
  rmSync(folder, { recursive: true, force: true });
});

test.run();
