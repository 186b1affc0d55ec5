import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { openDatabase, rows, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { viewSql } from '../../../orchestrator/core/database/sql.ts';
import { accounted } from '../../../orchestrator/core/folder/entries.ts';
import { RunFolder } from '../../../orchestrator/core/folder/folder.ts';
import { ManifestFile } from '../../../orchestrator/core/folder/manifest.ts';
import { runStages } from '../../../orchestrator/core/run.ts';
import { TargetsRecord } from '../../../orchestrator/schemas/records/targets.ts';
import { targets } from '../../../orchestrator/stages/targets.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';
import { emptyManifest } from '../core/toy.ts';

const test = suite('stages/targets');

const first = '1,a.example\n2,b.example\n3,not a name\n4,c.example';
const second =
  '"rank","domain","note"\n"10","c.example","x, y"\n"20","d.example"\n"30","e.example\n"x","f.example",""\n\n"40","a.example",""';

test('several lists make one stage: every line is counted, keeps its list and its own number, and is read as its list is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'targets-'));
  try {
    writeFileSync(join(folder, 'first.csv'), first);
    writeFileSync(join(folder, 'second.csv'), second);
    const out = join(folder, 'run');
    const list = [join(folder, 'first.csv'), { list: join(folder, 'second.csv'), as: 'quoted' }];
    // Parts end within both lists.
    const config = Config.parse({ targets: { list, www: false }, parts: { targets: 3 } });
    const manifest = new ManifestFile(out, emptyManifest());
    const run = { folder: new RunFolder(out), manifest, config, stages: [targets(findTool)], report: () => undefined };
    await runStages({ ...run, signal: new AbortController().signal, terminal: false });
    const entry = manifest.data.stages.targets;
    assert.equal(entry?.counts?.skipped, { header: 1 });
    assert.equal(entry?.counts?.rejected, { not_a_name: 1, open_quote: 1, not_a_rank: 1, blank: 1 });
    assert.equal([entry?.counts?.units_in, entry?.counts?.answered], [11, 6]);
    assert.is(entry?.counts && accounted(entry.counts), 11);
    assert.equal(
      entry?.sources.map(({ as, lines, columns }) => [as, lines, columns.name, columns.rank]),
      [
        ['first.csv', 4, '2', '1'],
        ['quoted', 7, 'domain', 'rank'],
      ],
    );
    const database = await openDatabase({ temp: join(folder, '.tmp') });
    const files = Object.keys(entry?.parts ?? {}).map((part) => run.folder.records('targets', part));
    await runSql(database, viewSql('targets', files, TargetsRecord));
    const read: string[] = [];
    for await (const row of rows(database, 'FROM targets')) {
      const { list: number, line, name, rank } = TargetsRecord.parse(row);
      read.push(`${number}:${line} ${name} ${rank}`);
    }
    database.closeSync();
    const expected = [
      '1:1 a.example 1',
      '1:2 b.example 2',
      '1:4 c.example 4',
      '2:2 c.example 10',
      '2:3 d.example 20',
      '2:7 a.example 40',
    ];
    assert.equal(read, expected);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
