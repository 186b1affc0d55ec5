import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import ipaddr from 'ipaddr.js';
import { longestMatch } from './addresses.ts';
import type { WhoisRow } from './data.ts';

/**
 * A whois server that speaks Team Cymru's bulk protocol: `begin`, options (`verbose`), one address per line, `end`; one answer line per
 * address, columns joined by " | " and padded as theirs are. Without `begin`, one query line gets one answer.
 */
const HEADER = ['AS', 'IP', 'BGP Prefix', 'CC', 'Registry', 'Allocated', 'AS Name'];
const WIDTHS = [7, 16, 19, 2, 8, 10, 0];

function columns(cells: readonly string[]): string {
  return `${cells.map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0)).join(' | ')}\n`;
}

function brief(cells: readonly string[]): string[] {
  return [cells[0], cells[1], cells[6]].map((cell, i) => (cell ?? '').padEnd(i < 2 ? (WIDTHS[i] ?? 0) : 0));
}

/** The seven columns for one address; NA where the table has nothing, as the real service says it. */
export function answer(table: readonly WhoisRow[], address: string): string[] {
  const row = longestMatch(table, address);
  if (!row) return ['NA', address, 'NA', '', '', '', 'NA'];
  return [String(row.asn), address, row.prefix, row.country, row.registry, row.allocated, row.name];
}

async function converse(socket: Socket, table: readonly WhoisRow[], date: string): Promise<void> {
  let verbose = false;
  let bulk = false;
  let count = 0;
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('error', () => socket.destroy()); // readline hands on what the socket says, and unheard it would end the server
  for await (const line of lines) {
    const word = line.trim();
    count += 1;
    if (word === '') continue;
    if (word === 'begin') {
      bulk = true;
      socket.write(`Bulk mode; whois.lab.test [${date} 00:00:00 +0000]\n`);
    } else if (word === 'end') break;
    else if (word === 'verbose') verbose = true;
    else if (word === 'header') socket.write(verbose ? columns(HEADER) : `${brief(HEADER).join(' | ')}\n`);
    else if (!ipaddr.isValid(word)) socket.write(`Error: no ASN or IP match on line ${count}.\n`);
    else {
      const cells = answer(table, word);
      socket.write(verbose ? columns(cells) : `${brief(cells).join(' | ')}\n`);
    }
    if (!bulk) break;
  }
  socket.end();
}

if (process.argv[1] === import.meta.filename) {
  const [file = '', address = '', date = ''] = process.argv.slice(2);
  const table: WhoisRow[] = JSON.parse(await readFile(file, 'utf8'));
  const server = createServer((socket) => {
    // A client that goes away in the middle is its own affair.
    socket.on('error', () => socket.destroy());
    converse(socket, table, date).catch(() => socket.destroy());
  });
  server.listen(43, address, () => console.log('ready'));
}
