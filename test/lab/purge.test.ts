// needs: root
// takes: long
import { cp, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAddress, parsePrefix } from '../../orchestrator/address/ip.ts';
import { openDatabase, rows } from '../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../orchestrator/core/database/sql.ts';
import { accounted } from '../../orchestrator/core/folder/entries.ts';
import { filesBelow } from '../../orchestrator/core/folder/files.ts';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { cliWords } from '../cli-words.ts';
import { skipUnless } from '../skip.ts';
import { census, standUp } from './census-in-lab.ts';
import { whyNoLab } from './inside.ts';

const test = suite('lab/purge');

const cli = [...cliWords];
const mptcpCensus = (...args: string[]) => execa(process.execPath, [...cli, ...args], { reject: false });

/** What every file of a folder says: unpacked, and tables row by row. */
async function contents(folder: string): Promise<Map<string, Buffer>> {
  const read = new Map<string, Buffer>();
  const database = await openDatabase({ temp: join(folder, '..', 'purge-temp') });
  for (const file of await filesBelow(folder)) {
    const path = join(folder, file);
    if (file.endsWith('.parquet')) {
      let text = '';
      for await (const row of rows(database, `FROM read_parquet(${sqlText(path)})`)) text += `${JSON.stringify(row)}\n`;
      read.set(file, Buffer.from(text));
    } else {
      const bytes = await readFile(path);
      read.set(file, file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
    }
  }
  database.closeSync();
  return read;
}

/** The forms that an address is looked for in: its own text, mapped, translated, compatible and written out, and its bytes. */
function formsOf(text: string): { texts: string[]; bytes: Buffer[] } {
  const address = parseAddress(text);
  if (address === null) return { texts: [text], bytes: [Buffer.from(text)] };
  const bytes = Buffer.concat(
    address.words.map((word) => {
      const four = Buffer.alloc(4);
      four.writeUInt32BE(word);
      return four;
    }),
  );
  const groups = address.words.flatMap((word) => [word >>> 16, word & 0xffff]).map((group) => group.toString(16));
  const written =
    address.family === 4
      ? ['::ffff:', '64:ff9b::', '::'].flatMap((form) => [form + text, form + groups.join(':')])
      : [groups.join(':')];
  return { texts: [text, ...written, ...written.map((form) => form.toUpperCase())], bytes: [bytes] };
}

/** Places where one of the forms is found: as a text that is not part of a longer one, or as bytes in a capture or list. */
function found(read: Map<string, Buffer>, text: string): string[] {
  const { texts, bytes } = formsOf(text);
  return [...read].flatMap(([file, content]) => {
    const plain = content.toString('latin1');
    const inText = texts.some((form) => {
      const escaped = form.replace(/[.]/g, '\\.');
      return new RegExp(`(?<![\\w.:-])(\\w+\\.)*${escaped}(?!\\w|\\.\\w|:[0-9a-f])`, 'i').test(plain);
    });
    const binary = /\.(pcapng|bin)(\.gz)?$/.test(file);
    return inText || (binary && bytes.some((form) => content.includes(form))) ? [file] : [];
  });
}

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/purge', reason ?? '')) {
  const stand = await standUp({ world: 'tiny' });
  const first = stand.folder('first');
  const made = await census(stand, ['run', '-c', stand.config, first]);

  test('a run is there, and names whom the tests purge', async () => {
    assert.is(made.exitCode, 0, made.stdout + made.stderr);
  });

  const parties: [party: string, gone: string[], stays: string[], sentence: string][] = [
    ['198.18.4.1', ['198.18.4.1'], ['198.18.4.2', 'linux.example'], 'an address of a name that has another one'],
    ['198.18.9.1', ['198.18.9.1'], ['multihomed.example', '198.18.48.77'], 'an address that announced others'],
    ['198.18.48.77', ['198.18.48.77'], ['198.18.9.1', '2001:db8:32::77'], 'an address that another one announced'],
    ['2001:DB8:32:0:0:0:0:77', ['2001:db8:32::77'], ['198.18.48.77'], 'the same of IPv6, in another notation'],
    ['::ffff:198.18.4.2', ['198.18.4.2'], ['198.18.4.1', '198.18.33.1'], 'a mapped one'],
    ['64:FF9B::198.18.4.2', ['198.18.4.2'], ['198.18.4.1', '198.18.33.1'], 'a translated one, in upper case'],
    ['2001:db8:4:1::1', ['2001:db8:4:1::1'], ['twostacks.example', '198.18.4.1'], 'an IPv6 host'],
    ['198.18.4.0/26', ['198.18.4.1', '198.18.4.2'], ['198.18.33.1', 'linux.example'], 'a prefix'],
    [
      '198.18.78.0/29',
      ['198.18.78.1', '198.18.78.0/29'],
      ['198.18.4.1'],
      'one that had opted out, with its entry in the blocklist',
    ],
    [
      'MultiHomed.example.',
      ['multihomed.example'],
      ['198.18.9.1', 'mixed.example'],
      'a name with the dot of the root, and those below it',
    ],
    ['198.18.40.1', ['198.18.40.1'], ['closed.example'], 'one that answered with a RST'],
  ];
  for (const [party, gone, stays, sentence] of parties) {
    test(`${sentence} (${party}) is found nowhere afterwards, others are, counts add up and a replay gives the same rows`, async () => {
      const folder = stand.folder(`purged-${party.replaceAll(/[/:]/g, '-')}`);
      await cp(first, folder, { recursive: true });
      const before = await contents(folder);
      for (const text of [...gone, ...stays]) assert.not.equal(found(before, text), [], `${text} is not there before`);
      const purge = await mptcpCensus('purge', party, folder);
      assert.is(purge.exitCode, 0, purge.stdout + purge.stderr);
      assert.match(purge.stdout, /: [1-9]\d* lines and \d+ packets in \d+ raw files/);
      const after = await contents(folder);
      for (const text of gone) assert.equal(found(after, text), [], text);
      for (const text of stays) assert.not.equal(found(after, text), [], `${text} is gone too`);
      const manifest = await readManifest(folder);
      for (const [stage, { counts }] of Object.entries(manifest?.stages ?? {})) {
        if (counts !== null) assert.is(accounted(counts), counts.units_in, stage);
      }
      assert.is(manifest?.purges.length, 1);
      const replay = await mptcpCensus('replay', folder);
      assert.is(replay.exitCode, 0, replay.stdout + replay.stderr);
      const again = await census(stand, ['run', '-c', stand.config, folder]);
      assert.is(again.exitCode, parsePrefix(party)?.length === 29 ? 0 : 0, again.stdout + again.stderr);
      assert.not.match(again.stdout, /done in/, 'a start after it measures nothing');
      await rm(folder, { recursive: true });
    });
  }

  test('what is no address, prefix or name is refused, and so is a folder without a run', async () => {
    const nonsense = await mptcpCensus('purge', 'nobody at all', first);
    assert.is(nonsense.exitCode, 2);
    assert.match(nonsense.stderr, 'is no address, prefix or name');
    const nowhere = await mptcpCensus('purge', '198.18.4.1', stand.folder('none'));
    assert.is(nowhere.exitCode, 2);
    assert.match(nowhere.stderr, 'holds no manifest.json');
  });

  test('a purge that is killed and started again comes to the end of one that was not', async () => {
    const [straight, killed] = [stand.folder('straight'), stand.folder('killed')];
    for (const folder of [straight, killed]) await cp(first, folder, { recursive: true });
    const began = performance.now();
    await mptcpCensus('purge', '198.18.4.1', straight);
    const whole = performance.now() - began;
    for (let share = 0.3; share < 1; share += 0.1) {
      const purge = execa(process.execPath, [...cli, 'purge', '198.18.4.1', killed], { reject: false });
      const timer = setTimeout(() => purge.kill('SIGKILL'), whole * share);
      await purge;
      clearTimeout(timer);
    }
    const last = await mptcpCensus('purge', '198.18.4.1', killed);
    assert.is(last.exitCode, 0, last.stderr);
    const digests = async (folder: string) => {
      const manifest = await readManifest(folder);
      const stages = Object.entries(manifest?.stages ?? {}).map(([name, { digest, counts }]) => [name, digest, counts]);
      return { result: manifest?.result_sha256, stages: stages.filter(([name]) => name !== 'report') };
    };
    assert.equal(await digests(killed), await digests(straight));
    assert.equal(found(await contents(killed), '198.18.4.1'), []);
    assert.is((await mptcpCensus('replay', killed)).exitCode, 0);
    assert.equal(
      (await filesBelow(killed)).filter((file) => /\.(purge|tmp)$/.test(basename(file))),
      [],
    );
  });

  test('the lab is taken down', async () => {
    await tearDown(stand.lab);
  });
}

test.run();
