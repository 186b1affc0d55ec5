import { join } from 'node:path';
import { parsePrefix } from '../../address/ip.ts';
import { rawExists, rawNames, rawText } from '../../core/folder/raw-files.ts';
import type { LossFact } from '../../machine/notices.ts';
import { keptBack, readMetadata } from './metadata.ts';
import { flavours } from './program.ts';
import type { ZmapMetadata } from './raw.ts';
import { resetsOf } from './resets.ts';
import { ofGroup, targetFiles } from './targets.ts';

/** In the raw folder, how zmap got our module; not in runs of before 2026-12, which all loaded the plug-in. */
export const flavourFile = 'zmap-flavour.txt';

/** Addresses that a part was given for one family: those on the allowlist, or the lines that the hitlist was made of. */
async function asked(folder: string, { run, family }: Pass): Promise<number> {
  const file = family === 4 ? targetFiles[4].allowlist : targetFiles[6].text;
  // A run that asks others than the rest of the part has lists of its own, under the name of the group that its name begins with.
  const own = ofGroup(run.split('-')[0] ?? '', file);
  const name = (await rawExists(join(folder, own))) ? own : file;
  const lines = (await rawText(join(folder, name))).split('\n').filter((line) => line !== '');
  if (family === 6) return lines.length;
  return lines.reduce((sum, line) => sum + 2 ** (32 - (parsePrefix(line)?.length ?? 32)), 0);
}

async function isTree6(folder: string): Promise<boolean> {
  const path = join(folder, flavourFile);
  return (await rawExists(path)) && (await rawText(path)).trim() === flavours.tree6;
}

interface Pass {
  /** As its files are named. */
  name: string;
  run: string;
  isFirst: boolean;
  family: 4 | 6;
  metadata: ZmapMetadata;
}

/** What zmap said of each pass of each run that went through. */
export async function passesOf(folder: string): Promise<Pass[]> {
  const passes: Pass[] = [];
  for (const file of await rawNames(folder)) {
    if (!file.endsWith('.metadata.json')) continue;
    const name = file.replace(/\.metadata\.json$/, '');
    const metadata = await readMetadata(folder, name);
    const run = name.replace(/-pass\d+$/, '');
    if (metadata !== null) {
      passes.push({ name, run, isFirst: name === run, family: run.endsWith('-ipv6') ? 6 : 4, metadata });
    }
  }
  return passes;
}

/**
 * ZMapv6 sends the first IPv4 packet of its sending thread to 0.0.0.0, and that target gets none; a later pass asks it, unless it is
 * the only one there.
 */
function firstTargetsUnsent(passes: readonly Pass[]): number {
  return passes.filter(({ isFirst, family, run }) => {
    const again = passes.some((later) => !later.isFirst && later.run === run && later.metadata.sent > 1);
    return isFirst && family === 4 && !again;
  }).length;
}

/** Facts that most parts have not. */
type MoreFact = LossFact | 'out_rsts' | 'targets_asked_again' | 'units_opted_out' | 'packets_opted_out';

/** Packets of a part: what was sent, read, and lost, over all passes; and targets that zmap's blocklist took out of prefixes. */
export async function zmapFacts(folder: string): Promise<Record<string, number>> {
  const facts = { targets_sent: 0, send_failures: 0, packets_received: 0, receive_drops: 0, units_blocked: 0 };
  const more: Partial<Record<MoreFact, number>> = {};
  const add = (name: MoreFact, count: number) => {
    more[name] = (more[name] ?? 0) + count;
  };
  const passes = await passesOf(folder);
  for (const pass of passes) {
    const { name, isFirst, family, metadata } = pass;
    const sent = metadata.sent - metadata.opted_out;
    facts.targets_sent += sent;
    if (metadata.opted_out_packets > 0) {
      await keptBack(folder, name, metadata.opted_out);
      // Later passes ask who was sent a SYN before: that one is silent, not unasked.
      if (isFirst) add('units_opted_out', metadata.opted_out);
      add('packets_opted_out', metadata.opted_out_packets);
    }
    facts.send_failures += metadata.send_failures;
    facts.packets_received += metadata.received;
    facts.receive_drops += metadata.dropped;
    if (!isFirst) add('targets_asked_again', sent);
    // ZMapv6 allows every number when its targets are in a file; what a complete run sent to is what was allowed
    else facts.units_blocked += (await asked(folder, pass)) - (family === 6 ? metadata.sent : metadata.allowed);
    const resets = await resetsOf(folder, name);
    if (resets !== null) add('out_rsts', resets);
  }
  const unsent = (await isTree6(folder)) ? firstTargetsUnsent(passes) : 0;
  return { ...facts, ...more, ...(unsent === 0 ? {} : { first_targets_unsent: unsent }) };
}
