import { core, type Fault, of, tools } from './fault.ts';

/** The real host. */
const host: Fault[] = [
  ...of('test/orchestrator/machine/ready.test.ts', [
    [
      'a start check that let through what could be known to fail',
      'a run where no connection could be MPTCP, or from a tunnel, asks nobody anything',
    ],
    ['advice that fits no container', 'how to get capabilities is told for the place where they are lacking'],
    [
      'no interface and no source address in the manifest',
      'the manifest has the interface that is sent from, and its addresses',
    ],
  ]),
  ...of('test/orchestrator/machine/way-out.test.ts', [
    [
      "zmap took libpcap's first interface, or one without a gateway",
      'an interface that the kernel does not prefer has its own gateway, which is asked and handed over',
    ],
    ['no source address was handed over', 'the one that the kernel sends from is handed over'],
    [
      'a gateway that nobody knows ended the scan, the same command again too',
      'where no gateway can be known the run is refused before the first packet, with the key that says it',
    ],
    [
      'an interface that nothing leaves by ended the scan',
      'an interface without an address, taken down or without a link is refused before the first packet',
    ],
  ]),
  ...of('test/orchestrator/machine/gateway.test.ts', [
    [
      'a gateway that is not in the neighbour table ended the scan',
      'a gateway that the kernel does not know is asked for its hardware address',
    ],
  ]),
  ...of('test/orchestrator/machine/doctor.test.ts', [
    ['a start with a broken blocklist', 'a blocklist that a run would refuse is told of beside all else'],
    ['a start with a zmap that cannot send our probes', 'a run refuses that zmap before it makes its folder'],
  ]),
  ...of('test/lab/users.test.ts', [
    [
      'root without a capability was told to run as root, a read-only /proc/sys was found by the handshake',
      'whoever makes a census comes to the same result with no more rights than it takes, or is told before the first packet',
    ],
  ]),
  ...of('test/zmap-module/guard.test.ts', [
    ['a setting that is right needed a privilege', 'without capabilities it holds what is right already'],
  ]),
  ...of('test/orchestrator/config/config.test.ts', [['any word passed as a contact', 'a contact that is none']]),
  ...of('test/orchestrator/stages/scan.test.ts', [
    ['thousands of addresses of one name were as many probes', 'of a name with more the others are beyond the cap'],
  ]),
  ...of('test/orchestrator/config/issues.test.ts', [
    ['--set targets.prefixes could not replace a list', 'a flag may ask others than the file: …'],
    ['errors of unions pointed to the wrong branch', 'named: …'],
    ['a prefix with host bits was left out without an error', 'named, and none is skipped'],
  ]),
  ...of('test/orchestrator/restraint.test.ts', [
    ['an opt-out could not be added to a running census', 'opt-outs added between two starts are honoured'],
    [
      'a replay after an opt-out was refused',
      'a replay of a finished run gives the same rows, whether the blocklist grew since or is gone',
    ],
    ['an empty file was a blocklist', 'a list without an entry is refused outside the lab'],
    ['another interface or gateway was refused', 'beside other changes that are let through'],
    ['a refused change named the key alone', 'a higher rate is refused with both values'],
  ]),
  ...of('test/lab/census.test.ts', [['a lower rate was refused', 'a lower rate is accepted, is in the manifest']]),
  ...of('test/lab/home.test.ts', [
    [
      'a census from the home of another user failed',
      'root makes a census from a checkout in the home of somebody else',
    ],
  ]),
  ...of(`${tools}/adns/unkind.test.ts`, [
    [
      'a resolver that closes TCP after each answer',
      'a connection lost after each answer loses no question that waited on it',
    ],
    ['a dead or failing resolver made timeouts of all names', 'a resolver that … ends the stage with a sentence'],
  ]),
  ...of('test/orchestrator/machine/notices.test.ts', [
    ['rows that were rejected were told nowhere', 'rows that are no records are a line'],
    [
      'a database that never matched was what the addresses are',
      'a source that knows none of ten addresses is told of',
    ],
  ]),
];

/** Silence that is this machine's own. */
const silence: Fault[] = [
  ...of('test/lab/uplink.test.ts', [
    [
      'who was asked while our link was lost was silent',
      'a link and a route that are lost in the middle of a stage end it',
    ],
  ]),
  ...of(`${core}/uplink/over-uplink.test.ts`, [
    [
      'a part over which the way out was lost was kept',
      'a part over which it was lost is not kept, those before it are',
    ],
  ]),
  ...of('test/orchestrator/machine/notices.test.ts', [
    ['of a resumed run the versions of the last start were told', 'a program that was updated between two starts'],
  ]),
];

