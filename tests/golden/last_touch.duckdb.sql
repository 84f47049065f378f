SELECT
  spine."customer_id",
  spine."as_of",
  CASE WHEN COUNT(r."day") > 0 THEN 1 ELSE 0 END AS target
FROM spine
LEFT JOIN (
  SELECT
    "customer_id",
    "as_of",
    LEAD("as_of") OVER (PARTITION BY "customer_id" ORDER BY "as_of" NULLS FIRST) AS next_as_of
  FROM (
    SELECT DISTINCT
      "customer_id",
      CAST("__at" AS DATE) AS as_of
    FROM (
      SELECT
        CAST("customer_id" AS TEXT) AS customer_id,
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
    WHERE
      "__until" IS NULL AND NOT "customer_id" IS NULL AND NOT "__at" IS NULL
  ) AS every_case
) AS later_case
  ON later_case."customer_id" = spine."customer_id"
  AND later_case."as_of" = spine."as_of"
LEFT JOIN (
  SELECT
    "customer_id",
    CAST("opened_on" AS DATE) AS day
  FROM (
    SELECT
      CAST("customer_id" AS TEXT) AS customer_id,
      "opened_on" AS "opened_on",
      "product" AS "product",
      "opened_on" AS __at,
      "opened_on" AS __known,
      NULL AS __until
    FROM holdings
  ) AS v
  WHERE
    "__until" IS NULL AND product = 'fund'
) AS r
  ON r."customer_id" = spine."customer_id"
  AND DATE_DIFF('DAY', CAST(spine."as_of" AS DATE), CAST(r."day" AS DATE)) >= 7
  AND DATE_DIFF('DAY', CAST(spine."as_of" AS DATE), CAST(r."day" AS DATE)) < 67
  AND (
    later_case."next_as_of" IS NULL
    OR DATE_DIFF('DAY', CAST(later_case."next_as_of" AS DATE), CAST(r."day" AS DATE)) < 7
  )
GROUP BY
  spine."customer_id",
  spine."as_of"
