import { statSync } from 'node:fs';
import { readBlocklist } from '../address/blocklist.ts';
import type { Change } from '../core/folder/manifest.ts';
import type { OptOuts } from '../core/folder/opt-outs.ts';
import { CensusError } from '../errors.ts';
import type { Config } from './config.ts';

function isLower(before: unknown, after: unknown): boolean {
  // null is the prober's own limit, which only a lab run may use.
  return typeof after === 'number' && (before === null || (typeof before === 'number' && after < before));
}

/** Keys that may change in a started run, and in which direction: they only restrain sending, say who sends and from where, or do not affect the result. */
const changeable: Readonly<Record<string, (before: unknown, after: unknown) => boolean | null>> = {
  contact: () => true,
  'scan.interface': () => true,
  'scan.gateway_mac': () => true,
  'scan.rate': isLower,
  'scan.retries': isLower,
  'handshake.rate': isLower,
  'handshake.most_held': isLower,
  'handshake.concurrency': isLower,
  // Switching it off only stops sending to announced addresses. Switching it on is a change like any other.
  'handshake.join': (_, after) => (after === false ? true : null),
  'resolve.window': isLower,
  'resolve.open': isLower,
  // Another file, or a first one. Its content is compared separately: no opt-out may be dropped.
  'scan.blocklist': () => true,
  // Only the report reads these files, and it is made again.
  'asn.organisations': () => true,
  clients: () => true,
  // Where copies of lists are kept does not change what is in them.
  'targets.cache': () => true,
  // It affects how a result is computed, not the result.
  memory: () => true,
  // It decides whether the rest is probed, and changes nothing measured before.
  'scan.canary': () => true,
  // It limits what may be sent, and changes nothing measured before.
  budget: () => true,
  // They are probed beside the run, and change none of its records.
  'sentinels.v1': () => true,
  'sentinels.v0': () => true,
  'sentinels.plain': () => true,
  // Whatever its value, an opt-out takes effect within a minute.
  'scan.reread': () => true,
};

/** Whether a started run accepts a change of its configuration; null for all other keys: their stage decides. */
export function mayChange({ key, before, after }: Change): boolean | null {
  return changeable[key.replace(/^(scan\.canary|clients)\..*/, '$1')]?.(before, after) ?? null;
}

/** Whether a change concerns the prefix table: once a run has fetched one, it keeps it. */
export function namesTable({ key }: Change): boolean {
  return key === 'asn.rib' || key === 'asn.archive' || key === 'asn.within_hours';
}

/** Whether a change concerns controls and second opinions, on which later stages depend. */
export function drawsControls({ key }: Change): boolean {
  return key === 'confirm' || key.startsWith('confirm.');
}

/** Whether the path exists and is not a plain file: reading a pipe would block. A missing or unreadable file is reported by whoever reads it. */
function isNoFile(path: string): boolean {
  try {
    return !statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The blocklist of a run, read and understood as a whole before anything else happens.
 * @throws CensusError E_INPUT for a line that is not understood; E_INPUT for what is no file; E_REFUSED for a list without any entry, outside the lab
 */
export function readOptOuts(config: Config): OptOuts | null {
  const path = config.scan.blocklist;
  if (path === null) return null;
  if (isNoFile(path)) {
    throw new CensusError(
      'E_INPUT',
      `scan.blocklist: ${path} is not a plain file`,
      'it is reread while the run is sending, which does not work with a folder, a pipe or a device; name a file',
    );
  }
  const { bytes, prefixes } = readBlocklist(path);
  if (prefixes.length > 0 || config.lab) return { path, bytes, prefixes };
  throw new CensusError(
    'E_REFUSED',
    `scan.blocklist: ${path} has no entries`,
    'list those who opted out of earlier scans; if nobody has yet, list your own networks, or the special-purpose ranges (docs/ethics.md)',
  );
}
