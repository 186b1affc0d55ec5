import { statSync } from 'node:fs';
import { readBlocklist } from '../address/blocklist.ts';
import type { Change } from '../core/folder/manifest.ts';
import type { OptOuts } from '../core/folder/opt-outs.ts';
import { CensusError } from '../errors.ts';
import type { Config } from './config.ts';

function isLower(before: unknown, after: unknown): boolean {
  // null is the prober's own limit, which only a lab run may leave to it.
  return typeof after === 'number' && (before === null || (typeof before === 'number' && after < before));
}

/** Keys that a started run may change, and in which direction: whatever only restrains sending, or says who sends and from where, or leaves the result alone. */
const changeable: Readonly<Record<string, (before: unknown, after: unknown) => boolean | null>> = {
  contact: () => true,
  'scan.interface': () => true,
  'scan.gateway_mac': () => true,
  'scan.rate': isLower,
  'scan.retries': isLower,
  'handshake.rate': isLower,
  'handshake.most_held': isLower,
  'handshake.concurrency': isLower,
  // Switched off, no announced address is sent anything any more; what was asked before stays. Switched on, it is like any other setting.
  'handshake.join': (_, after) => (after === false ? true : null),
  'resolve.window': isLower,
  'resolve.open': isLower,
  // Another file, or one where there was none. What it holds is compared by itself: no opt-out may be dropped.
  'scan.blocklist': () => true,
  // Where copies of lists lie says nothing of them.
  'targets.cache': () => true,
  // It says how a result is computed, not which.
  memory: () => true,
  // It decides whether the rest is asked, and changes nothing that was.
  'scan.canary': () => true,
  // It says what may be asked, and changes nothing that was.
  budget: () => true,
  // They are asked beside the run, and change no record of it.
  'sentinels.v1': () => true,
  'sentinels.v0': () => true,
  'sentinels.plain': () => true,
  // However long it is, an opt-out holds within a minute.
  'scan.reread': () => true,
};

/** Whether a started run lets a change of its configuration through; null for keys that restrain nothing: their stage decides. */
export function mayChange({ key, before, after }: Change): boolean | null {
  return changeable[key.replace(/^scan\.canary\..*/, 'scan.canary')]?.(before, after) ?? null;
}

/** Whether a change is of the prefix table: once one was fetched for the run, it is that one. */
export function namesTable({ key }: Change): boolean {
  return key === 'asn.rib' || key === 'asn.archive' || key === 'asn.within_hours';
}

/** Whether a change is of the controls and second opinions that later stages follow. */
export function drawsControls({ key }: Change): boolean {
  return key === 'confirm' || key.startsWith('confirm.');
}

/** Whether something is there that is no file: a pipe would be waited for. What is absent or closed is told of by whoever reads it. */
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
      `scan.blocklist: ${path} is no file`,
      'it is read again while the run sends, which a folder, a pipe or a device cannot be; name a file',
    );
  }
  const { bytes, prefixes } = readBlocklist(path);
  if (prefixes.length > 0 || config.lab) return { path, bytes, prefixes };
  throw new CensusError(
    'E_REFUSED',
    `scan.blocklist: ${path} holds no entry`,
    'those who opted out of earlier scans are listed there; if nobody has yet, list your own networks, or the special-purpose ranges (docs/ethics.md)',
  );
}
