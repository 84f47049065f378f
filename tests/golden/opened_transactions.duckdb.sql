SELECT
  *
FROM (
  SELECT
    r."customer_id" AS "customer_id",
    r."txn_id" AS "txn_id",
    r."posted_at" AS "posted_at",
    r."loaded_at" AS "loaded_at",
    r."amount" AS "amount",
    r."branch" AS "branch",
    j0."city" AS "city"
  FROM raw_transactions AS r
  LEFT JOIN branches AS j0
    ON r."branch" = j0."branch"
) AS r
WHERE
  amount <> 0
