// takes: long
// runs: behind
import { mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { lineParser } from '../../../orchestrator/core/part/parse-line.ts';
import { judgeEndpoints } from '../../../orchestrator/evidence/judge.ts';
import { ScanRecord } from '../../../orchestrator/schemas/records/scan.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';

const test = suite('how much judge holds');
const parse = lineParser(findTool('syn_prober', 'zmap'), ScanRecord, Config.parse({ targets: { addresses: '-' } }));

/** More than fill its bounds of replies, of keys and of endpoints. */
const hosts = 330_000;
const addressOf = (host: number) => `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`;

/** Replies of that many hosts, each with a key. */
function* replies(): Generator<string> {
  const fixture = readFileSync(new URL('../../fixtures/zmap/v1.ndjson', import.meta.url), 'utf8');
  const line = fixture.split('\n').find((one) => one.includes('"mp_capable"')) ?? '';
  const { saddr } = JSON.parse(line);
  const pieces = line.split(saddr);
  for (let host = 0; host < hosts; host++) yield pieces.join(addressOf(host));
}

/** Files of a folder that this process has open, those that have no name any more too. */
function openIn(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

test('replies, keys and endpoints of more hosts than have room are on disk, each by its own bound', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'judge-'));
  let read: string[] = [];
  async function* batches() {
    let some: string[] = [];
    for (const line of replies()) {
      if (some.push(line) < 1000) continue;
      yield some;
      some = [];
    }
    yield some;
    read = [...readdirSync(folder), ...openIn(folder)];
  }
  let [count, first] = [0, ''];
  let judged: string[] = [];
  for await (const some of judgeEndpoints(batches(), parse, (line) => assert.unreachable(line), {
    folder: () => folder,
  })) {
    if (count === 0) [first, judged] = [some[0]?.address ?? '', readdirSync(folder)];
    count += some.length;
  }
  assert.equal([count, first], [hosts, addressOf(0)]);
  assert.equal(read.sort(), ['keys (deleted)', 'replies']);
  assert.equal(judged, ['endpoints']);
  assert.equal([readdirSync(folder), openIn(folder)], [[], []]);
});

test.run();
