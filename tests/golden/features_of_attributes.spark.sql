SELECT
  spine.`customer_id`,
  spine.`as_of`,
  part.`age` AS `age`,
  part.`region` AS `region`
FROM spine
LEFT JOIN (
  SELECT
    `customer_id`,
    `as_of`,
    CAST((
      FLOOR(
        (
          (
            YEAR(CAST(as_of AS DATE)) * 12 + MONTH(CAST(as_of AS DATE))
          ) - (
            YEAR(CAST(birth_date AS DATE)) * 12 + MONTH(CAST(birth_date AS DATE))
          ) - CASE WHEN DAY(CAST(as_of AS DATE)) < DAY(CAST(birth_date AS DATE)) THEN 1 ELSE 0 END
        ) / 12.0
      )
    ) AS DOUBLE) AS `age`,
    CAST(region AS STRING) AS `region`
  FROM (
    SELECT
      *
    FROM (
      SELECT
        *,
        ROW_NUMBER() OVER (
          PARTITION BY `customer_id`, `as_of`
          ORDER BY `__at` DESC, `birth_date`, `customer_id`, `region`, `valid_from`, `valid_to`
        ) AS __rank
      FROM (
        SELECT
          spine.`customer_id` AS customer_id,
          spine.`as_of` AS as_of,
          r.`__at` AS __at,
          DATEDIFF(DAY, CAST(r.`__at` AS DATE), CAST(spine.`as_of` AS DATE)) AS __age,
          r.`birth_date` AS `birth_date`,
          r.`region` AS `region`,
          r.`valid_from` AS `valid_from`,
          CASE
            WHEN r.`valid_to` < spine.`as_of`
            AND (
              r.`valid_to`
            ) + INTERVAL '1' DAY <= spine.`as_of`
            THEN r.`valid_to`
          END AS `valid_to`
        FROM spine
        JOIN (
          SELECT
            CAST(`customer_id` AS STRING) AS customer_id,
            `birth_date` AS `birth_date`,
            `region` AS `region`,
            `valid_from` AS `valid_from`,
            `valid_to` AS `valid_to`,
            `valid_from` AS __at,
            (
              `valid_from`
            ) + INTERVAL '1' DAY AS __known,
            NULL AS __until
          FROM customers
        ) AS r
          ON r.`customer_id` = spine.`customer_id`
          AND r.`__at` < spine.`as_of`
          AND r.`__known` <= spine.`as_of`
          AND (
            r.`__until` IS NULL OR r.`__until` > spine.`as_of`
          )
      ) AS r
    ) AS known
    WHERE
      `__rank` = 1
  ) AS r
) AS part
  ON part.`customer_id` = spine.`customer_id` AND part.`as_of` = spine.`as_of`