/** Whose packets: nobody else's are read, and nothing of ours is left behind. */
const packets: Fault[] = [
  ...of(`${tools}/wget/bystanders.test.ts`, [
    [
      'any other connection of the machine counted as ours',
      'a curl loop, a second census and limits of others change no record',
    ],
  ]),
  ...of(`${tools}/wget/capture.test.ts`, [
    [
      'the capture was open to all, held payload, and ran without an end',
      "a capture ends by itself, whatever becomes of the run, is its owner's alone, and holds headers and no page",
    ],
  ]),
  ...of(`${tools}/wget/tool.test.ts`, [
    [
      'the capture held whatever passed the interface',
      'the capture takes our ports to those of the endpoints and back, each once',
    ],
  ]),
  ...of('test/zmap-module/guard.test.ts', [
    [
      'limits of others let the kernel connect to announced addresses',
      'of two that overlap the second finds what the first found',
    ],
    ['blackhole_timeout stayed 0 after a kill or a hang-up', 'what it set is put back when its parent is ended by …'],
    ['nobody put back what a killed guard had set', 'when all guards were killed, the next one reads in the journal'],
  ]),
  ...of('test/zmap-module/guard-signals.test.ts', [
    [
      'a hang-up, or a signal of a terminal, ended who was to put settings back',
      'of no signal but SIGKILL does it end before its parent, and no closed terminal reaches it',
    ],
  ]),
  ...of('test/lab/left.test.ts', [
    [
      'kill -9 left the capture running for ever',
      'of a run that was killed while it sent, or held connections, nothing is left',
    ],
  ]),
  ...of('test/lab/blocked.test.ts', [
    ['opted-out hosts were probed', 'of … targets against … opt-outs every one that is not blocked gets a packet'],
  ]),
  ...of('test/orchestrator/own-prober.test.ts', [
    [
      'an unasked address of a prober was connected to',
      'a prober that prints an address outside its prefix gets a reject for it',
    ],
  ]),
];

/** What people see. */
const seen: Fault[] = [
  ...of('test/orchestrator/commands/outside-causes.test.ts', [
    ['stack traces for damaged files', '… is one line and a hint'],
    ['escape codes of a program went raw to the terminal', 'a line of a program that a terminal would obey is shown'],
  ]),
  ...of('test/orchestrator/commands/read-only.test.ts', [
    [
      'a finished run on a read-only file system: another run has just started',
      'what would write there ends in one line that says why, and never that another run is at work',
    ],
  ]),
  ...of('test/orchestrator/commands/full-disk.test.ts', [
    [
      'a stack trace on a read-only file system, and on a full disk',
      'on a disk that is … each command ends in one line',
    ],
  ]),
  ...of(`${core}/in-stage.test.ts`, [
    ['errors of the database named no stage', 'a disk that is full to the database is told with the stage'],
  ]),
  ...of('test/orchestrator/commands/file-limit.test.ts', [
    [
      'a limit of file sizes killed a run without a word',
      'a run under ulimit -f … is told by its stage, file and limit',
    ],
  ]),
  ...of('test/orchestrator/commands/readers.test.ts', [
    [
      'output to a full device was lost in silence',
      '… ends quietly when its reader goes away, and with 1 when its output',
    ],
  ]),
  ...of('test/orchestrator/view/live.test.ts', [
    ['waiting stages spun, a skipped one had a tick', 'a stage that waits stands still, one that runs turns'],
    ['a dumb terminal got cursor movements', 'a dumb terminal has none'],
    ['a log had control characters', 'a log hears of every event, once a minute how far a stage is'],
    ['words of a program moved the cursor', 'what a program says of itself moves no cursor and colours nothing'],
  ]),
  ...of('test/orchestrator/report/published.test.ts', [
    [
      "the run's own page printed host name and paths",
      'what decides how MPTCP behaves is published, and not whose it is',
    ],
    ['files with their folders, and interfaces', 'the configuration names files without their folders, no interface'],
  ]),
  ...of('test/orchestrator/report/report.test.ts', [
    ["addresses of hosts stood on the run's own page", 'no address of a capable host is in any file'],
  ]),
];

/** Connections. */
const connections: Fault[] = [
  ...of('test/orchestrator/connection/connections.test.ts', [
    ['a later subflow alone read as fallback', 'a subflow of a connection that was not captured'],
    ['the version of a join was fixed at 1', 'a v0 subflow before its connection, checked with SHA-1'],
    ['streams without SYN were dropped', 'DSS from the middle on is MPTCP of an unknown version'],
  ]),
  ...of('test/zmap-module/connector.test.ts', [
    [
      'port 443 was asked without SNI, which name-based servers refuse',
      'a TLS server of many names is told which of them is meant',
    ],
    ['a page of port 8080 was asked for without the port', "a page is asked for with the port behind the host's name"],
  ]),
  ...of(`${tools}/wget/hold.test.ts`, [
    [
      'a server that closes early showed 2 of 8 announced addresses',
      'at 50 ms a server of any habit that lets a client be silent',
    ],
    [
      'announced IPv6 addresses with a port were never seen',
      '… all 8 addresses are announced, of either family, with a port',
    ],
  ]),
  ...of(`${tools}/wget/fetch.test.ts`, [
    ['the request of another port named the host without it', 'at port … a host of a name is asked for as …'],
  ]),
  ...of(`${tools}/wget/record.test.ts`, [
    ['a SYN that left without the option was fallback', 'held …, page …: fallback is'],
    ['a SYN that left without the option spoke for another', 'a SYN that left without the option speaks for nobody'],
  ]),
];

/** All that was found on a real host: before the first packet, whose packets, connections, what people see. */
export const onHosts: readonly Fault[] = [...host, ...silence, ...packets, ...seen, ...connections];
