/** What `mptcp-census init` writes: the eight keys that matter. A test parses it. */
export const initTemplate = `# One run of mptcp-census. Paths are relative to this file. All other keys: mptcp-census init --all all.yaml
# Next: mptcp-census doctor --config census.yaml, then mptcp-census run --dry-run --config census.yaml runs/NAME

contact: null                 # REQUIRED: who answers abuse mail, such as survey@example.edu; sent in the user agent

targets:
  list: top-1m.csv.zip        # file or URL of names, plain or in columns, compressed or not; or several: [FILE, FILE]

resolve:
  resolvers: []               # addresses of DNS resolvers that can take the load; empty: the system's

scan:
  ports: [80]                 # TCP ports; each adds one SYN per address and MPTCP version
  rate: null                  # REQUIRED: packets per second on the wire, all probes together
  blocklist: null             # REQUIRED: file of opt-outs; reread while the run is sending

asn:
  archive: null               # archive of RIBs, such as https://archive.routeviews.org/; null leaves the stage out

geo:
  country: null               # MaxMind-format country database; null leaves the stage out
`;

/** What `mptcp-census init --all` writes: every key with its default and its meaning. */
export const fullTemplate = `# One run of mptcp-census. Paths are relative to this file. Check with: mptcp-census doctor --config census.yaml

contact: null                 # REQUIRED: who answers abuse mail, such as survey@example.edu; sent in the user agent
seed: null                    # a number repeats the order of the scan; null draws one per run

targets:                      # exactly one of list, addresses, prefixes
  list: top-1m.csv.zip        # file or URL of names, plain or in columns, compressed or not; or several, such as
                              # [top-1m.csv, {list: majestic.csv, as: majestic, name: Domain, rank: GlobalRank}]
  name: null                  # column of the names, by header or number; null: recognised by the list's content
  rank: null                  # column of the ranks; null: found the same way
  sha256: null                # required hash of the file, as found or downloaded; null accepts any
  cache: .lists               # folder for downloaded lists: a list is fetched again only if it has changed
  www: true                   # also resolve every name with www. in front, as the 2015 study did
  # addresses: hitlist.txt    # addresses or prefixes, one per line; - reads stdin; skips resolve
  # prefixes: [198.51.100.0/24]  # IPv4 prefixes; skips resolve

resolve:
  tool: adns                  # or {command: [./my-resolver, --fast]}: units as NDJSON on stdin, records on stdout
  resolvers: []               # addresses of DNS resolvers; empty: the system's
  window: 200                 # queries in flight, silent ones left out
  silent_after: 0.3s          # a query without an answer for this long leaves the window
  open: 300                   # maximum of open queries, including those that left the window: a resolver drops those beyond its own limit
  patience: 10s               # then a query is given up, and sent once more at the end of the part
  families: [4]               # 4 asks for A, 6 for AAAA

scan:
  tool: zmap
  ports: [80]
  versions: [1, 0]            # MPTCP versions, each with a SYN of its own
  rate: null                  # REQUIRED: packets per second on the wire, all probes together
  blocklist: null             # REQUIRED: file of prefixes that are never probed
  addresses_per_name: 100     # maximum for one name and type; some names have thousands
  reread: 10s                 # how often that file is reread while the run is sending: opt-outs added to it take effect at once
  interface: null             # null: that of the default route
  gateway_mac: null           # null: taken from the kernel
  canary: null                # null: 1 % of the addresses first and alone, which may end the run; false: none; {share: 0.01, ...}
  cooldown: 8s                # how long to wait for late answers
  retries: 1                  # silent addresses are probed once more, because packets get lost; 0: never

confirm:                      # second opinions on candidates, seconds after the scan; false: none, and no controls
  tool: null                  # null: zmap if the scan uses zmap; with a scan by a program of your own none, unless it is named
  controls: 1000              # maximum each of plain answerers, echoes and unknowns that are asked like candidates, to count the errors of the rules
  probes: [port2, port2v0, grease, canary, join, plain]  # each a SYN to every candidate and control; only those for v0 where only v0 is scanned
  apart: 2s                   # minimum time between two probes to one address

sentinels:                    # addresses of your own, probed at start, middle and end of every stage that sends: does the vantage point still see them?
  v1: null                    # one that speaks MPTCP v1 on the first port of scan.ports
  v0: null                    # one that speaks v0
  plain: null                 # one that answers without MPTCP

budget: null                  # SYNs that one address may get over the whole run; null: 36, the maximum with the defaults

handshake:
  tool: wget
  hold: 5s                    # how long a connection stays open for ADD_ADDR: a short one misses addresses
  hold_first: true            # each endpoint first gets a connection that stays silent for this long; false: only wget, which sends its request at once
  rate: 500                   # such connections started per second; never more than scan.rate
  most_held: null             # maximum open at once; null: as many as memory, open files and the kernel allow
  checksum: false             # true asks for MPTCP checksums: damaged data then shows as MP_FAIL from either side
  join: false                 # true asks each announced global address for a subflow, one MP_JOIN SYN each: whose address is it?
  asked:                      # ports on which something is sent once the hold is over, followed by another hold; on others nothing is
    http: [80, 81, 3000, 5000, 8000, 8008, 8080, 8081, 8088, 8888, 9090] # an empty line; then wget requests the page
    https: [443, 8443]        # a TLS handshake with the domain's name, and a request for the page
    tls: [465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 5061, 6514] # only the TLS handshake
  concurrency: 256            # wget processes at a time, each for a different endpoint, 3 MB each
  timeout: 10s                # must outlast the kernel's fallback to TCP, 3.1 s

asn:
  tool: ip2asn-lite
  rib: null                   # MRT RIB, pyasn .dat, pfx2as or range file
  archive: null               # or the URL of an archive of RIBs, such as https://archive.routeviews.org/; null for both leaves the stage out
  within_hours: 24            # how far the archive's table may be from the middle of the scan
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
  ping: true                  # pairs of a SYN and an ICMP echo: a SYN answered much sooner was answered by a box on the path
  probes: 5                   # pairs per address; fewer than 5 cannot show a box

hops: false                   # true: find the hop that changes the option, for a sample, with SYNs of increasing TTL; {sample: 1000, ttl: 24} bounds it

rescan: false                 # 0.01: a seeded 1 % of the addresses is scanned again, late in the run, as the noise floor of comparisons; budget must cover it

clients: null                 # lists of MPTCP clients to show beside the servers: points, countries or addresses (CSV, JSON, GeoJSON), or output of traffic

# lab: true                   # a run inside a test Internet of your own
# lab_ranges: [198.18.0.0/15] # ranges treated as global: nothing is sent to any other address

parts: {}                     # maximum units per part, by stage, such as {scan: 1000000}: the most that an interruption can lose

memory: null                  # memory limit of the database, such as 512MB; null: a quarter of the machine's, at most 4GB
`;
