import { core, type Fault, of, tools } from './fault.ts';

/** What else was found, a line each, beside what the other lists have of it. */
const lines: Fault[] = [
  ...of('test/orchestrator/evidence/judge-bounds.test.ts', [
    [
      'judge filled the memory whatever it was given',
      'replies, keys and endpoints of more hosts than have room are on disk, each by its own bound',
    ],
  ]),
  ...of(`${core}/process/programs.test.ts`, [
    [
      'a kill in the version look-up left "version unknown"',
      'a program that is ended while it is asked for its version is asked once more',
    ],
  ]),
  ...of(`${core}/folder/open-run.test.ts`, [
    ['of programs it was not said which start found them', 'programs of a run are those that its last start found'],
  ]),
  ...of('test/scripts/run-guard.test.ts', [
    ['no tests without root and lab', 'among the unit tests, a test skipped for want of root is red'],
  ]),
  ...of('orchestrator/ip2asn-lite/test/package.test.ts', [
    ['npm 12 tells what it packed in an object', 'what npm packed is read as npm 11 and as npm 12 tell it'],
  ]),
  ...of('test/orchestrator/report/figures/drawn.test.ts', [
    ['circles over each other', 'servers at a place the circles that sizes are read by do not touch'],
    ['a large circle hid a small one', 'of places that lie over each other the smaller is drawn last'],
    ['labels of Figure 5b were cut', 'no label of Figure 5b is cut off or runs into its neighbour'],
    ['a bar at 508 of 498 names', 'the last bar is the whole list by its name, whatever rank its last name has'],
  ]),
  ...of('test/orchestrator/stages/enabled.test.ts', [
    ["a tool's own configuration was refused in collect", 'disabled from the start, and does not fail after packets'],
  ]),
  ...of(`${tools}/zmap/program.test.ts`, [
    ['a zmap that cannot ask for IPv6 failed after all names', 'refused before any name is resolved'],
    [
      'a module that was not built failed after all names',
      'a module that is not built is told before any name is resolved',
    ],
  ]),
  ...of('test/orchestrator/connection/connections.test.ts', [
    [
      '32 plain segments were kept and no more was seen',
      'plain data after MP_FAIL, however many segments came before it',
    ],
    ['a side that only acknowledged for long was unknown', 'DSS behind many segments that only acknowledge'],
  ]),
  ...of(`${tools}/adns/tool.test.ts`, [
    [
      "what this machine could not ask was a host's not_measured",
      'a question that this machine could not ask is a reject',
    ],
  ]),
  ...of(`${core}/database/duckdb.test.ts`, [
    ['the number of threads was a constant', 'a database has as many threads as processors and its memory allow'],
  ]),
  ...of('test/orchestrator/commands/moved.test.ts', [
    [
      'a folder that was moved left another with a manifest in its place',
      'while its run works has nothing written to its old place',
    ],
  ]),
];

/** Inputs that failed, as they were given. */
const cases: Fault[] = [
  ...of('test/orchestrator/judge/given.test.ts', [
    ['padmirror.ndjson', 'a mirror that pads the v1 option with a random tail and returns v0 is capable in neither'],
    ['constant-x4.ndjson', 'a server with one key for four SYNs has no fresh key'],
    ['two-synacks.ndjson', 'one SYN that is answered with two keys has no key that changes'],
    ['two-replies.ndjson', 'a target whose two answers differ is inconsistent, whichever came first'],
  ]),
  ...of('test/orchestrator/report/evil-names.test.ts', [
    [
      'names-evil.json',
      'names with escape codes, markup, quotation marks and a change of direction are harmless on terminal, page and in CSV',
    ],
  ]),
];

export const found: readonly Fault[] = [...lines, ...cases];
