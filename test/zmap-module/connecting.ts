import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import * as assert from 'uvu/assert';
import { ConnectorRun } from '../../orchestrator/tools/wget/raw.ts';
import { withPair } from '../orchestrator/tools/namespace.ts';
import { moduleFolder } from './lab.ts';

/** The connector with all checks of the compiler. */
export const connector = join(moduleFolder, 'build', 'mptcp-connect-checked');

/** A server of one habit at each port, all of them MPTCP. `silent` lies behind a filter. */
export const ports = { waits: 80, floods: 81, drips: 82, silent: 83 };
const habits = `const { createServer } = require('node:net');
const quiet = (habit) => (socket) => { socket.on('error', () => {}).resume(); habit(socket); };
const flood = (socket) => socket.write(Buffer.alloc(65536), () => socket.destroyed || flood(socket));
const drip = (socket) => { const timer = setInterval(() => socket.write(Buffer.from([0x16])), 100); socket.on('close', () => clearInterval(timer)); };
createServer(quiet(() => {})).listen(${ports.waits}, '::');
createServer(quiet(flood)).listen(${ports.floods}, '::');
createServer(quiet(drip)).listen(${ports.drips}, '::', () => console.log('READY'));`;

/** A TLS server that knows one name, and has no certificate for whoever names another one or none. */
export const knowsOneName = `const { readFileSync } = require('node:fs');
const { createSecureContext, createServer } = require('node:tls');
const [key, cert] = process.argv.slice(1).map((path) => readFileSync(path));
const known = createSecureContext({ key, cert });
const SNICallback = (name, tell) => (name === 'known.example' ? tell(null, known) : tell(new Error('who is that?')));
createServer({ SNICallback }, (socket) => socket.on('error', () => {}).resume()).on('tlsClientError', () => {}).listen(443, '::', () => console.log('READY'));`;

/** Pages over HTTP and HTTPS, in the order of the ports given: 200 for whoever names the host that is given, 404 for anybody else. */
export const knowsHosts = `const { readFileSync } = require('node:fs');
const [key, cert, ...hosts] = process.argv.slice(1);
const read = { key: readFileSync(key), cert: readFileSync(cert) };
const answer = (request, reply) => reply.writeHead(hosts.includes(request.socket.localPort + ' ' + request.headers.host) ? 200 : 404).end();
for (const port of [80, 8080]) require('node:http').createServer(answer).listen(port, '::');
require('node:https').createServer(read, answer).listen(8443, '::');
require('node:https').createServer(read, answer).listen(443, '::', () => console.log('READY'));`;

export interface Talk {
  child: ChildProcess;
  say(...lines: string[]): void;
  /** Its records and how it ended. */
  end(): Promise<{ runs: ConnectorRun[]; code: number | null; said: string }>;
}

export function talk(scanner: string, ...words: string[]): Talk {
  const child = spawn('ip', ['netns', 'exec', scanner, connector, '--ports', '61002-61100', ...words]);
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  return {
    child,
    say: (...lines) => void child.stdin.write(lines.map((line) => `${line}\n`).join('')),
    async end() {
      const [code] = await once(child, 'exit');
      const lines = (await stdout).trimEnd().split('\n').filter(Boolean);
      return { runs: lines.map((line) => ConnectorRun.parse(JSON.parse(line))), code, said: await stderr };
    },
  };
}

export const endpoints = (count: number, port: number, way = 'hold') =>
  Array.from({ length: count }, (_, at) => `198.18.4.${at + 1}\t${port}\texample.com\t${way}`);

/** Waits until so many of its connections are made. */
export async function connected(scanner: string, count: number): Promise<void> {
  const made = async () => {
    const { stdout } = await execa('ip', ['netns', 'exec', scanner, 'ss', '-Hnt', 'state', 'established']);
    return stdout.split('\n').filter(Boolean).length;
  };
  for (let tries = 0; tries < 300 && (await made()) < count; tries++);
  assert.is(await made(), count);
}

export async function withServers(
  work: (scanner: string, server: string) => Promise<void>,
  script: readonly string[] = [habits],
): Promise<void> {
  await withPair('connect', async (scanner, target) => {
    const rules = `table inet off { chain in { type filter hook input priority 0; tcp dport ${ports.silent} drop; }; }`;
    await execa('ip', ['netns', 'exec', target, 'nft', rules]);
    const words = ['netns', 'exec', target, 'mptcpize', 'run', process.execPath, '-e', ...script];
    const server = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(server.stdout, 'data');
      await work(scanner, target);
    } finally {
      server.kill('SIGKILL');
      await once(server, 'exit');
    }
  });
}
