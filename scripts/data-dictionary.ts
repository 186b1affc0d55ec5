import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { events } from '../orchestrator/events/event.ts';
import { entries } from './dictionary-entries.ts';
import { type Entry, type Field, fieldsOf } from './schema-fields.ts';

function row({ path, type, nullMeaning: meaning, volatile, description }: Field): string {
  const cells = [`\`${path}\``, type, meaning ?? 'never', volatile ? 'yes' : '', description];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`;
}

function section(entry: Entry): string {
  const head = `## ${entry.name}\n\n\`${entry.file}\`, one per ${entry.one}.\n`;
  const table = ['| field | type | null means | volatile | description |', '| --- | --- | --- | --- | --- |'];
  return `${head}\n${[...table, ...fieldsOf(entry).map(row)].join('\n')}\n`;
}

/** The whole dictionary as Markdown; the same schemas give the same bytes. */
export function dictionary(): string {
  const intro = `# Data dictionary

Written by \`make docs\` from the schemas; a test fails when it is out of date. Files are NDJSON or Parquet, names are
snake_case, times are UTC in ISO 8601, keys and option bytes are hex strings. \`false\` means false, \`null\` means that there is no
value; the column "null means" says which field gives the reason. Volatile fields differ between two measurements of the same thing
and are excluded from \`result_sha256\`. A field inside a list is written \`list[].field\`, one under a free key \`object.*.field\`.
Fields may be added, but never change meaning; \`schema_version\` of the manifest is incremented with changes that break old readers.
`;
  return `${[intro, ...entries.map(section)].join('\n')}`;
}

/** docs/data-dictionary.md */
export const dictionaryFile = join(import.meta.dirname, '..', 'docs', 'data-dictionary.md');

function eventRow({ path, type, nullMeaning, description }: Field): string {
  return `| \`${path}\` | ${type}${nullMeaning === null ? '' : ' or null'} | ${description} |`;
}

/** The list of events as Markdown. */
export function eventList(): string {
  const intro = `# Events

Written by \`make docs\` from the schema of events; a test fails when it is out of date. \`mptcp-census run --events FILE\` appends one
line of JSON per event to a file or a named pipe; with \`-\` they go to standard output, and progress to standard error. This is the
closed list of types. Types and fields may be added, but never change meaning; \`events_version\` is incremented with changes that
break old readers. Events are for programs that watch a run; the lasting record is the run folder ([run-folder.md](run-folder.md)).

- When the reader goes away the events end, but the run goes on. A slow reader gets no \`stage_progress\` until it has caught up.
- A start that was killed has no \`run_finished\`; the next start appends its own \`run_started\` to the same file.
- A file that begins with anything but an event is refused.
- Stages that read the same records run side by side, so their events are interleaved: \`stage\` says which stage each belongs to.
`;
  const listed = Object.entries(events).map(([name, schema]) => ({
    name,
    fields: fieldsOf({ name, file: '', one: '', schema }),
  }));
  const everywhere = (field: Field) =>
    listed.every(({ fields }) =>
      fields.some(({ path, description }) => path === field.path && description === field.description),
    );
  const head = ['| field | type | description |', '| --- | --- | --- |'];
  const shared = listed[0]?.fields.filter(everywhere) ?? [];
  const every = `## Every event\n\n${[...head, ...shared.map(eventRow), '| `type` | string | one of the headings below |'].join('\n')}\n`;
  const all = listed.map(({ name, fields }) => {
    const told = fields.find(({ path }) => path === 'type')?.description ?? '';
    const rows = fields.filter((field) => field.path !== 'type' && !everywhere(field)).map(eventRow);
    return `## ${name}\n\n${told.charAt(0).toUpperCase()}${told.slice(1)}.\n\n${[...head, ...rows].join('\n')}\n`;
  });
  return [intro, every, ...all].join('\n');
}

export const eventsFile = join(import.meta.dirname, '..', 'docs', 'events.md');

if (process.argv[1] === import.meta.filename) {
  for (const [file, text] of [
    [dictionaryFile, dictionary()],
    [eventsFile, eventList()],
  ] as const) {
    writeFileSync(file, text);
    console.log(`wrote ${file}`);
  }
}
