import { readState } from './registry.ts';
import { tearDown } from './teardown.ts';

/**
 * Runs in a session of its own and holds the reading end of a pipe whose writing end only the lab's owner has. The pipe ends when the
 * owner does, however it dies; then the lab goes. The word "stand" releases a lab that shall stand without an owner.
 */
const id = process.argv[2] ?? '';
let said = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text: string) => {
  said += text;
});
process.stdin.on('end', async () => {
  if (said.includes('stand')) return;
  const state = await readState(id);
  if (state) await tearDown(state);
});
console.log('ready');
