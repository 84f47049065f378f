WITH __seen AS (
  SELECT
    r.`amount` AS `amount`,
    r.`at` AS `at`,
    r.`channel` AS `channel`,
    r.`customer_id` AS `customer_id`,
    r.`id` AS `id`,
    r.`known` AS `known`,
    CAST(`id` AS STRING) AS __key,
    CAST(`at` AS DATE) AS __at,
    CASE
      WHEN COALESCE(CAST(`at` AS DATE), CAST(`known` AS DATE)) > COALESCE(CAST(`known` AS DATE), CAST(`at` AS DATE))
      THEN COALESCE(CAST(`at` AS DATE), CAST(`known` AS DATE))
      ELSE COALESCE(CAST(`known` AS DATE), CAST(`at` AS DATE))
    END AS __late,
    COALESCE((
      `id` IS NULL
    ), FALSE) AS __f0,
    COALESCE((
      NOT `id` RLIKE '\\A(?:S[0-9]+)\\z'
    ), FALSE) AS __f1,
    COALESCE((
      `customer_id` IS NULL
    ), FALSE) AS __f2,
    COALESCE((
      NOT `customer_id` IS NULL AND `__ref_customer_id` IS NULL
    ), FALSE) AS __f3,
    COALESCE((
      `at` IS NULL
    ), FALSE) AS __f4,
    COALESCE((
      CAST(`at` AS DATE) > CAST('2030-01-01' AS DATE)
    ), FALSE) AS __f5,
    COALESCE((
      `amount` IS NULL
    ), FALSE) AS __f6,
    COALESCE((
      `amount` < 0
    ), FALSE) AS __f7,
    COALESCE((
      `amount` > 50
    ), FALSE) AS __f8,
    COALESCE((
      NOT CAST(`channel` AS STRING) IN ('app', 'web')
    ), FALSE) AS __f9,
    COALESCE((
      `known` < `at`
    ), FALSE) AS __f10,
    COALESCE((
      NOT (
        channel <> 'app' OR amount < 40
      )
    ), FALSE) AS __f11
  FROM sales AS r
  LEFT JOIN (
    SELECT DISTINCT
      `id` AS `__ref_customer_id`
    FROM customers
    WHERE
      NOT `id` IS NULL
  ) AS p3
    ON r.`customer_id` = p3.`__ref_customer_id`
)
SELECT
  'counts' AS part,
  CAST(NULL AS DATE) AS at,
  CAST(NULL AS DATE) AS late,
  COUNT(*) AS n,
  CAST(NULL AS STRING) AS low,
  CAST(NULL AS STRING) AS high,
  COUNT(CASE WHEN __f0 THEN 1 END) AS n0,
  MIN(CASE WHEN __f0 THEN __key END) AS key0,
  COUNT(CASE WHEN __f1 THEN 1 END) AS n1,
  CAST(MIN(CASE WHEN __f1 THEN `id` END) AS STRING) AS low1,
  CAST(MAX(CASE WHEN __f1 THEN `id` END) AS STRING) AS high1,
  MIN(CASE WHEN __f1 THEN __key END) AS key1,
  COUNT(CASE WHEN __f2 THEN 1 END) AS n2,
  MIN(CASE WHEN __f2 THEN __key END) AS key2,
  COUNT(CASE WHEN __f3 THEN 1 END) AS n3,
  CAST(MIN(CASE WHEN __f3 THEN `customer_id` END) AS STRING) AS low3,
  CAST(MAX(CASE WHEN __f3 THEN `customer_id` END) AS STRING) AS high3,
  MIN(CASE WHEN __f3 THEN __key END) AS key3,
  COUNT(CASE WHEN __f4 THEN 1 END) AS n4,
  MIN(CASE WHEN __f4 THEN __key END) AS key4,
  COUNT(CASE WHEN __f5 THEN 1 END) AS n5,
  CAST(MIN(CASE WHEN __f5 THEN `at` END) AS STRING) AS low5,
  CAST(MAX(CASE WHEN __f5 THEN `at` END) AS STRING) AS high5,
  MIN(CASE WHEN __f5 THEN __key END) AS key5,
  COUNT(CASE WHEN __f6 THEN 1 END) AS n6,
  MIN(CASE WHEN __f6 THEN __key END) AS key6,
  COUNT(CASE WHEN __f7 THEN 1 END) AS n7,
  CAST(MIN(CASE WHEN __f7 THEN `amount` END) AS STRING) AS low7,
  CAST(MAX(CASE WHEN __f7 THEN `amount` END) AS STRING) AS high7,
  MIN(CASE WHEN __f7 THEN __key END) AS key7,
  COUNT(CASE WHEN __f8 THEN 1 END) AS n8,
  CAST(MIN(CASE WHEN __f8 THEN `amount` END) AS STRING) AS low8,
  CAST(MAX(CASE WHEN __f8 THEN `amount` END) AS STRING) AS high8,
  MIN(CASE WHEN __f8 THEN __key END) AS key8,
  COUNT(CASE WHEN __f9 THEN 1 END) AS n9,
  CAST(MIN(CASE WHEN __f9 THEN `channel` END) AS STRING) AS low9,
  CAST(MAX(CASE WHEN __f9 THEN `channel` END) AS STRING) AS high9,
  MIN(CASE WHEN __f9 THEN __key END) AS key9,
  COUNT(CASE WHEN __f10 THEN 1 END) AS n10,
  CAST(MIN(CASE WHEN __f10 THEN `known` END) AS STRING) AS low10,
  CAST(MAX(CASE WHEN __f10 THEN `known` END) AS STRING) AS high10,
  MIN(CASE WHEN __f10 THEN __key END) AS key10,
  COUNT(CASE WHEN __f11 THEN 1 END) AS n11,
  MIN(CASE WHEN __f11 THEN __key END) AS key11
