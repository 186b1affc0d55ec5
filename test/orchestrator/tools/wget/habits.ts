/** What servers of the slow lab do with a connection (servers.ts), and the port of each. */
export const ports = {
  keeps: 80,
  closes: 81,
  silent: 2222,
  speaks: 25,
  hasty: 2323,
  resets: 2424,
  alerts: 443,
  tls: 993,
};
