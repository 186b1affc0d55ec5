import fs from 'node:fs/promises';
import { naming } from '../errors.ts';

type Content = Parameters<typeof fs.writeFile>[1];
type Options = Parameters<typeof fs.writeFile>[2];

/** Writes a file as Node does, with its name in the error: of a full disk Node says what failed, and not where. */
export async function writeFile(path: string, content: Content, options?: Options): Promise<void> {
  await fs.writeFile(path, content, options).catch((error: Error) => {
    throw naming(path, error);
  });
}

/** The same of what is added to a file. */
export async function appendFile(path: string, content: string | Uint8Array, options?: Options): Promise<void> {
  await fs.appendFile(path, content, options).catch((error: Error) => {
    throw naming(path, error);
  });
}