FROM __seen
UNION ALL
SELECT
  'days' AS part,
  __at AS at,
  __late AS late,
  COUNT(*) AS n,
  NULL AS low,
  NULL AS high,
  NULL AS n0,
  NULL AS key0,
  NULL AS n1,
  NULL AS low1,
  NULL AS high1,
  NULL AS key1,
  NULL AS n2,
  NULL AS key2,
  NULL AS n3,
  NULL AS low3,
  NULL AS high3,
  NULL AS key3,
  NULL AS n4,
  NULL AS key4,
  NULL AS n5,
  NULL AS low5,
  NULL AS high5,
  NULL AS key5,
  NULL AS n6,
  NULL AS key6,
  NULL AS n7,
  NULL AS low7,
  NULL AS high7,
  NULL AS key7,
  NULL AS n8,
  NULL AS low8,
  NULL AS high8,
  NULL AS key8,
  NULL AS n9,
  NULL AS low9,
  NULL AS high9,
  NULL AS key9,
  NULL AS n10,
  NULL AS low10,
  NULL AS high10,
  NULL AS key10,
  NULL AS n11,
  NULL AS key11
FROM __seen
GROUP BY
  __at,
  __late
UNION ALL
SELECT
  'repeats 0' AS part,
  NULL AS at,
  NULL AS late,
  CAST(CAST(COALESCE(SUM(__n) - COUNT(*), 0) AS DECIMAL(38, 0)) AS BIGINT) AS n,
  MIN(__shown) AS low,
  MAX(__shown) AS high,
  NULL AS n0,
  NULL AS key0,
  NULL AS n1,
  NULL AS low1,
  NULL AS high1,
  NULL AS key1,
  NULL AS n2,
  NULL AS key2,
  NULL AS n3,
  NULL AS low3,
  NULL AS high3,
  NULL AS key3,
  NULL AS n4,
  NULL AS key4,
  NULL AS n5,
  NULL AS low5,
  NULL AS high5,
  NULL AS key5,
  NULL AS n6,
  NULL AS key6,
  NULL AS n7,
  NULL AS low7,
  NULL AS high7,
  NULL AS key7,
  NULL AS n8,
  NULL AS low8,
  NULL AS high8,
  NULL AS key8,
  NULL AS n9,
  NULL AS low9,
  NULL AS high9,
  NULL AS key9,
  NULL AS n10,
  NULL AS low10,
  NULL AS high10,
  NULL AS key10,
  NULL AS n11,
  NULL AS key11
