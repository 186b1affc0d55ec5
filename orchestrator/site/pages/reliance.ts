import type { ConfidenceReason } from '../../schemas/history.ts';
import type { Reliance } from '../runs.ts';

/** What each reason says, without its numbers (docs/history.md has what they are held against). */
const words: Readonly<Record<ConfidenceReason, string>> = {
  vantage_impaired: 'a sentinel did not answer as it must',
  replies_lost: 'replies were lost on the machine that measured',
  probes_lost: 'SYNs did not leave that machine',
  connections_lost: 'the capture of connections lost packets',
  resets_held_back: 'its resets did not leave',
  settings_moved: 'settings of its kernel were changed meanwhile',
  controls_wrong: 'controls came out as something else',
  units_rejected: 'answers could not be used',
  parts_missing: 'a stage is not whole',
  not_asked: 'a part of the targets was not asked',
};

/** "sound: nothing that the run counted of itself speaks against it" */
export function relianceText({ word, reasons }: Reliance): string {
  if (reasons.length === 0) return `${word}: nothing that the run counted of itself speaks against it`;
  return `${word}: ${reasons.map((reason) => words[reason]).join('; ')}`;
}
