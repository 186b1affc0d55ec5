import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ports } from './habits.ts';

/**
 * Servers of one habit each, at ports of their own; under mptcpize they speak MPTCP. Says READY when all of them listen.
 * Usage: node --import tsx servers.ts KEY CERTIFICATE, files of a server's name example.com
 */
const [key = '', cert = ''] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));

const answer = (end: string) => `HTTP/1.1 200 OK\r\nContent-Length: 6\r\n${end}\r\nhello\n`;
/** handshake_failure, as a server that does not know the name, or wants another version. */
const alert = Buffer.from('15030300020228', 'hex');

const habits: Record<Exclude<keyof typeof ports, 'tls'>, (socket: Socket) => void> = {
  keeps: (socket) => socket.on('data', () => socket.write(answer(''))),
  closes: (socket) => socket.on('data', () => socket.end(answer('Connection: close\r\n'))),
  silent: (socket) => socket.resume(),
  speaks: (socket) => socket.resume().write('220 mail.example.com ESMTP\r\n'),
  hasty: (socket) => socket.resume().end(),
  resets: (socket) => socket.resetAndDestroy(),
  alerts: (socket) => socket.on('data', () => socket.end(alert)),
};

const servers = Object.entries(habits).map(([name, habit]) => {
  const server = createServer({ allowHalfOpen: name === 'silent' }, (socket) => {
    socket.on('error', () => undefined);
    habit(socket);
  });
  return { server, port: Object.entries(ports).find(([known]) => known === name)?.[1] };
});
const tls = createTlsServer({ key, cert }, (socket) => socket.on('error', () => undefined).resume());
tls.on('tlsClientError', () => undefined);

const all = [...servers, { server: tls, port: ports.tls }];
await Promise.all(all.map(({ server, port }) => new Promise<void>((done) => server.listen(port, '::', done))));
console.log('READY');
