import { join } from 'node:path';
import { writeRunFolder } from './run-folder.ts';
import { seriesRecords } from './world.ts';

/** Makes weekly runs that nobody made. Usage: node --import tsx scripts/bench/history/make.ts FOLDER RUNS HOSTS [MPTCP SHARE] */
const [folder = 'build/history', runs = '104', hosts = '5000', mptcp = '0.01'] = process.argv.slice(2);
const week = 7 * 86_400_000;
const world = { hosts: Number(hosts), mptcp: Number(mptcp), weeks: Number(runs) };
for (let i = 0; i < Number(runs); i++) {
  const time = new Date(Date.UTC(2025, 0, 6, 10) + i * week).toISOString();
  const name = `week-${String(i).padStart(3, '0')}`;
  await writeRunFolder(join(folder, name), {
    ...{ name, time, records: seriesRecords(world, i, time), asked: Math.round(1.1 * world.hosts) },
  });
  console.log(name);
}
