import { cellsOf, withoutComment } from '../../lists/cells.ts';
import { type Form, parseForm } from '../../lists/form.ts';
import { parseRank } from '../../lists/rank.ts';
import { type Artefact, type Entry, parseName } from './line.ts';

/** Forms as units carry them, read once each: a list has one. */
const forms = new Map<string, Form | null>();

function formOf(text: string): Form | null {
  const known = forms.get(text);
  if (known !== undefined) return known;
  const form = parseForm(text);
  forms.set(text, form);
  return form;
}

/** The host of an origin (https://www.example.com), of whatever port; what has a path is a URL and stays one. */
function hostOf(cell: string): string {
  const [, host] = /^https?:\/\/([^/?#@]*?)(?::\d*)?\/?$/i.exec(cell) ?? [];
  return host ?? cell;
}

/** Reads a line in columns; null where the form is none. */
export function parseRow(text: string, formText: string): Entry | Artefact | null {
  const form = formOf(formText);
  if (form === null) return null;
  if (text.trim() === '') return 'blank';
  if (text.startsWith('#')) return 'comment';
  const cells = cellsOf(form.delimiter === ' ' ? withoutComment(text) : text, form.delimiter);
  if (cells === null) return 'open_quote';
  const isMore = cells.slice(form.columns).some((cell) => cell.trim() !== '');
  const nameCell = cells[form.name - 1]?.trim();
  const rankCell = form.rank === null ? '' : cells[form.rank - 1]?.trim();
  // A delimiter too many in one cell moves all that follow.
  if (isMore || nameCell === undefined || rankCell === undefined) return 'wrong_columns';
  const rank = rankCell === '' ? null : parseRank(rankCell);
  if (rankCell !== '' && rank === null) return 'not_a_rank';
  const name = parseName(form.origins ? hostOf(nameCell) : nameCell);
  return typeof name === 'string' ? name : { ...name, rank };
}
