import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What the certificate and the folder of a lab are. */
export interface Place {
  folder: string;
  key: string;
  cert: string;
}

/** A server program that people run, on a port of its own. */
export interface ServerProgram {
  name: string;
  port: number;
  /** Writes its configuration and gives its command, which stays in the foreground. */
  command(place: Place): Promise<string[]> | string[];
  /** Words put before it: it speaks MPTCP by a preloaded library, or by a setting of its own. */
  under: string[];
  /** What it answers after the hold: a page, TLS, or words that it says unasked. */
  shows: { page?: number; tls?: true; says?: RegExp };
}

const mptcpize = ['mptcpize', 'run'];
const page = { page: 200 };

async function written(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

async function nginx({ folder, key, cert }: Place): Promise<string[]> {
  const own = join(folder, 'nginx');
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${own}/${one};`);
  const tls = `server { listen [::]:8443 ssl; listen 8443 ssl; ssl_certificate ${cert}; ssl_certificate_key ${key}; location / { return 200 "ok"; } }`;
  const plain = 'server { listen [::]:8080; listen 8080; location / { return 200 "ok"; } }';
  const text = `daemon off; master_process off; pid ${own}/pid; error_log stderr crit; events {} http { access_log off; ${paths.join(' ')} ${plain} ${tls} }`;
  return ['nginx', '-c', await written(join(own, 'conf'), text)];
}

async function haproxy({ folder, key, cert }: Place): Promise<string[]> {
  const { readFile } = await import('node:fs/promises');
  const pem = await written(
    join(folder, 'haproxy/pem'),
    (await readFile(cert, 'utf8')) + (await readFile(key, 'utf8')),
  );
  const text = `defaults
  mode http
  timeout client 60s
  timeout server 5s
  timeout connect 5s
frontend plain
  bind :::8000 v4v6
  http-request return status 200 content-type text/plain string ok
frontend tls
  bind :::990 v4v6 ssl crt ${pem}
  http-request return status 200 content-type text/plain string ok
`;
  return ['haproxy', '-db', '-f', await written(join(folder, 'haproxy/conf'), text)];
}

async function lighttpd({ folder }: Place): Promise<string[]> {
  await written(join(folder, 'lighttpd/www/index.html'), 'ok');
  const text = `server.document-root = "${folder}/lighttpd/www"\nserver.port = 8008\nindex-file.names = ("index.html")\n`;
  return ['lighttpd', '-D', '-f', await written(join(folder, 'lighttpd/conf'), text)];
}

async function apache({ folder }: Place): Promise<string[]> {
  const own = join(folder, 'apache');
  await written(join(own, 'www/index.html'), 'ok');
  const modules = ['mpm_event', 'authz_core', 'dir'].map(
    (one) => `LoadModule ${one}_module /usr/lib/apache2/modules/mod_${one}.so`,
  );
  const text = `${modules.join('\n')}\nServerRoot ${own}\nDefaultRuntimeDir ${own}\nPidFile ${own}/pid\nErrorLog /dev/null\nServerName example.com\nListen 8088\nDocumentRoot ${own}/www\nDirectoryIndex index.html\nUser nobody\nGroup nogroup\n`;
  return ['apache2', '-X', '-f', await written(join(own, 'conf'), text)];
}

async function sshd({ folder }: Place): Promise<string[]> {
  const { execa } = await import('execa');
  const key = join(folder, 'sshd-key');
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  await mkdir('/run/sshd', { recursive: true });
  return ['/usr/sbin/sshd', '-D', '-e', '-f', '/dev/null', '-p', '22', '-h', key, '-o', 'PidFile=none'];
}

const nodeTls = `const { readFileSync } = require('node:fs');
require('node:https').createServer({ key: readFileSync(process.argv[1]), cert: readFileSync(process.argv[2]) }, (_, reply) => reply.end('ok')).listen(994, '::')`;

async function esbuild({ folder }: Place): Promise<string[]> {
  await written(join(folder, 'esbuild/index.html'), 'ok');
  // The program itself, not the script that starts it: what a test ends is gone then.
  const own = createRequire(import.meta.url).resolve('esbuild/package.json');
  const program = createRequire(own).resolve(`@esbuild/${process.platform}-${process.arch}/bin/esbuild`);
  return [program, '--serve=0.0.0.0:5000', `--servedir=${join(folder, 'esbuild')}`, '--log-level=error'];
}

async function redis({ folder }: Place): Promise<string[]> {
  await mkdir(join(folder, 'redis'), { recursive: true });
  return [
    'redis-server',
    '--port',
    '6379',
    '--bind',
    '* -::*',
    '--save',
    '',
    '--dir',
    join(folder, 'redis'),
    '--protected-mode',
    'no',
  ];
}

/** Those that are there wherever the tests run. */
export const everywhere: ServerProgram[] = [
  { name: 'nginx', port: 8080, under: mptcpize, command: nginx, shows: page },
  { name: 'nginx with TLS', port: 8443, under: [], command: () => [], shows: { page: 200, tls: true } },
  {
    name: 'openssl s_server',
    port: 995,
    under: mptcpize,
    command: ({ key, cert }) => ['openssl', 's_server', '-quiet', '-accept', '0.0.0.0:995', '-key', key, '-cert', cert],
    shows: { tls: true },
  },
  {
    name: "Python's http.server",
    port: 9090,
    under: mptcpize,
    command: ({ folder }) => ['python3', '-m', 'http.server', '--bind', '::', '--directory', folder, '9090'],
    shows: page,
  },
];

/** Those that are installed for this test alone: make servers. */
export const more: ServerProgram[] = [
  { name: 'haproxy', port: 8000, under: mptcpize, command: haproxy, shows: page },
  { name: 'haproxy with TLS', port: 990, under: [], command: () => [], shows: { tls: true } },
  { name: 'lighttpd', port: 8008, under: mptcpize, command: lighttpd, shows: page },
  { name: 'Apache', port: 8088, under: mptcpize, command: apache, shows: page },
  {
    name: 'Node with TLS',
    port: 994,
    under: mptcpize,
    command: ({ key, cert }) => [process.execPath, '-e', nodeTls, key, cert],
    shows: { tls: true },
  },
  // It serves names of its own machine alone.
  {
    name: 'esbuild, in Go',
    port: 5000,
    under: ['env', 'GODEBUG=multipathtcp=2'],
    command: esbuild,
    shows: { page: 403 },
  },
  { name: 'OpenSSH', port: 22, under: mptcpize, command: sshd, shows: { says: /^SSH-2\.0-OpenSSH/ } },
  { name: 'Redis', port: 6379, under: mptcpize, command: redis, shows: {} },
  {
    name: 'socat',
    port: 7,
    under: mptcpize,
    command: () => ['socat', 'TCP6-LISTEN:7,fork,reuseaddr,ipv6-v6only=0', 'PIPE'],
    shows: {},
  },
];
