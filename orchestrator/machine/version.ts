import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Folder of package.json: the sources' parent in development, that of dist/ when built. */
export const packageRoot = join(import.meta.dirname, '..', '..');

/** Where our own programs are built. */
export const ownPrograms = join(packageRoot, 'zmap-module', 'build');

/** Version in package.json. */
export function censusVersion(): string {
  const text = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return z.looseObject({ version: z.string() }).parse(JSON.parse(text)).version;
}
