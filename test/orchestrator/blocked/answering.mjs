import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Plays a role of a census without a packet, and writes down whom it was handed: everybody speaks MPTCP and announces two addresses.
 * Usage: node answering.mjs ROLE FOLDER; FOLDER/templates.json holds a record of each role and the addresses that are announced
 */
const [role = '', folder = ''] = process.argv.slice(2);
const { announced, ...templates } = JSON.parse(readFileSync(`${folder}/templates.json`, 'utf8'));
let handed = '';
let told = '';
let at = 0;
const next = () => announced[at++ % announced.length];
for await (const line of createInterface({ input: process.stdin })) {
  const unit = JSON.parse(line);
  handed += `${unit.target ?? unit.address}\n`;
  const address = (unit.target ?? unit.address).split('/')[0];
  const record = { ...templates[role], address };
  if (role === 'handshake') record.announced = [next(), next()];
  told += `${JSON.stringify(record)}\n`;
}
appendFileSync(`${folder}/handed-${role}`, handed);
process.stdout.write(told);
