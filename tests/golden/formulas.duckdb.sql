SELECT
  *,
  CAST(CASE WHEN trend > 1 THEN 'yes' ELSE 'no' END AS TEXT) AS "rising"
FROM (
  SELECT
    *,
    CAST(CAST(n_30d * 3 AS DOUBLE) / NULLIF(CAST(n_90d AS DOUBLE), 0) AS DOUBLE) AS "trend"
  FROM (
    SELECT
      spine."customer_id",
      spine."as_of",
      part_transactions."n_30d",
      part_transactions."n_90d"
    FROM spine
    LEFT JOIN part_transactions
      ON part_transactions."customer_id" = spine."customer_id"
      AND part_transactions."as_of" = spine."as_of"
  ) AS r
) AS r
