import type { Config } from '../config/config.ts';
import { every } from '../core/process/timer.ts';
import type { Uplink } from '../core/uplink/over-uplink.ts';
import { defaultRoute } from '../machine/route.ts';
import { lossOf, type Way, wayOut } from './way.ts';

const lookMs = 1_000;

/**
 * Watches an interface and the way out of this machine. The kernel counts how often a link came and went, so that none is missed between
 * two looks; addresses and routes are compared with those that the run began with.
 */
export function watchedUplink(name: string, { look = () => wayOut(name), ms = lookMs } = {}): Uplink {
  const first = look();
  return {
    watch(lost) {
      const { changes } = look();
      const before: Way = { ...first, changes };
      let told = false;
      async function compare(): Promise<void> {
        const what = told ? null : lossOf(name, before, look());
        if (what === null) return;
        told = true;
        lost(what);
      }
      const end = every(ms, compare);
      return async () => {
        await end();
        await compare();
      };
    },
  };
}

/** What a run with this configuration sends by; null where this machine has no way out at all, as for programs of the user's own. */
export function uplinkOf({ scan }: Config): Uplink | null {
  const name = scan.interface ?? defaultRoute()?.interface ?? null;
  return name === null ? null : watchedUplink(name);
}
