WITH known AS (
  SELECT /*+ MERGE(`spine`) */
    spine.`customer_id` AS customer_id,
    spine.`as_of` AS as_of,
    r.`__at` AS __at,
    DATEDIFF(DAY, CAST(r.`__at` AS DATE), CAST(spine.`as_of` AS DATE)) AS __age,
    r.`balance` AS `balance`
  FROM spine
  JOIN (
    SELECT
      CAST(`customer_id` AS STRING) AS customer_id,
      `balance` AS `balance`,
      `month_end` AS __at,
      `month_end` AS __known,
      NULL AS __until
    FROM balances
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
  part.`balance_change` AS `balance_change`,
  part.`balance_slope_180d` AS `balance_slope_180d`
FROM spine
LEFT JOIN (
  SELECT
    `customer_id`,
    `as_of`,
    CAST(CAST(MAX_BY(
      balance,
      CASE WHEN NOT (
        balance
      ) IS NULL THEN STRUCT(`__at` AS a, balance AS b) END
    ) AS DOUBLE) - CAST(MAX_BY(
      balance,
      CASE
        WHEN `__at` < CAST(ADD_MONTHS(`as_of`, -3) AS DATE) AND NOT (
          balance
        ) IS NULL
        THEN STRUCT(`__at` AS a, balance AS b)
      END
    ) AS DOUBLE) AS DOUBLE) AS `balance_change`,
    CAST(CASE
      WHEN MIN(CASE WHEN `__age` <= 180 AND NOT (
        balance
      ) IS NULL THEN `__age` END) < MAX(CASE WHEN `__age` <= 180 AND NOT (
        balance
      ) IS NULL THEN `__age` END)
      THEN REGR_SLOPE(
        CAST(CASE WHEN `__age` <= 180 THEN balance END AS DOUBLE),
        -CAST(`__age` AS DOUBLE) / CAST(30 AS DOUBLE)
      )
    END AS DOUBLE) AS `balance_slope_180d`
  FROM known
  GROUP BY
    `customer_id`,
    `as_of`
) AS part
  ON part.`customer_id` = spine.`customer_id` AND part.`as_of` = spine.`as_of`
