import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Directions of imports and habits that no linter knows (docs/decisions, CONTRIBUTING). Prints every breach; exit 1 when there is one. */
interface File {
  path: string;
  text: string;
}

function filesBelow(root: string, ending: RegExp): File[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name) && !/(^|\/)(node_modules|dist|build)\//.test(name))
    .map((name) => ({ path: join(root, name), text: readFileSync(join(root, name), 'utf8') }));
}

const sources = filesBelow('orchestrator', /\.ts$/).filter(({ path }) => !path.includes('/test/'));
const own = sources.filter(({ path }) => !path.startsWith('orchestrator/ip2asn-lite/'));
const tests = filesBelow('test', /\.ts$/);

function within(files: File[], folder: string): File[] {
  return files.filter(({ path }) => path.startsWith(folder));
}

interface Rule {
  says: string;
  files: File[];
  breaks: (file: File) => boolean;
}

const programs = /\b(zmap|nmap|tshark|dumpcap|adns|adnshost|wget|mptcpize|cymru|maxmind)\b/i;

/** What a module gives a name to for all that is in it. */
const declares = (name: string) =>
  new RegExp(`^(export )?(async )?(const|let|function|interface|type|class) ${name}\\b`, 'm');

const rules: Rule[] = [
  {
    says: 'stages never import tools',
    files: within(own, 'orchestrator/stages/'),
    breaks: ({ text }) => /from '[^']*tools\//.test(text),
  },
  {
    says: 'tools never import stages',
    files: within(own, 'orchestrator/tools/'),
    breaks: ({ text }) => /from '[^']*stages\//.test(text),
  },
  {
    says: 'core imports neither stages nor tools',
    files: within(own, 'orchestrator/core/'),
    breaks: ({ text }) => /from '[^']*\/(stages|tools|mptcp|evidence)\//.test(text),
  },
  {
    says: 'stages and core name no program',
    files: [...within(own, 'orchestrator/stages/'), ...within(own, 'orchestrator/core/')],
    breaks: ({ text }) => programs.test(text),
  },
  {
    says: 'only core/process/exec.ts starts processes',
    files: own.filter(({ path }) => path !== 'orchestrator/core/process/exec.ts'),
    breaks: ({ text }) => /from '(execa|node:child_process|node-pty)'|import\('node-pty'\)/.test(text),
  },
  {
    says: 'evidence imports neither tools, nor stages, nor what starts processes',
    files: within(own, 'orchestrator/evidence/'),
    breaks: ({ text }) => /from '[^']*(\/tools\/|\/stages\/|core\/process\/)/.test(text),
  },
  {
    says: 'connection imports neither tools, nor stages, nor what starts processes',
    files: within(own, 'orchestrator/connection/'),
    breaks: ({ text }) => /from '[^']*(\/tools\/|\/stages\/|core\/process\/)/.test(text),
  },
  {
    says: 'at the top lie five files, all else has a room',
    files: own.filter(({ path }) => /^orchestrator\/[^/]+$/.test(path)),
    breaks: ({ path }) => !/\/(cli|census|pipeline|roles|errors)\.ts$/.test(path),
  },
  {
    says: 'a room has at most 16 files',
    files: own,
    breaks: (file) => own.filter(({ path }) => dirname(path) === dirname(file.path)).indexOf(file) >= 16,
  },
  {
    says: 'collect is the step of a tool and nothing else',
    files: own.filter(({ path }) => !path.startsWith('orchestrator/tools/')),
    breaks: ({ text }) => declares('collect').test(text),
  },
  {
    says: 'facts without saying whose are those that a verdict follows from',
    files: own.filter(({ path }) => path !== 'orchestrator/evidence/facts.ts'),
    breaks: ({ text }) => declares('[Ff]acts').test(text),
  },
  {
    says: 'files are written by what names them in errors (core/writing.ts)',
    files: own.filter(({ path }) => path !== 'orchestrator/core/writing.ts'),
    breaks: ({ text }) => /import \{[^}]*\b(writeFile|appendFile)\b[^}]*\} from 'node:fs\/promises'/.test(text),
  },
  { says: 'no shell', files: sources, breaks: ({ text }) => /shell:\s*true/.test(text) },
  {
    says: 'only cli.ts prints, sets the exit code or exits',
    files: sources.filter(({ path }) => !/\/cli\.ts$/.test(path)),
    breaks: ({ text }) => /\bconsole\.|process\.(stdout|stderr|exit|exitCode)\b/.test(text),
  },
  {
    says: 'a file has at most 250 lines',
    files: [...sources, ...tests],
    breaks: ({ text }) => text.split('\n').length > 251,
  },
  {
    says: 'no utils, helpers, misc or common',
    files: [...sources, ...tests],
    breaks: ({ path }) => /(^|\/)(utils?|helpers?|misc|common)(\.ts$|\/)/.test(path),
  },
  {
    says: 'records are strict objects',
    files: within(own, 'orchestrator/schemas/records/'),
    breaks: ({ text }) => /z\.(object|looseObject)\(/.test(text),
  },
  {
    says: 'what a program prints passes a loose object',
    files: own.filter(({ path }) => /^orchestrator\/tools\/[\w-]+\/raw\.ts$/.test(path)),
    breaks: ({ text }) => /z\.object\(/.test(text) || !/z\.(looseObject|record)\(/.test(text),
  },
];

let breaches = 0;
for (const rule of rules) {
  if (rule.files.length === 0) {
    breaches += 1;
    console.log(`${rule.says}: the rule has no file to look at`);
  }
  for (const file of rule.files.filter(rule.breaks)) {
    breaches += 1;
    console.log(`${file.path}: ${rule.says}`);
  }
}
console.log(breaches === 0 ? `house rules: ${rules.length} rules hold` : `${breaches} breaches`);
process.exitCode = breaches === 0 ? 0 : 1;
