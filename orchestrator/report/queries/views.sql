-- What every table and figure reads, made once.
--
-- Four views come from outside (report/sources.ts), under fixed names:
--   hosts    rows of schemas/records/hosts.ts, and `run`; in order of their addresses within a run
--   details  those of these rows at least that `told` and `swept` keep: all of them, or what merge wrote down of them once more
--   domains  rows of schemas/records/domains.ts, and `run`
--   rescanned  rows of schemas/records/rescanned.ts, and `run`; none where there was no rescan
-- and two tables, of queries/order.sql and report/organisations/table.ts:
--   address_order     of every run, how many addresses answered anything, and some of them: one of so many rows
--   as_organisations  of every AS of the hosts, the organisation that it belongs to, by a file or by its name
-- They may hold one run or several, each row under the name of its run. The unit is then an address, or an entry of the list, of one
-- run: nothing is joined or grouped across runs, so over several runs each count is the sum of the runs' counts, and each share is
-- that of the sums. For the numbers of one run alone, the views hold that run alone.
--
-- There may be ten million of both. So what most of them have in common is counted once, at the grain that all queries need, and rows are
-- kept of those few alone that show more. No query of a table or figure reads hosts or domains but rank_cdf, top_groups
-- and ranked, which look at every rank.
--
-- Made of them, each with `run`; here, and by tables.sql, entries.sql and places.sql, of which the last alone needs the order of the hosts:
--   endpoints          view: one row per address and port that answered anything; detailed_endpoints: of these, those of `details`
--   endpoint_cells     how many endpoints (n) have the same port, address family, answers, verdicts, rules, cause and control; those with an
--                      echo also by AS
--   endpoint_counts    the same by port, family, answers and verdicts alone: whoever only counts reads these few rows
--   address_places     addresses with a SYN/ACK, and their endpoints, per country and origin AS; address_counts: of the whole run
--   told               endpoints of which more is read than what they have in common with others: capable addresses, all their ports;
--                      undecided ones; and whatever was fingerprinted, pinged in pairs or announced an address
--   swept              endpoints whose way was swept, with what it showed
--   capable_endpoints  endpoints of the addresses that are capable at any of their ports
--   capable            the same, one row per address, ports conflated
--   capable_organisations  the same with the organisation of its AS
--   domain_places      one row per entry of the list with a capable address, country and AS of such an address
--   entries            one row per entry of the list, with the AS that it lies in; names are read where one is capable
--   entry_counts       how many entries (n) have the same AS, the same lists that name them, and the same said of them
--   capable_entries    the entries with a capable address
--   undecided          addresses that are capable nowhere and unknown or inconsistent somewhere: what the count of capable ones may lack
-- and after them, by queries/everything_answers.sql:
--   dense              endpoints in prefixes in which everything answers, each with the prefix
-- and by report/multihomed/table.ts, out of queries/announcing.sql:
--   host_addresses     addresses of hosts, by run: those of one host have the same number (host)
-- The closed lists (offer_words(), verdict().capable and so on) are macros made of schemas/lists.ts (report/views.ts).
-- A SYN/ACK to a version's probe is what that version's shares are taken of: a reset or an ICMP error shows no TCP options.
-- has_synack(replies) is made of the list (report/views.ts).
CREATE OR REPLACE MACRO has_offer(replies) AS coalesce(list_has_any(replies, offer_words()), false);

-- Not rounded: how many decimals a share needs depends on how small it is (report/format.ts).
CREATE OR REPLACE MACRO percent(n, base) AS CASE WHEN base > 0 THEN 100.0 * n / base END;

-- How many are true; null where it is not known of any.
CREATE OR REPLACE MACRO known_count(flag) AS CASE WHEN count(flag) > 0 THEN count(*) FILTER (WHERE flag) END;

-- The same over endpoint_counts: 0 of no rows, and null where it is not known of any.
CREATE OR REPLACE MACRO total(n, flag) AS CAST(coalesce(sum(n) FILTER (WHERE flag), 0) AS BIGINT);
CREATE OR REPLACE MACRO known_total(n, flag) AS CASE WHEN total(n, flag IS NOT NULL) > 0 THEN total(n, flag) END;

-- What is weighed rather than counted, where a flag is true; 0 of none.
CREATE OR REPLACE MACRO weight(w, flag) AS sum(CASE WHEN flag THEN w ELSE 0 END);

-- What became of asking an announced address for a subflow; null where it was not asked. Results of earlier versions lack these fields:
-- JSON, unlike a struct, does not mind. refuted: whoever answers there does not know the connection, so it is not the host's address. A
-- closed port and silence say nothing of that.
CREATE OR REPLACE MACRO joined(a) AS CAST((to_json(a)->>'joined') AS BOOLEAN);
CREATE OR REPLACE MACRO join_failed(a) AS (to_json(a)->>'join_failure');
CREATE OR REPLACE MACRO refuted(a) AS coalesce(join_failed(a) IN (join_failure().no_option, join_failure().hmac)
  OR (join_failed(a) = join_failure().reset AND (to_json(a)->>'join_reset_reason') = '1'), false);

-- confirmed: capable in v1, and a connection or more says so. null: not capable in v1, or no connection was tried. There is none for
-- v0: the kernels that open the connections speak v1 only.
CREATE OR REPLACE MACRO is_capable(word) AS coalesce(word = verdict().capable, false);
CREATE OR REPLACE MACRO holds(rung) AS coalesce(list_contains(confirmed_words(), rung), false);
CREATE OR REPLACE MACRO confirmed_by(verdict_v1, rung_v1, tried) AS CASE WHEN is_capable(verdict_v1) AND (tried OR holds(rung_v1)) THEN holds(rung_v1) END;
CREATE OR REPLACE MACRO endpoints_of(view_name) AS TABLE
SELECT *, is_capable(v1.verdict) AS capable_v1, is_capable(v0.verdict) AS capable_v0,
  confirmed_by(v1.verdict, v1.rung, connected IS NOT NULL) AS confirmed
FROM query_table(view_name);
CREATE OR REPLACE VIEW endpoints AS FROM endpoints_of('hosts');
CREATE OR REPLACE VIEW detailed_endpoints AS FROM endpoints_of('details');

CREATE OR REPLACE VIEW entries AS
SELECT run, name, rank, ranks, asn, len(addresses) AS addresses, addresses_answered > 0 AS answered,
  addresses_capable_v1 + addresses_capable_v0 > 0 AS capable, addresses_capable_v1 > 0 AS capable_v1, mixed
FROM domains;
