import { adopters } from './faults/adopters.ts';
import { core, type Fault, of, tools } from './faults/fault.ts';
import { found } from './faults/found.ts';
import { onHosts } from './faults/host.ts';
import { newcomers } from './faults/newcomers.ts';
import { sending } from './faults/sending.ts';

/** Files that people have. */
const files: Fault[] = [
  ...of('test/orchestrator/address/blocklist.test.ts', [
    ['a mapped prefix blocked nothing', 'understood: …'],
    ['a hostname, a comma, a semicolon, a range in a blocklist', 'as lists are published: …'],
    ['everything behind the first blank of a line was dropped', 'refused with file, line and text: …'],
    ['two halves of a target blocked ended zmap', 'a prefix of which two entries block one half each is blocked whole'],
  ]),
  ...of('orchestrator/ip2asn-lite/test/text-sources.test.ts', [
    ['one AS number written with a dot was read as another', ' names AS …'],
    ['half of an AS number was read as one', '… is no AS number, and never AS 3'],
  ]),
  ...of('orchestrator/ip2asn-lite/test/compressed.test.ts', [
    ['zeros behind a gzip stream ended a program in silence', 'behind a gzip stream: …'],
  ]),
  ...of(`${core}/process/standstill.test.ts`, [
    [
      'a promise that never settled ended a command without a word',
      'a promise that never settles does not end the program in silence',
    ],
    ['no command said so', 'the command says so itself when it waits for what never comes'],
  ]),
  ...of('test/orchestrator/inputs.test.ts', [
    [
      'a bad table, a cut database, one of AS numbers were found after days',
      'is refused before the first packet, by its name',
    ],
    ['a bad input forfeited the run', 'a table that nothing was looked up in yet may be corrected'],
  ]),
  ...of(`${tools}/matrix/text.test.ts`, [
    ['whois answers that could not be read were "not known"', 'answers that cannot be read'],
    ['a failure of this machine was that of a name', 'a failure of this machine'],
    ['a wget that could not run was data', 'it cannot be run'],
    ['an nmap without privileges', 'it lacks privileges'],
    ["a resolver's prefix became the allowlist", 'a prefix as an address'],
  ]),
  ...of(`${tools}/maxmind/tool.test.ts`, [
    [
      'one odd field of a database cost the whole record',
      'text where a nested file has numbers is no position, and costs nothing else',
    ],
    ['a country of registration was a place', 'a country of registration is no place'],
  ]),
  ...of('test/orchestrator/report/report.test.ts', [
    ['escape codes and spreadsheet formulas in names', 'a name with … is text in terminal, page and spreadsheet'],
    ['losses were told in one place of three', 'losses are told above all numbers, on the page and in the terminal'],
  ]),
];

/** Replies of odd boxes. */
const replies: Fault[] = [
  ...of(`${tools}/zmap/replies.test.ts`, [
    [
      'two SYN/ACKs of one target: a run read one, judge both',
      'two SYN/ACKs of one target that differ are both records',
    ],
    [
      'one SYN answered with two keys was a key that changes',
      'one SYN that is answered with two keys gives two records',
    ],
    [
      'emptied replies were published as silence',
      'replies that are not as many as zmap counted are an error that names the file',
    ],
  ]),
  ...of('test/orchestrator/evidence/signs.test.ts', [
    ['one key in several SYNs was fresh', 'one key for two SYNs of one probe is no key'],
  ]),
  ...of('test/lab/boxes.test.ts', [['a padding mirror was capable', 'judge says … of … from']]),
  ...of('test/orchestrator/evidence/covered.test.ts', [
    ['replies of a foreign prober ended judge', 'what no claim covers is unknown and says so, and ends nothing'],
  ]),
  ...of('test/orchestrator/evidence/judge-plain.test.ts', [
    [
      'merge and judge read the options of different fields',
      'the bytes of the option area decide, whatever else a record says of its options',
    ],
  ]),
];

/** Lists as they are. */
const lists: Fault[] = [
  ...of('test/orchestrator/lists/recognise.test.ts', [
    [
      'Majestic, CrUX, DomCop and quoted columns: every line rejected',
      '… gives its names with their ranks, and no header',
    ],
    ['a header became a target, columns melted into a name', '…: every line is a target or has its reason'],
  ]),
  ...of('test/orchestrator/lists/download.test.ts', [
    ['a packed answer of a server was no list', 'a list that the server packs for the way is a list'],
    ['a download that broke off began anew', 'a download that breaks off is continued'],
  ]),
];

/** What was near to them. */
const nearLists: Fault[] = [
  ...of('test/orchestrator/inputs/named-pipes.test.ts', [
    ['a named pipe as an input was waited for, for ever', 'is refused by its name, and nobody waits for who writes it'],
  ]),
  ...of('test/orchestrator/lists/between-cells.test.ts', [
    ["the header below Excel's line was a target, and lines between blanks were none", '…: no line melts into a name'],
  ]),
  ...of(`${core}/inputs/list-file.test.ts`, [
    ['a list in bzip2, or without an ending, was told by its name', 'one without a name that says so, too'],
    ['an archive whose notes come first gave none of its lists', 'what a system or a publisher puts beside the list'],
    ['zeros behind the gzip stream of a list', 'a megabyte of them, too'],
  ]),
  ...of(`${core}/inputs/packed.test.ts`, [
    ['a file of another kind gave lines as targets', '… is an error that names it'],
  ]),
];

