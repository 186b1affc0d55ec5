import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '../../../orchestrator/config/config.ts';
import type { SourceEntry } from '../../../orchestrator/core/folder/entries.ts';
import { Reject } from '../../../orchestrator/core/tool.ts';
import { readSource } from '../../../orchestrator/lists/read.ts';
import { listSources } from '../../../orchestrator/lists/sources.ts';
import { ListRaw } from '../../../orchestrator/tools/list/raw.ts';
import { list as listTool } from '../../../orchestrator/tools/list/tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'lists-'));

/** What became of a list, line by line. */
export interface Read {
  /** "name rank" of each entry. */
  entries: string[];
  /** "line reason" of each line that is no target. */
  others: string[];
  source: SourceEntry;
}

export function listFile(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** Reads a list as the stage does, and its lines as the tool does. */
export async function readList(path: string, wanted: object = {}): Promise<Read> {
  const config = Config.parse({ targets: { list: path, www: false, ...wanted } });
  const [source] = listSources(config.targets);
  if (source === undefined) throw new Error('no list');
  const read: Omit<Read, 'source'> = { entries: [], others: [] };
  const units = readSource(source, 1, { path, fetched: null });
  for (;;) {
    const { value, done } = await units.next();
    if (done) return { ...read, source: value };
    for (const { row, skip } of value) {
      const raw = ListRaw.parse(row);
      const made = skip === null ? listTool.toRecord(raw, { config }) : new Reject(skip);
      if (made instanceof Reject) read.others.push(`${raw.line} ${made.reason}`);
      else for (const { target, rank } of [made].flat()) read.entries.push(`${target} ${rank}`);
    }
  }
}
