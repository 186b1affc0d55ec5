import { addAudit } from './audit.ts';
import { addCat } from './cat.ts';
import { addEthics, addProbing } from './describe.ts';
import { addDoctor } from './doctor.ts';
import type { AddCommand } from './host.ts';
import { addInit } from './init.ts';
import { addJudge } from './judge.ts';
import { addPurge } from './purge.ts';
import { addReplay } from './replay.ts';
import { addRun } from './run.ts';
import { addDiff } from './series/diff.ts';
import { addHistory } from './series/history.ts';
import { addRelease } from './series/release.ts';
import { addSite } from './series/site.ts';
import { addTraffic } from './traffic.ts';
import { addVerify } from './verify.ts';

/** Every command, in the order of the help. What a command alone needs is loaded by it: `cat` prints its first line before the figures' library would be read. */
export const commands: readonly AddCommand[] = [
  addInit,
  addDoctor,
  addRun,
  addCat,
  addReplay,
  addVerify,
  addPurge,
  addProbing,
  addEthics,
  addJudge,
  addAudit,
  addTraffic,
  addHistory,
  addSite,
  addRelease,
  addDiff,
];