/** Integrity and limits. */
const limits: Fault[] = [
  ...of(`${core}/folder/folder.test.ts`, [
    ['a path was taken for a pattern', 'is refused: the database would take it for a pattern'],
  ]),
  ...of('test/orchestrator/commands/odd-paths.test.ts', [
    [
      'of a run in a folder named as a pattern the records of another one were printed',
      'of a run in a folder whose name is a pattern no other run is read',
    ],
    [
      'a folder NAME=VALUE was a column of the records',
      'whatever they are, a run below them has the records and the result of any',
    ],
  ]),
  ...of(`${tools}/zmap/run.test.ts`, [
    ['a comma in the path stopped IPv6 scans', 'the list of IPv6 targets is given by its name'],
  ]),
  ...of(`${core}/folder/lock.test.ts`, [
    ['a lock was won by several starters', 'of eight that start at once over … one has it'],
    ['one of them was taken from another', 'a lock that another start took over meanwhile is not taken from it'],
    ['the lock knew one /proc alone', 'whose processes cannot be seen, is never taken over'],
  ]),
  ...of(`${core}/folder/files.test.ts`, [
    ['a link beside the manifest was followed', 'a link that lies where a file is written first is not followed'],
    [
      'raw files had their names before their bytes',
      'a folder gets its name with all that is in it, once that is on disk',
    ],
  ]),
  ...of('test/orchestrator/verify/flips.test.ts', [
    ['a flipped bit was published', 'verify names each of … damages, and run publishes nothing from them'],
  ]),
  ...of('test/orchestrator/verify/undamaged.test.ts', [
    ['forged raw replies and edited counts were published', 'is refused for …: the file is named, what to do is said'],
  ]),
  ...of(`${core}/process/exec.test.ts`, [
    ['a timer beyond 2^31 ms was one of a millisecond', 'a time limit beyond 2^31 ms is no limit of one millisecond'],
    ["a tool's child that held the pipe hung the stage", 'a child left behind that holds … does not hold the stage'],
    [
      'a program that ignores SIGTERM was never killed on a terminal',
      'a program that ignores SIGTERM is killed when its time is up',
    ],
    ['a flood of stderr', 'what a program floods … is held in memory no more than a little of'],
  ]),
  ...of(`${core}/process/lines.test.ts`, [
    ['a line without an end', 'of a line of any length only the beginning is held, and it says so'],
  ]),
  ...of(`${core}/part/decode.test.ts`, [
    [
      'a record printed twice doubled hosts',
      'where a unit has one record, whatever else is said of it is a reject and doubles nothing',
    ],
    ['rejects lacked the name of the field', "is kept as a reject with the field's name"],
  ]),
  ...of(`${core}/run.test.ts`, [
    ['a one-line part failed on one bad line', 'a bad line in a part of one unit is a reject, told as a loss'],
  ]),
  ...of(`${tools}/cymru/tool.test.ts`, [
    ['a whois server that drips was never given up', 'an answer that drips without ever being silent'],
    ['a whois flood was bounded by the disk', 'a flood of lines'],
  ]),
  ...of(`${core}/sort/row-sorter.test.ts`, [
    ['a part died at 2^24 answers', 'rows beyond what may be held are on disk before they are asked for'],
  ]),
  ...of('test/lab/wide.test.ts', [
    ['a kill cost a wide scan from its beginning', 'a prefix in shards, killed in the middle of its scan'],
  ]),
  ...of('test/orchestrator/evidence/judge-on-disk.test.ts', [
    ['judge held every endpoint in memory', 'the same records in the same order, from disk as from memory'],
  ]),
];

/** Small things. */
const small: Fault[] = [
  ...of('test/orchestrator/machine/doctor.test.ts', [
    ['doctor refused an unfilled template as a run', 'an unfilled template is told key by key what to fill in'],
    ["zmap asks for its own host's name", 'the name of the machine is looked for in /etc/hosts'],
  ]),
  ...of('test/orchestrator/config/config.test.ts', [['init left keys out', 'init --all has every key that there is']]),
  ...of('test/orchestrator/report/figures/log-ticks.test.ts', [
    ['an axis with one tick', 'a range within one power of ten has finer steps'],
  ]),
  ...of('test/orchestrator/switched.test.ts', [
    ['a stage could not be switched on for a finished run', 'stages are switched on for a finished run one by one'],
  ]),
  ...of('test/lab/life.test.ts', [
    ["a lab failed beside another checkout's", 'two labs stand at once with the same addresses'],
    [
      "lab-shell failed beside another checkout's lab",
      'a shell opens in the lab of this checkout, whatever labs of other checkouts stand',
    ],
  ]),
  ...of(`${tools}/ip2asn-lite/archive.test.ts`, [
    ['a run never fetched the table of its day', 'a run fetches the table nearest to its scan'],
  ]),
];

export const faults: readonly Fault[] = [
  ...files,
  ...replies,
  ...onHosts,
  ...sending,
  ...lists,
  ...nearLists,
  ...limits,
  ...small,
  ...newcomers,
  ...found,
  ...adopters,
];
