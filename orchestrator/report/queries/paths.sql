-- Round trips of capable addresses with both: SYN to SYN/ACK, and ICMP echo. At most 2,000 points, drawn by a hash of the address.
SELECT round(ping_rtt_us / 1000, 3) AS ping_ms, round(syn_rtt_us / 1000, 3) AS syn_ms FROM (
  SELECT address, ping_rtt_us, syn_rtt_us FROM capable
  WHERE ping_rtt_us > 0 AND syn_rtt_us > 0 ORDER BY md5(address), run LIMIT 2000
) ORDER BY ping_ms, syn_ms
