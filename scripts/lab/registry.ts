import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/**
 * Where the labs of this machine keep what they need while they stand, one folder each. A test of what happens to labs without an owner
 * keeps its own elsewhere: each lab that comes up removes the ownerless ones of its folder.
 */
const HOME = process.env.MPTCP_CENSUS_LAB_HOME ?? '/run/mptcp-census-lab';

const Owner = z.strictObject({
  pid: z.int().describe('process that the lab lives and dies with'),
  started: z.string().describe('its start time as /proc has it, so that a reused number is not taken for it'),
});
const LabState = z.strictObject({
  id: z
    .string()
    .regex(/^[0-9a-f]{6}$/)
    .describe('run id, part of every namespace name'),
  world: z.string().describe('name of the world'),
  data: z.string().describe('folder with what a census reads, and the truth'),
  keep_data: z.boolean().describe('whether the folder outlives the lab'),
  checkout: z.string().describe('repository that set it up'),
  scanner: z.string().describe('namespace of the scanner'),
  namespaces: z.array(z.string()).describe('all namespaces of the lab'),
  owner: Owner.nullable().describe('null: runs until it is torn down'),
});
export type LabState = z.infer<typeof LabState>;

/** Six hex digits. */
export function newId(): string {
  return randomBytes(3).toString('hex');
}

export function folderOf(id: string): string {
  return path.join(HOME, id);
}

/** Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat), or null when there is none. */
async function startedAt(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie is dead, though its parent has not noticed yet.
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** This process as an owner. */
export async function thisProcess(): Promise<LabState['owner']> {
  return { pid: process.pid, started: (await startedAt(process.pid)) ?? '' };
}

/** True for a lab whose owner is gone; a standing lab has none to lose. */
export async function isOwnerless(state: LabState): Promise<boolean> {
  return state.owner !== null && (await startedAt(state.owner.pid)) !== state.owner.started;
}

/** Written before anything of the lab exists, so that whatever exists can be found and removed. */
export async function writeState(state: LabState): Promise<void> {
  const folder = folderOf(state.id);
  await mkdir(folder, { recursive: true });
  const beside = path.join(folder, '.state.json');
  await writeFile(beside, JSON.stringify(state));
  await rename(beside, path.join(folder, 'state.json'));
}

export async function readState(id: string): Promise<LabState | null> {
  try {
    return LabState.parse(JSON.parse(await readFile(path.join(folderOf(id), 'state.json'), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Every lab of this machine. */
export async function allLabs(): Promise<LabState[]> {
  const ids = await readdir(HOME).catch(() => []);
  const states = await Promise.all(ids.map(readState));
  return states.filter((state) => state !== null);
}

export async function forget(id: string): Promise<void> {
  await rm(folderOf(id), { recursive: true, force: true });
}
