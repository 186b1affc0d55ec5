import type { ConfidenceReason } from '../../schemas/history.ts';
import type { Reliance } from '../runs.ts';

/** What each reason says, without its numbers (docs/history.md has what they are held against). */
const words: Readonly<Record<ConfidenceReason, string>> = {
  vantage_impaired: 'a sentinel did not answer as it should',
  replies_lost: 'replies were lost on the machine that measured',
  probes_lost: 'SYNs did not leave that machine',
  connections_lost: 'the capture of connections lost packets',
  resets_held_back: 'its RSTs did not get out',
  settings_moved: 'settings of its kernel were changed meanwhile',
  controls_wrong: 'controls were judged to be something else',
  units_rejected: 'answers were unusable',
  parts_missing: 'a stage is incomplete',
  not_asked: 'some of the targets were not asked',
};

/** "sound: nothing that the run counted about itself speaks against it" */
export function relianceText({ word, reasons }: Reliance): string {
  if (reasons.length === 0) return `${word}: nothing that the run counted about itself speaks against it`;
  return `${word}: ${reasons.map((reason) => words[reason]).join('; ')}`;
}
