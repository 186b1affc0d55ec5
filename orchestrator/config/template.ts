/** What `mptcp-census init` writes: the eight keys that matter. A test parses it. */
export const initTemplate = `# One run of mptcp-census. Paths are relative to this file. All other keys: mptcp-census init --all all.yaml
# Next: mptcp-census doctor --config census.yaml, then mptcp-census run --dry-run --config census.yaml runs/NAME

contact: null                 # REQUIRED: who answers abuse mail, such as survey@example.edu; sent in the user agent

targets:
  list: top-1m.csv.zip        # file or URL of names, plain or in columns, packed or not; or several: [FILE, FILE]

resolve:
  resolvers: []               # addresses of DNS resolvers that bear the load; empty: those of the system

scan:
  ports: [80]                 # TCP ports; each is a SYN more per address and MPTCP version
  rate: null                  # REQUIRED: packets per second on the wire, all probes together
  blocklist: null             # REQUIRED: file of those who opted out; read again while the run sends

asn:
  archive: null               # where RIBs are, such as https://archive.routeviews.org/; null leaves the stage out

geo:
  country: null               # MaxMind-format file of countries; null leaves the stage out
`;

/** What `mptcp-census init --all` writes: every key with its default and its meaning. */
export const fullTemplate = `# One run of mptcp-census. Paths are relative to this file. Check with: mptcp-census doctor --config census.yaml

contact: null                 # REQUIRED: who answers abuse mail, such as survey@example.edu; sent in the user agent
seed: null                    # a number repeats the order of the scan; null draws one per run

targets:                      # exactly one of list, addresses, prefixes
  list: top-1m.csv.zip        # file or URL of names, plain or in columns, packed or not; or several, such as
                              # [top-1m.csv, {list: majestic.csv, as: majestic, name: Domain, rank: GlobalRank}]
  name: null                  # column of the names, by its header or number; null: found by what the list holds
  rank: null                  # column of the ranks; null: found the same way
  sha256: null                # what the file must be, as it lies there or is downloaded; null takes any
  cache: .lists               # folder that keeps downloaded lists: a server is asked only whether its own is another
  www: true                   # ask every name a second time with www. in front, as the 2015 study did
  # addresses: hitlist.txt    # addresses or prefixes, one per line; - reads stdin; skips resolve
  # prefixes: [198.51.100.0/24]  # IPv4 prefixes; skips resolve

resolve:
  tool: adns                  # or {command: [./my-resolver, --fast]}: units as NDJSON on stdin, records on stdout
  resolvers: []               # addresses of DNS resolvers; empty: those of the system
  window: 200                 # queries in flight that may still be answered soon
  silent_after: 0.3s          # a query without an answer for so long leaves the window
  open: 300                   # open queries at most, those that left the window among them: a resolver drops what its list cannot hold
  patience: 10s               # then a query is given up, and asked once more at the end of the part
  families: [4]               # 4 asks for A, 6 for AAAA

scan:
  tool: zmap
  ports: [80]
  versions: [1, 0]            # MPTCP versions, each a SYN of its own
  rate: null                  # REQUIRED: packets per second on the wire, all probes together
  blocklist: null             # REQUIRED: file of prefixes that are never probed
  addresses_per_name: 100     # of one name and type; a name may hold thousands
  reread: 10s                 # how often that file is read again while the run sends: opt-outs added to it hold at once
  interface: null             # null: that of the default route
  gateway_mac: null           # null: the kernel is asked for it
  canary: null                # null: 1 % of the addresses first and alone, which may end the run; false: none; {share: 0.01, ...}
  cooldown: 8s                # how long late answers are waited for
  retries: 1                  # what stays silent is asked once more: a lost packet is no silent host; 0: never

confirm:                      # second opinions on candidates, seconds after the scan; false: none, and no controls
  tool: null                  # null: zmap where the scan is zmap's; beside a scan by a program of your own none, unless it is named
  controls: 1000              # plain answerers asked like candidates, of echoes and unknowns as many at most: what a rule says of them is false
  probes: [port2, port2v0, grease, canary, join, plain]  # each a SYN to every candidate and control; v0's alone where v0 alone is asked
  apart: 2s                   # between two questions to one address at least

sentinels:                    # addresses of your own, asked at start, middle and end of every stage that sends: does the vantage point still see them?
  v1: null                    # one that speaks MPTCP v1 on the first port of scan.ports
  v0: null                    # one that speaks v0
  plain: null                 # one that answers without MPTCP

budget: null                  # SYNs that one address may be sent over the whole run; null: 36, what the defaults keep

handshake:
  tool: wget
  hold: 5s                    # how long a connection stays open for ADD_ADDR: a short one misses addresses
  hold_first: true            # each endpoint first gets a connection that stays silent for so long; false: wget alone, which asks at once
  rate: 500                   # such connections begun per second; never more than scan.rate
  most_held: null             # of them open at once; null: as many as memory, open files and the kernel allow
  checksum: false             # true asks for MPTCP checksums: damaged data then shows as MP_FAIL from either side
  join: false                 # true asks each announced global address for a subflow, one MP_JOIN SYN each: whose address is it?
  asked:                      # ports that are asked something once the hold is over, and held again; on others nothing is
    http: [80, 81, 3000, 5000, 8000, 8008, 8080, 8081, 8088, 8888, 9090] # an empty line; then the page, by wget
    https: [443, 8443]        # a TLS handshake with the domain's name, and the page
    tls: [465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 5061, 6514] # the TLS handshake alone
  concurrency: 256            # wget processes side by side, each for another endpoint, 3 MB each
  timeout: 10s                # must outlast the kernel's fallback to TCP, 3.1 s

asn:
  tool: ip2asn-lite
  rib: null                   # MRT RIB, pyasn .dat, pfx2as or range file
  archive: null               # or the URL of an archive of RIBs, such as https://archive.routeviews.org/; null for both leaves the stage out
  within_hours: 24            # how far the archive's table may lie from the middle of the scan
  names: null                 # AS names
  organisations: null         # which organisation each AS belongs to (CAIDA's files, or CSV); null groups ASes by their names

whois:
  tool: cymru
  server: null                # a server of Team Cymru's bulk protocol; null leaves the stage out
  port: 43

geo:
  tool: maxmind
  country: null               # MaxMind-format files; with both null the stage is left out
  city: null

os: false                     # true runs nmap -O on every candidate: slow and intrusive; {tool: nmap, host_timeout: 120s} bounds it

path:
  tool: pairs                 # or icmp-echo: zmap's module, IPv4 alone, without a SYN beside each echo
  ping: true                  # a SYN and an ICMP echo beside each other: a SYN that is back much sooner was answered by a box
  probes: 5                   # so many pairs to an address; fewer than 5 tell of no box

hops: false                   # true: which hop changes the option, over a sample, by SYNs of growing TTL; {sample: 1000, ttl: 24} bounds it

rescan: false                 # 0.01: a seeded 1 % of the addresses is scanned a second time, late in the run: the noise of every comparison; budget must hold it

clients: null                 # lists of MPTCP clients to set beside the servers: points, countries or addresses (CSV, JSON, GeoJSON), or what traffic printed

# lab: true                   # a run inside a test Internet of your own
# lab_ranges: [198.18.0.0/15] # what it declares global: it sends nothing to any other address

parts: {}                     # units per part at most, by stage, such as {scan: 1000000}: what an interrupted run loses at most

memory: null                  # what the database may hold, such as 512MB; null: a quarter of the machine, at most 4GB
`;
