WITH known AS (
  SELECT /*+ MERGE(`spine`) */
    spine.`customer_id` AS customer_id,
    spine.`as_of` AS as_of,
    r.`__at` AS __at,
    DATEDIFF(DAY, CAST(r.`__at` AS DATE), CAST(spine.`as_of` AS DATE)) AS __age,
    CASE
      WHEN r.`closed_on` < spine.`as_of` AND r.`closed_on` <= spine.`as_of`
      THEN r.`closed_on`
    END AS `closed_on`,
    r.`matures_on` AS `matures_on`,
    r.`product` AS `product`,
    DATEDIFF(
      DAY,
      CAST(CASE
        WHEN r.`closed_on` < spine.`as_of` AND r.`closed_on` <= spine.`as_of`
        THEN r.`closed_on`
      END AS DATE),
      CAST(spine.`as_of` AS DATE)
    ) AS __closed_age
  FROM spine
  JOIN (
    SELECT
      CAST(`customer_id` AS STRING) AS customer_id,
      `closed_on` AS `closed_on`,
      `matures_on` AS `matures_on`,
      `product` AS `product`,
      `opened_on` AS __at,
      `opened_on` AS __known,
      NULL AS __until
    FROM holdings
  ) AS r
    ON r.`customer_id` = spine.`customer_id`
    AND r.`__at` < spine.`as_of`
    AND r.`__known` <= spine.`as_of`
    AND (
      r.`__until` IS NULL OR r.`__until` >= spine.`as_of`
    )
)
SELECT
  spine.`customer_id`,
  spine.`as_of`,
  COALESCE(part.`holds_card`, 0) AS `holds_card`,
  COALESCE(part.`closed_90d`, 0) AS `closed_90d`,
  part.`days_to_end` AS `days_to_end`
FROM spine
LEFT JOIN (
  SELECT
    `customer_id`,
    `as_of`,
    CAST(MAX(CASE WHEN product = 'card' AND `__closed_age` IS NULL THEN 1 END) AS DOUBLE) AS `holds_card`,
    CAST(COUNT(CASE WHEN NOT `__closed_age` IS NULL AND `__closed_age` <= 90 THEN 1 END) AS DOUBLE) AS `closed_90d`,
    CAST(MIN(
      CASE
        WHEN `__closed_age` IS NULL
        THEN DATEDIFF(DAY, CAST(`as_of` AS DATE), CAST(matures_on AS DATE))
      END
    ) AS DOUBLE) AS `days_to_end`
  FROM known
  GROUP BY
    `customer_id`,
    `as_of`
) AS part
  ON part.`customer_id` = spine.`customer_id` AND part.`as_of` = spine.`as_of`
