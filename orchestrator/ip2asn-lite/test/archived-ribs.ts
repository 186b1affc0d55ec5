import { gzipSync } from 'node:zlib';
import type { FetchOptions } from '../src/index.ts';
import { type Archive, type ArchiveOptions, withArchive } from './archive-server.ts';
import { peerIndexTable, rib, sequence } from './mrt-writer.ts';
import { withFolder } from './scratch.ts';

export const utc = (text: string): Date => new Date(`${text}Z`);

/** A RIB of 2000 prefixes. */
export const RIB = gzipSync(
  Buffer.concat([
    peerIndexTable([{ address: '198.18.0.1', asn: 10 }]),
    ...Array.from({ length: 2000 }, (_, i) => {
      const path = sequence(10, (i * 2654435761) % 400_000);
      return rib(`198.18.${i >> 8}.${i & 255}/32`, [{ peer: 0, path }]);
    }),
  ]),
);

export const ROUTEVIEWS = ['20151031.2200', '20151101.0000', '20151101.0200', '20151101.0600'].map(
  (stamp) => `/bgpdata/${stamp.slice(0, 4)}.${stamp.slice(4, 6)}/RIBS/rib.${stamp}.bz2`,
);
export const RIS = ['20151031.1600', '20151101.0000', '20151101.0800'].map(
  (stamp) => `/rrc00/${stamp.slice(0, 4)}.${stamp.slice(4, 6)}/bview.${stamp}.gz`,
);

/** An archive with RIBs of both layouts, and a folder to keep them in. */
export function withRibs(
  options: ArchiveOptions,
  use: (archive: Archive, call: FetchOptions) => Promise<void>,
): Promise<void> {
  return withArchive(options, (archive) =>
    withFolder((folder) => {
      for (const path of [...ROUTEVIEWS, ...RIS]) archive.files.set(path, RIB);
      const onProgress = (bytes: number): void => archive.taken(bytes);
      const fast = { retryDelay: 1, retries: 3, stallTimeout: 1000, onProgress };
      return use(archive, { from: archive.base, at: utc('2015-11-01T05:00'), folder, ...fast });
    }),
  );
}

/** The requests for files, in order. */
export const gets = (archive: Archive): string[] => archive.log.filter((line) => /GET .*\.(gz|bz2)/.test(line));
