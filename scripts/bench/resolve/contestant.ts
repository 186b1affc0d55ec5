import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveByLoop } from './c-ares.ts';
import { nameAt } from './names.ts';
import { resolveByStage } from './stage.ts';

/** One contestant in a process of its own; prints what it took as JSON. Usage: contestant.ts stage|c-ares|many RESOLVER NAMES DEAD OPEN FOLDER */
const [who = '', resolver = '', count = '', share = '', limit = '', folder = ''] = process.argv.slice(2);
const [names, dead, open] = [Number(count), Number(share), Number(limit)];
await mkdir(folder, { recursive: true });

async function compete() {
  if (who === 'many') {
    // not a list: the names themselves would be what grows
    const [begun, used] = [performance.now(), process.cpuUsage()];
    const sql = `SELECT 'n' || range || '.live.example' AS name FROM range(${names})`;
    const { firstPass, ...done } = await resolveByStage(sql, { resolver, open, folder });
    return { ...done, begun, used, asked: firstPass };
  }
  const list = Array.from({ length: names }, (_, n) => nameAt(n, dead));
  if (who === 'c-ares') {
    const [begun, used] = [performance.now(), process.cpuUsage()];
    const done = await resolveByLoop(list, { resolver, open, patience: 10_000, folder });
    return { ...done, begun, used, secondPass: 0, askedAgain: 0 };
  }
  const file = join(folder, 'names.txt');
  await writeFile(file, `${list.join('\n')}\n`);
  const sql = `SELECT name FROM read_csv('${file}', header = false, columns = {name: 'VARCHAR'})`;
  const [begun, used] = [performance.now(), process.cpuUsage()];
  const { firstPass, ...done } = await resolveByStage(sql, { resolver, open, folder });
  return { ...done, begun, used, asked: firstPass };
}

const { begun, used, ...done } = await compete();
const { user, system } = process.cpuUsage(used);
const whole = (performance.now() - begun) / 1000;
const peak = (process.resourceUsage().maxRSS * 1024) / 1e6;
console.log(JSON.stringify({ ...done, whole, processor: (user + system) / 1e6, peak }));
