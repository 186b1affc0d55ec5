-- The middle-box hypothesis of the paper (section 5.3): fingerprints by verdict, and by signs of a box on the path. Addresses with a
-- fingerprint, by vendor and family of their candidates: the first 12, the rest as (Other). An address weighs one, divided by the number of
-- its candidates (as in Table 4: several often are equally sure); it is in one of capable, echoed and other. Each sign is of the capable
-- addresses where it could be observed.
WITH fingerprinted AS (
  SELECT arg_min(os, port) AS os, bool_or(capable_v1 OR capable_v0) AS capable,
    coalesce(bool_or(verdict_v1 = verdict().echoed_option OR verdict_v0 = verdict().echoed_option), false) AS echoed,
    bool_or(fallback) AS fallback, sum(mp_fail) > 0 AS mp_fail, min(syn_rtt_us) / nullif(min(ping_rtt_us), 0) < 0.5 AS near,
    -- what the rules of the run say of a box: sooner than its plain controls allow, or named by a sweep
    bool_or(nearer OR list_bool_or([w.nearer > 0 OR w.first_changed_ttl IS NOT NULL FOR w IN ways])) AS boxed
  FROM told LEFT JOIN swept USING (run, address, port) WHERE len(os) > 0 GROUP BY run, address
), weighed AS (
  -- exact decimals: the same hosts in another order add up to the same number
  SELECT c.candidate.vendor AS vendor, c.candidate.family AS family, CAST(1.0 / len(os) AS DECIMAL(18, 9)) AS w, f.* EXCLUDE (os)
  FROM fingerprinted f, unnest(os) AS c(candidate)
), counted AS (
  SELECT vendor, family, sum(w) AS addresses,
    weight(w, capable) AS capable, weight(w, echoed AND NOT capable) AS echoed, weight(w, NOT capable AND NOT echoed) AS other,
    weight(w, capable AND fallback) AS fallback, weight(w, capable AND fallback IS NOT NULL) AS fallback_of,
    weight(w, capable AND mp_fail) AS mp_fail, weight(w, capable AND mp_fail IS NOT NULL) AS mp_fail_of,
    weight(w, capable AND near) AS near, weight(w, capable AND near IS NOT NULL) AS near_of,
    weight(w, capable AND boxed) AS boxed, weight(w, capable AND boxed IS NOT NULL) AS boxed_of
  FROM weighed GROUP BY vendor, family
), placed AS (
  SELECT *, least(row_number() OVER (ORDER BY addresses DESC, vendor, family), 13) AS place FROM counted
)
SELECT CASE WHEN place < 13 THEN coalesce(any_value(vendor), '(none named)') ELSE '(Other)' END AS vendor,
  CASE WHEN place < 13 THEN any_value(family) END AS family,
  CAST(sum(capable) AS DOUBLE) AS capable, percent(sum(capable), sum(sum(capable)) OVER ()) AS capable_share,
  CAST(sum(echoed) AS DOUBLE) AS echoed, percent(sum(echoed), sum(sum(echoed)) OVER ()) AS echoed_share, CAST(sum(other) AS DOUBLE) AS other,
  CAST(sum(fallback) AS DOUBLE) AS fallback, CAST(sum(fallback_of) AS DOUBLE) AS fallback_of,
  CAST(sum(mp_fail) AS DOUBLE) AS mp_fail, CAST(sum(mp_fail_of) AS DOUBLE) AS mp_fail_of,
  CAST(sum(near) AS DOUBLE) AS near, CAST(sum(near_of) AS DOUBLE) AS near_of,
  CAST(sum(boxed) AS DOUBLE) AS boxed, CAST(sum(boxed_of) AS DOUBLE) AS boxed_of
FROM placed GROUP BY place ORDER BY place
