import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Runs the toy pipeline in this process, which ends with SIGKILL as a file gets its name: whatever a run keeps, it keeps by a rename.
 * Usage: node --import tsx killed-at.ts FOLDER before|after PATH_IN_FOLDER [TIMES]
 */
const [folder = '', when = '', path = '', times = '1'] = process.argv.slice(2);
const { rename } = fs.promises;
let left = Number(times);
fs.promises.rename = async (from, to) => {
  const here = String(to) === `${folder}/${path}`;
  if (here) left -= 1;
  if (here && left === 0 && when === 'before') process.kill(process.pid, 'SIGKILL');
  await rename(from, to);
  if (here && left === 0 && when === 'after') process.kill(process.pid, 'SIGKILL');
};
syncBuiltinESMExports();

const { runToy, toyConfig } = await import('./toy.ts');
await runToy(folder, toyConfig);
