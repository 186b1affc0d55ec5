/** Lies in a run folder from the first file that a purge changes to its end: hashes are wrong in between. purge/mark.ts writes it. */
export const purgeMark = 'purging';
