/** Keys that more than one reply of the whole scan carried: no server draws the same 64 bits twice (RFC 8684, 3.1). */
export const constantKeysSql = `
  SELECT sender_key AS key
  FROM scan
  WHERE sender_key IS NOT NULL
  GROUP BY sender_key
  HAVING count(DISTINCT {address: address, port: port, probe: probe}) > 1`;

/** One row per address and port that answered, with all that is known of it. Lists are sorted, so that the same records give the same bytes. */
export const hostsSql = `
  WITH replies AS (
    SELECT address, port, list(scan ORDER BY probe, classification, option, sent_option) AS scans, min(rtt_us) AS syn_rtt_us
    FROM scan GROUP BY address, port
  ), named AS (
    SELECT r.address, t.name, min(t.rank) AS rank, bool_and(t.www) AS www
    FROM (SELECT name AS asked, unnest(addresses) AS address FROM resolve) r
    JOIN targets t ON t.target = r.asked AND t.kind = 'name'
    GROUP BY r.address, t.name
  ), domains AS (
    SELECT address, list({name: name, rank: rank, www: www} ORDER BY rank NULLS LAST, name) AS domains
    FROM named GROUP BY address
  ), announcements AS (
    SELECT h.address, h.port, list({
      address: u.a.address, port: u.a.port, scope: u.a.scope, hmac: u.a.hmac, asn: asn.asn
    } ORDER BY u.a.address, u.a.port, u.a.hmac) AS announced
    FROM handshake h, unnest(h.announced) AS u(a)
    LEFT JOIN asn ON asn.address = u.a.address
    GROUP BY h.address, h.port
  )
  SELECT
    replies.address, replies.port, scans, syn_rtt_us, domains,
    CASE WHEN h.address IS NOT NULL THEN h END AS handshake,
    announcements.announced AS announced,
    CASE WHEN a.address IS NOT NULL THEN a END AS asn,
    CASE WHEN w.address IS NOT NULL THEN w END AS whois,
    CASE WHEN g.address IS NOT NULL THEN g END AS geo,
    CASE WHEN o.address IS NOT NULL THEN o END AS os,
    CASE WHEN p.address IS NOT NULL THEN p END AS path
  FROM replies
  LEFT JOIN domains USING (address)
  LEFT JOIN handshake h USING (address, port)
  LEFT JOIN announcements USING (address, port)
  LEFT JOIN asn a USING (address)
  LEFT JOIN whois w USING (address)
  LEFT JOIN geo g USING (address)
  LEFT JOIN os o USING (address)
  LEFT JOIN path p USING (address)
  ORDER BY replies.address, replies.port`;

/** One row per list entry, over the hosts judged just before. */
export const domainsSql = `
  WITH answering AS (
    SELECT address,
      bool_or(list_contains(synack, true)) AS answered,
      coalesce(bool_or(v1.verdict = 'capable'), false) AS v1,
      coalesce(bool_or(v0.verdict = 'capable'), false) AS v0
    FROM (
      SELECT *, list_transform(
        list_concat(coalesce(v1.replies, []), coalesce(v0.replies, [])),
        r -> r NOT IN ('rst', 'mp_tcprst', 'icmp_unreachable', 'icmp_ttl_exceeded')
      ) AS synack FROM hosts
    )
    GROUP BY address
  ), of_name AS (
    SELECT DISTINCT t.name, a.address
    FROM targets t
    JOIN (SELECT name AS asked, unnest(addresses) AS address FROM resolve) a ON a.asked = t.target
    WHERE t.kind = 'name'
  ), entries AS (
    SELECT name, min(rank) AS rank FROM targets WHERE kind = 'name' GROUP BY name
  )
  SELECT
    entries.name, entries.rank,
    coalesce(list(of_name.address ORDER BY of_name.address) FILTER (of_name.address IS NOT NULL), []) AS addresses,
    count(*) FILTER (answering.answered) AS addresses_answered,
    count(*) FILTER (answering.v1) AS addresses_capable_v1,
    count(*) FILTER (answering.v0) AS addresses_capable_v0,
    count(of_name.address) > 1
      AND count(*) FILTER (answering.v1 OR answering.v0) BETWEEN 1 AND count(of_name.address) - 1 AS mixed
  FROM entries
  LEFT JOIN of_name USING (name)
  LEFT JOIN answering USING (address)
  GROUP BY entries.name, entries.rank
  ORDER BY entries.rank NULLS LAST, entries.name`;