FROM (
  SELECT
    COUNT(*) AS __n,
    CAST(`id` AS STRING) AS __shown
  FROM __seen
  WHERE
    NOT `id` IS NULL
  GROUP BY
    `id`
  HAVING
    COUNT(*) > 1
) AS repeated
UNION ALL
SELECT
  'repeats 1' AS part,
  NULL AS at,
  NULL AS late,
  CAST(CAST(COALESCE(SUM(__n) - COUNT(*), 0) AS DECIMAL(38, 0)) AS BIGINT) AS n,
  MIN(__shown) AS low,
  MAX(__shown) AS high,
  NULL AS n0,
  NULL AS key0,
  NULL AS n1,
  NULL AS low1,
  NULL AS high1,
  NULL AS key1,
  NULL AS n2,
  NULL AS key2,
  NULL AS n3,
  NULL AS low3,
  NULL AS high3,
  NULL AS key3,
  NULL AS n4,
  NULL AS key4,
  NULL AS n5,
  NULL AS low5,
  NULL AS high5,
  NULL AS key5,
  NULL AS n6,
  NULL AS key6,
  NULL AS n7,
  NULL AS low7,
  NULL AS high7,
  NULL AS key7,
  NULL AS n8,
  NULL AS low8,
  NULL AS high8,
  NULL AS key8,
  NULL AS n9,
  NULL AS low9,
  NULL AS high9,
  NULL AS key9,
  NULL AS n10,
  NULL AS low10,
  NULL AS high10,
  NULL AS key10,
  NULL AS n11,
  NULL AS key11
FROM (
  SELECT
    COUNT(*) AS __n,
    COALESCE(CAST(`id` AS STRING), '') || ' ' || COALESCE(CAST(`known` AS STRING), '') AS __shown
  FROM __seen
  WHERE
    NOT `id` IS NULL AND NOT `known` IS NULL
  GROUP BY
    `id`,
    `known`
  HAVING
    COUNT(*) > 1
) AS repeated
UNION ALL
SELECT
  'repeats 2' AS part,
  NULL AS at,
  NULL AS late,
  CAST(CAST(COALESCE(SUM(__n) - COUNT(*), 0) AS DECIMAL(38, 0)) AS BIGINT) AS n,
  MIN(__shown) AS low,
  MAX(__shown) AS high,
  NULL AS n0,
  NULL AS key0,
  NULL AS n1,
  NULL AS low1,
  NULL AS high1,
  NULL AS key1,
  NULL AS n2,
  NULL AS key2,
  NULL AS n3,
  NULL AS low3,
  NULL AS high3,
  NULL AS key3,
  NULL AS n4,
  NULL AS key4,
  NULL AS n5,
  NULL AS low5,
  NULL AS high5,
  NULL AS key5,
  NULL AS n6,
  NULL AS key6,
  NULL AS n7,
  NULL AS low7,
  NULL AS high7,
  NULL AS key7,
  NULL AS n8,
  NULL AS low8,
  NULL AS high8,
  NULL AS key8,
  NULL AS n9,
  NULL AS low9,
  NULL AS high9,
  NULL AS key9,
  NULL AS n10,
  NULL AS low10,
  NULL AS high10,
  NULL AS key10,
  NULL AS n11,
  NULL AS key11
FROM (
  SELECT
    COUNT(*) AS __n,
    COALESCE(CAST(`id` AS STRING), '') || ' ' || COALESCE(CAST(`customer_id` AS STRING), '') || ' ' || COALESCE(CAST(`at` AS STRING), '') AS __shown
  FROM __seen
  GROUP BY
    `id`,
    `customer_id`,
    `at`,
    `known`,
    `amount`,
    `channel`
  HAVING
    COUNT(*) > 1
) AS repeated
