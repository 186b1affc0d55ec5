/** Lies in a run folder from the first file that a purge changes to its end: hashes are wrong in between. It never says whose purge it is. */
export const purgeMark = 'purging';
