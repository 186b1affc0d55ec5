-- The SYN's round trip as a share of ping's, for capable addresses with both. Far below one: something nearer than the host answers TCP.
WITH ratios AS (
  SELECT syn_rtt_us / ping_rtt_us AS ratio FROM capable WHERE ping_rtt_us > 0 AND syn_rtt_us > 0
), bands AS (
  SELECT CASE WHEN ratio < 0.5 THEN 1 WHEN ratio < 0.8 THEN 2 WHEN ratio <= 1.25 THEN 3 ELSE 4 END AS place FROM ratios
)
SELECT ['below 0.5', '0.5 to 0.8', '0.8 to 1.25', 'above 1.25'][place] AS band, count(*) AS addresses,
  percent(count(*), sum(count(*)) OVER ()) AS share
FROM bands GROUP BY place ORDER BY place
