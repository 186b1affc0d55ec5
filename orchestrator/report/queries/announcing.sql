-- Capable addresses whose MPTCP connection was held to its end, each with the global addresses that it announced with a valid HMAC;
-- null: it announced none. One that a join refuted is none: whoever has the address is not the server. Whoever was not listened to for as long says nothing of how many addresses its host has.
SELECT run, address, announced
FROM (
  SELECT run, address, unnest(CASE WHEN len(valid) = 0 THEN [NULL] ELSE valid END) AS announced
  FROM (
    SELECT run, address,
      [a.address FOR a IN told IF a.hmac = hmac().valid AND a.scope = scope().global AND NOT list_contains([r.address FOR r IN told IF refuted(r)], a.address)] AS valid
    FROM (
      SELECT run, address, flatten(list(announced)) AS told
      FROM capable_endpoints
      WHERE (capable_v1 OR capable_v0) AND held_to_end AND NOT fallback
      GROUP BY run, address
    )
  )
)
ORDER BY run, address, announced
