SELECT
  spine.`customer_id`,
  spine.`as_of`,
  CASE WHEN COUNT(r.`day`) > 0 THEN 1 ELSE 0 END AS target
FROM spine
LEFT JOIN (
  SELECT
    `customer_id`,
    CAST(`opened_on` AS DATE) AS day
  FROM (
    SELECT
      CAST(`customer_id` AS STRING) AS customer_id,
      `opened_on` AS `opened_on`,
      `product` AS `product`,
      `opened_on` AS __at,
      `opened_on` AS __known,
      NULL AS __until
    FROM holdings
  ) AS v
  WHERE
    `__until` IS NULL AND product = 'fund'
) AS r
  ON r.`customer_id` = spine.`customer_id`
  AND DATEDIFF(DAY, CAST(spine.`as_of` AS DATE), CAST(r.`day` AS DATE)) >= 7
  AND DATEDIFF(DAY, CAST(spine.`as_of` AS DATE), CAST(r.`day` AS DATE)) < 67
GROUP BY
  spine.`customer_id`,
  spine.`as_of`
