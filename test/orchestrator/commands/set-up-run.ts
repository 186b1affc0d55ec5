import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Answers every question for an address with the same one. */
const answer =
  'while read -r line; do name=$(printf %s "$line" | cut -d\'"\' -f4); printf \'{"name":"%s","type":"A","addresses":["198.18.9.9"],"chain":[],"status":"ok","failure":null}\\n\' "$name"; done';

interface Script {
  resolve?: string[];
  scan?: string[];
}

/** A run without network and without privileges: programs of the user's own in every role that would need them. */
export function setUpRun({ resolve = ['bash', '-c', answer], scan = ['cat', '/dev/null'] }: Script) {
  const root = mkdtempSync(join(tmpdir(), 'cli-'));
  writeFileSync(join(root, 'list.csv'), '1,a.example\n2,b.example\n3,http://c.example/\n');
  const config = {
    contact: 'scan@example.org',
    lab: true,
    lab_ranges: ['198.18.0.0/15'],
    targets: { list: 'list.csv' },
    resolve: { tool: { command: resolve } },
    scan: { tool: { command: scan } },
    handshake: { tool: { command: ['cat', '/dev/null'] } },
    path: { ping: false },
    parts: { targets: 1000, resolve: 1 },
  };
  writeFileSync(join(root, 'census.yaml'), JSON.stringify(config));
  return { root, config: join(root, 'census.yaml'), folder: join(root, 'run'), answer };
}
