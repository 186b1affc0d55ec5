import { join } from 'node:path';
import { parsePrefix } from '../../address/ip.ts';
import { rawExists, rawNames, rawText } from '../../core/folder/raw-files.ts';
import type { LossFact } from '../../machine/notices.ts';
import { readMetadata } from './metadata.ts';
import { flavours } from './program.ts';
import { resetsOf } from './resets.ts';
import { targetFiles } from './targets.ts';

/** In the raw folder, how zmap got our module; not in runs of before 2026-12, which all loaded the plug-in. */
export const flavourFile = 'zmap-flavour.txt';

/** Addresses that a part was given for one family: those on the allowlist, or the lines that the hitlist was made of. */
async function asked(folder: string, family: 4 | 6): Promise<number> {
  const name = family === 4 ? targetFiles[4].allowlist : targetFiles[6].text;
  const lines = (await rawText(join(folder, name))).split('\n').filter((line) => line !== '');
  if (family === 6) return lines.length;
  return lines.reduce((sum, line) => sum + 2 ** (32 - (parsePrefix(line)?.length ?? 32)), 0);
}

async function isTree6(folder: string): Promise<boolean> {
  const path = join(folder, flavourFile);
  return (await rawExists(path)) && (await rawText(path)).trim() === flavours.tree6;
}

/** Facts that most parts have not. */
type MoreFact = LossFact | 'out_rsts' | 'units_opted_out' | 'packets_opted_out';

/** Packets of a part: what was sent, read, and lost, over all runs; and targets that zmap's blocklist took out of prefixes. */
export async function zmapFacts(folder: string): Promise<Record<string, number>> {
  const facts = { targets_sent: 0, send_failures: 0, packets_received: 0, receive_drops: 0, units_blocked: 0 };
  const more: Partial<Record<MoreFact, number>> = {};
  const add = (name: MoreFact, count: number) => {
    more[name] = (more[name] ?? 0) + count;
  };
  const tree6 = await isTree6(folder);
  for (const file of await rawNames(folder)) {
    if (!file.endsWith('.metadata.json')) continue;
    const name = file.replace(/\.metadata\.json$/, '');
    const metadata = await readMetadata(folder, name);
    if (metadata === null) continue;
    const family = name.endsWith('-ipv6') ? 6 : 4;
    facts.targets_sent += metadata.sent - metadata.opted_out;
    if (metadata.opted_out_packets > 0) {
      add('units_opted_out', metadata.opted_out);
      add('packets_opted_out', metadata.opted_out_packets);
    }
    facts.send_failures += metadata.send_failures;
    facts.packets_received += metadata.received;
    facts.receive_drops += metadata.dropped;
    // ZMapv6 allows every number when its targets are in a file; what a complete run sent to is what was allowed
    facts.units_blocked += (await asked(folder, family)) - (family === 6 ? metadata.sent : metadata.allowed);
    // ZMapv6 sends the first IPv4 packet of its sending thread to 0.0.0.0, and that target gets none
    if (tree6 && family === 4) add('first_targets_unsent', 1);
    const resets = await resetsOf(folder, name);
    if (resets !== null) add('out_rsts', resets);
  }
  return { ...facts, ...more };
}
