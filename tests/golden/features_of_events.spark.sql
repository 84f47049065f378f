WITH known AS (
  SELECT /*+ MERGE(`spine`) */
    spine.`customer_id` AS customer_id,
    spine.`as_of` AS as_of,
    r.`__at` AS __at,
    DATEDIFF(DAY, CAST(r.`__at` AS DATE), CAST(spine.`as_of` AS DATE)) AS __age,
    r.`amount` AS `amount`,
    r.`city` AS `city`
  FROM spine
  JOIN (
    SELECT
      CAST(`customer_id` AS STRING) AS customer_id,
      `amount` AS `amount`,
      `city` AS `city`,
      `posted_at` AS __at,
      `loaded_at` AS __known,
      CASE
        WHEN NOT `txn_id` IS NULL
        THEN LEAD(`loaded_at`) OVER (
          PARTITION BY `txn_id`
          ORDER BY `loaded_at`, `posted_at`, `amount`, `branch`, `customer_id`, `loaded_at`, `posted_at`, `txn_id`
        )
      END AS __until
    FROM transactions
  ) AS r
    ON r.`customer_id` = spine.`customer_id`
    AND r.`__at` < spine.`as_of`
    AND r.`__known` <= spine.`as_of`
    AND (
      r.`__until` IS NULL OR r.`__until` > spine.`as_of`
    )
)
SELECT
  spine.`customer_id`,
  spine.`as_of`,
  COALESCE(part.`txn_count_30d`, 0) AS `txn_count_30d`,
  COALESCE(part.`txn_count_90d`, 0) AS `txn_count_90d`,
  COALESCE(part.`spend_30d`, 0) AS `spend_30d`,
  part.`last_city` AS `last_city`,
  part.`days_since_txn` AS `days_since_txn`
FROM spine
LEFT JOIN (
  SELECT
    `customer_id`,
    `as_of`,
    CAST(COUNT(CASE WHEN `__age` <= 30 THEN 1 END) AS DOUBLE) AS `txn_count_30d`,
    CAST(COUNT(CASE WHEN `__age` <= 90 THEN 1 END) AS DOUBLE) AS `txn_count_90d`,
    CAST(SUM(CASE WHEN (
      amount < 0 AND city = 'Bern'
    ) AND `__age` <= 30 THEN -amount END) AS DOUBLE) AS `spend_30d`,
    CAST(MAX_BY(city, CASE WHEN NOT (
      city
    ) IS NULL THEN STRUCT(`__at` AS a, city AS b) END) AS STRING) AS `last_city`,
    CAST(MIN(`__age`) AS DOUBLE) AS `days_since_txn`
  FROM known
  GROUP BY
    `customer_id`,
    `as_of`
) AS part
  ON part.`customer_id` = spine.`customer_id` AND part.`as_of` = spine.`as_of`
