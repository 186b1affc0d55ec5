import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Of } from '../../../orchestrator/core/folder/files.ts';
import { type Manifest, ManifestFile } from '../../../orchestrator/core/folder/manifest.ts';
import { isDamage } from '../../../orchestrator/verify/finding.ts';
import { requireUndamaged } from '../../../orchestrator/verify/undamaged.ts';
import { verify } from './whole-run.ts';

const test = suite('lines of a blocklist that nobody understood');

const file = 'rejects/opt_outs.ndjson';

/** A run that looked at a changed blocklist once, and hashed what it did not understand of it. */
async function reread(finished_at: string | null): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'opt-out-rejects-'));
  const line = '{"stage":"opt_outs"}\n';
  const [bytes, sha256] = ['198.18.9.1\n', sha256Of('198.18.9.1\n')];
  const kept = { from: 'blocklist', copy: `blocklists/${sha256}.conf`, sha256, prefixes: 1 };
  const read = { ...kept, at: '2026-11-26T00:00:00Z', rejected_lines: 1, rejects_sha256: sha256Of(line) };
  const at = '2026-11-26T00:00:00Z';
  const start = {
    at,
    census: {},
    vantage: {},
    changed: {},
    corrected: {},
    blocklist: kept,
    rereads: [read],
    clock_steps: [],
  };
  const manifest: Manifest = {
    ...{ schema_version: 2, run: 'run', created_at: at, finished_at, census: {}, vantage: {}, seed: 1, config: {} },
    ...{
      inputs: {},
      programs: {},
      starts: [start],
      stages: {},
      sentinels: [],
      vantage_impaired: null,
      purges: [],
      rule_set: 'ours',
      rules_version: null,
    },
    result_sha256: null,
  };
  for (const name of ['blocklists', 'rejects']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, kept.copy), bytes);
  writeFileSync(join(folder, file), line);
  await new ManifestFile(folder, manifest).save();
  return folder;
}

test('more of them than were hashed, as a kill leaves them, keep no run from going on', async () => {
  const folder = await reread(null);
  appendFileSync(join(folder, file), '{"stage":"opt_outs"}\n');
  await requireUndamaged(folder, []);
  assert.equal((await verify(folder)).filter(isDamage), []);
});

test('of a finished run they are compared', async () => {
  const folder = await reread('2026-11-26T01:00:00Z');
  const damaged = async () => (await verify(folder)).filter((one) => isDamage(one) && one.path === file);
  assert.equal(await damaged(), []);
  appendFileSync(join(folder, file), '{"stage":"opt_outs"}\n');
  assert.equal(
    (await damaged()).map(({ told, kind }) => [told, kind]),
    [['differs', 'unread']],
  );
});

test.run();
