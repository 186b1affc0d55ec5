import { Canary as CanaryKeys } from '../../config/canary.ts';
import type { Config } from '../../config/config.ts';
import type { PartEntry } from '../../core/folder/entries.ts';
import type { Canary } from '../../core/part/canary.ts';
import { requireRoomForRest } from '../../machine/room.ts';

/** Outside the lab a census starts small, whether it is asked to or not. */
function keysOf({ scan, lab }: Config): CanaryKeys | null {
  if (scan.canary === false || (scan.canary === null && lab)) return null;
  return scan.canary ?? CanaryKeys.parse({});
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function askedOf({ counts }: PartEntry): number {
  return counts.answered + sum(counts.failed) + sum(counts.rejected);
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(2)} %`;
}

/** Packets that were lost on this machine; null when few were. */
function lossOf({ facts }: PartEntry, config: Config): string | null {
  const keys = keysOf(config);
  if (keys === null) return null;
  const fact = (name: string) => (typeof facts[name] === 'number' ? facts[name] : 0);
  const [unsent, sent] = [fact('send_failures'), fact('targets_sent')];
  const [lost, read] = [fact('receive_drops'), fact('packets_received')];
  if (unsent > keys.most_lost * (unsent + sent))
    return `${percent(unsent, unsent + sent)} of the packets did not leave this machine, more than scan.canary.most_lost`;
  if (lost > keys.most_lost * (lost + read))
    return `${percent(lost, lost + read)} of the packets that came were lost here, more than scan.canary.most_lost`;
  return null;
}

/** Why the rest of a scan must not be sent; null when nothing speaks against it. */
function objectionOf(entry: PartEntry, config: Config): string | null {
  const { counts, facts } = entry;
  const keys = keysOf(config);
  if (keys === null) return null;
  const asked = askedOf(entry);
  if (asked === 0) return null;
  const loss = lossOf(entry, config);
  if (loss !== null) return loss;
  const prohibited = typeof facts.prohibited === 'number' ? facts.prohibited : 0;
  if (prohibited > keys.most_prohibited * asked)
    return `ICMP says of ${percent(prohibited, asked)} of the units that the probes are prohibited, more than scan.canary.most_prohibited`;
  if (counts.answered < keys.least_answered * asked)
    return `${counts.answered} of ${asked} units answered, less than scan.canary.least_answered`;
  return null;
}

/** Of a scan over addresses that another one chose. */
export const drawnCanary: Canary<Config> = {
  share: (config) => keysOf(config)?.share ?? 0,
  objection: objectionOf,
  hint:
    'a lower rate, or the gateway, the firewall or the uplink may be to blame; move the raw folder of this part elsewhere to measure it ' +
    'again, or let the rest follow all the same: --set scan.canary=false',
};

/** The first answers say better than any usual share what a scan comes to, on disk too. */
export const scanCanary: Canary<Config> = {
  ...drawnCanary,
  async requireRest(entry, { units, config, folder }) {
    const asked = askedOf(entry);
    if (asked > 0) await requireRoomForRest(folder, config, { probes: units, share: entry.counts.answered / asked });
  },
};

/** Of second opinions: whoever is asked answered before, and some of the controls are those of whom ICMP says that they must not be. */
export const confirmCanary: Canary<Config> = { ...drawnCanary, objection: lossOf };
