SELECT
  *
FROM (
  SELECT
    r.`id` AS `id`,
    r.`customer_id` AS `customer_id`,
    r.`at` AS `at`,
    r.`known` AS `known`,
    r.`amount` AS `amount`,
    r.`channel` AS `channel`
  FROM raw_it AS r
) AS r
WHERE
  NOT (
    COALESCE((
      `id` IS NULL
    ), FALSE)
    OR COALESCE((
      NOT `id` RLIKE '\\A(?:[A-C][0-9]?)\\z'
    ), FALSE)
    OR COALESCE((
      `amount` < -2
    ), FALSE)
    OR COALESCE((
      NOT CAST(`channel` AS STRING) IN ('app', 'web')
    ), FALSE)
    OR COALESCE((
      CAST(`known` AS DATE) < CAST(`at` AS DATE)
    ), FALSE)
    OR COALESCE((
      NOT (
        channel <> 'app' OR amount < 4
      )
    ), FALSE)
  )
