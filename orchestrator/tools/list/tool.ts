import type { Config } from '../../config/config.ts';
import { Reject, type Tool } from '../../core/tool.ts';
import { type Line, lineUnit } from '../../roles.ts';
import type { TargetsRecord } from '../../schemas/records/targets.ts';
import { parseEntry, parseTarget, withoutWww } from './line.ts';
import { ListRaw } from './raw.ts';
import { parseRow } from './row.ts';

/**
 * A list of names doubled with `www.` (paper, section 3), or of addresses and prefixes. Lines are judged one by one:
 * a name listed twice gives its records twice.
 */
export const list: Tool<Line, ListRaw, TargetsRecord, Config> = {
  name: 'list',
  inOrder: true,

  async *decode(context) {
    for await (const rows of context.batches()) yield rows.map((row) => ({ value: row, line: row.text }));
  },

  raw: ListRaw,

  toRecord({ line, text, list = 1, form }, { config }) {
    if (!('list' in config.targets)) {
      const target = parseTarget(text);
      if (typeof target === 'string') return new Reject(target, lineUnit(line, list));
      return { list, line, ...target, name: null, rank: null, www: false };
    }
    const entry = form === undefined ? parseEntry(text) : parseRow(text, form);
    if (entry === null) return new Reject('unknown_form', lineUnit(line, list));
    if (typeof entry === 'string') return new Reject(entry, lineUnit(line, list));
    const { name, rank } = entry;
    const bare = withoutWww(name);
    if (bare !== null) return { list, line, kind: 'name', target: name, name: bare, rank, www: true };
    const record: TargetsRecord = { list, line, kind: 'name', target: name, name, rank, www: false };
    // 249: with www. in front a longer name passes the 253 characters of the DNS (RFC 1035, 2.3.4)
    if (!config.targets.www || name.length > 249) return record;
    return [record, { list, line, kind: 'name', target: `www.${name}`, name, rank, www: true }];
  },
};
