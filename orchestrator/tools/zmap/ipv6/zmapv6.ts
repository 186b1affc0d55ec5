import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { CensusError } from '../../../errors.ts';
import { addressText } from './hitlist.ts';

/** What ZMapv6 needs that the plug-in does not: targets as text, and our address. */

const addressBytes = 16;

/** Writes a hitlist, whose opt-outs and special ranges are taken out already, as one address per line; gives their number. */
export async function writeAddresses(hitlist: string, path: string): Promise<number> {
  const file = await open(path, 'w');
  let rest = Buffer.alloc(0);
  let written = 0;
  try {
    for await (const chunk of createReadStream(hitlist)) {
      const bytes = Buffer.concat([rest, chunk]);
      const whole = bytes.length - (bytes.length % addressBytes);
      let text = '';
      for (let at = 0; at < whole; at += addressBytes)
        text += `${addressText(bytes.subarray(at, at + addressBytes))}\n`;
      await file.write(text);
      written += whole / addressBytes;
      rest = bytes.subarray(whole);
    }
  } finally {
    await file.close();
  }
  return written;
}

/** @throws CensusError E_INPUT when the interface has no IPv6 address to send from */
export function ownAddress6(name: string | null): string {
  const found = Object.entries(networkInterfaces()).flatMap(([own, addresses]) =>
    name === null || name === own ? (addresses ?? []) : [],
  );
  const usable = found.find(
    ({ family, internal, address }) => family === 'IPv6' && !internal && !/^fe[89ab]/i.test(address),
  );
  if (usable !== undefined) return usable.address;
  throw new CensusError(
    'E_INPUT',
    `${name ?? 'this machine'} has no IPv6 address that is not link-local, to send IPv6 probes from`,
    'give the interface one, name another by scan.interface, or scan only IPv4',
  );
}
