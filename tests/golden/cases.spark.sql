SELECT DISTINCT
  `customer_id`,
  CAST(`__at` AS DATE) AS as_of
FROM (
  SELECT
    CAST(`customer_id` AS STRING) AS customer_id,
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
WHERE
  `__until` IS NULL
  AND NOT `customer_id` IS NULL
  AND NOT `__at` IS NULL
  AND city = 'Bern'
  AND CAST(`__at` AS DATE) >= CAST('2025-01-31' AS DATE)
