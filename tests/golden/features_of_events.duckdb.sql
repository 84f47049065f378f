WITH known AS (
  SELECT
    spine."customer_id" AS customer_id,
    spine."as_of" AS as_of,
    r."__at" AS __at,
    DATE_DIFF('DAY', CAST(r."__at" AS DATE), CAST(spine."as_of" AS DATE)) AS __age,
    r."amount" AS "amount",
    r."city" AS "city"
  FROM spine
  JOIN (
    SELECT
      CAST("customer_id" AS TEXT) AS customer_id,
      "amount" AS "amount",
      "city" AS "city",
      "posted_at" AS __at,
      "loaded_at" AS __known,
      CASE
        WHEN NOT "txn_id" IS NULL
        THEN LEAD("loaded_at") OVER (
          PARTITION BY "txn_id"
          ORDER BY "loaded_at" NULLS FIRST, "posted_at" NULLS FIRST, "amount" NULLS FIRST, "branch" NULLS FIRST, "customer_id" NULLS FIRST, "loaded_at" NULLS FIRST, "posted_at" NULLS FIRST, "txn_id" NULLS FIRST
        )
      END AS __until
    FROM transactions
  ) AS r
    ON r."customer_id" = spine."customer_id"
    AND r."__at" < spine."as_of"
    AND r."__known" <= spine."as_of"
    AND (
      r."__until" IS NULL OR r."__until" > spine."as_of"
    )
)
SELECT
  spine."customer_id",
  spine."as_of",
  COALESCE(part."txn_count_30d", 0) AS "txn_count_30d",
  COALESCE(part."txn_count_90d", 0) AS "txn_count_90d",
  COALESCE(part."spend_30d", 0) AS "spend_30d",
  part."last_city" AS "last_city",
  part."days_since_txn" AS "days_since_txn"
FROM spine
LEFT JOIN (
  SELECT
    "customer_id",
    "as_of",
    CAST(COUNT(CASE WHEN "__age" <= 30 THEN 1 END) AS DOUBLE) AS "txn_count_30d",
    CAST(COUNT(CASE WHEN "__age" <= 90 THEN 1 END) AS DOUBLE) AS "txn_count_90d",
    CAST(SUM(CASE WHEN (
      amount < 0 AND city = 'Bern'
    ) AND "__age" <= 30 THEN -amount END) AS DOUBLE) AS "spend_30d",
    CAST(ARG_MAX(city, CASE WHEN NOT (
      city
    ) IS NULL THEN {'a': "__at", 'b': city} END) AS TEXT) AS "last_city",
    CAST(MIN("__age") AS DOUBLE) AS "days_since_txn"
  FROM known
  GROUP BY
    "customer_id",
    "as_of"
) AS part
  ON part."customer_id" = spine."customer_id" AND part."as_of" = spine."as_of"
