import { addCat } from './cat.ts';
import { addEthics, addProbing } from './describe.ts';
import { addDiff } from './diff.ts';
import { addDoctor } from './doctor.ts';
import { addHistory } from './history.ts';
import type { AddCommand } from './host.ts';
import { addInit } from './init.ts';
import { addJudge } from './judge.ts';
import { addPurge } from './purge.ts';
import { addRelease } from './release.ts';
import { addReplay } from './replay.ts';
import { addRun } from './run.ts';
import { addSite } from './site.ts';
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
  addTraffic,
  addHistory,
  addSite,
  addRelease,
  addDiff,
];
