-- The middle-box hypothesis of the paper (section 5.3): fingerprints by verdict, and by signs of a box on the path. Addresses with a
-- fingerprint, by vendor and family of its first candidate: the first 12, the rest as (Other). An address is in one of capable, echoed and
-- other; each sign is of the capable addresses where it could be observed.
WITH fingerprinted AS (
  SELECT arg_min(os[1].vendor, port) AS vendor, arg_min(os[1].family, port) AS family,
    bool_or(capable_v1 OR capable_v0) AS capable,
    coalesce(bool_or(v1.verdict = verdict().echoed_option OR v0.verdict = verdict().echoed_option), false) AS echoed,
    bool_or(fallback) AS fallback, sum(mp_fail) > 0 AS mp_fail, min(syn_rtt_us) / nullif(min(ping_rtt_us), 0) < 0.5 AS near
  FROM endpoints WHERE len(os) > 0 GROUP BY run, address
), counted AS (
  SELECT vendor, family, count(*) AS addresses,
    count(*) FILTER (WHERE capable) AS capable, count(*) FILTER (WHERE echoed AND NOT capable) AS echoed,
    count(*) FILTER (WHERE NOT capable AND NOT echoed) AS other,
    count(*) FILTER (WHERE capable AND fallback) AS fallback, count(fallback) FILTER (WHERE capable) AS fallback_of,
    count(*) FILTER (WHERE capable AND mp_fail) AS mp_fail, count(mp_fail) FILTER (WHERE capable) AS mp_fail_of,
    count(*) FILTER (WHERE capable AND near) AS near, count(near) FILTER (WHERE capable) AS near_of
  FROM fingerprinted GROUP BY vendor, family
), placed AS (
  SELECT *, least(row_number() OVER (ORDER BY addresses DESC, vendor, family), 13) AS place FROM counted
)
SELECT CASE WHEN place < 13 THEN coalesce(any_value(vendor), '(none named)') ELSE '(Other)' END AS vendor,
  CASE WHEN place < 13 THEN any_value(family) END AS family,
  sum(capable) AS capable, percent(sum(capable), sum(sum(capable)) OVER ()) AS capable_share,
  sum(echoed) AS echoed, percent(sum(echoed), sum(sum(echoed)) OVER ()) AS echoed_share, sum(other) AS other,
  sum(fallback) AS fallback, sum(fallback_of) AS fallback_of, sum(mp_fail) AS mp_fail, sum(mp_fail_of) AS mp_fail_of,
  sum(near) AS near, sum(near_of) AS near_of
FROM placed GROUP BY place ORDER BY place
