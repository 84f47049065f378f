SELECT
  *,
  CAST((
    (
      "rfm_r"
    ) * 1 + (
      "rfm_f"
    ) * 1 + (
      "rfm_m"
    ) * 1
  ) / 3 AS DOUBLE) AS "rfm_score",
  CAST(CASE
    WHEN "rfm_r" >= 2.5e0 AND (
      "rfm_f" + "rfm_m"
    ) * 0.5e0 >= 2.5e0
    THEN 'champions'
    WHEN "rfm_r" >= 2 AND (
      "rfm_f" + "rfm_m"
    ) * 0.5e0 >= 2
    THEN 'loyal'
    WHEN "rfm_r" >= 2
    THEN 'recent'
    WHEN (
      "rfm_f" + "rfm_m"
    ) * 0.5e0 >= 2
    THEN 'at_risk'
    WHEN TRUE
    THEN 'asleep'
    ELSE 'other'
  END AS TEXT) AS "rfm"
FROM (
  SELECT
    *,
    CAST(CASE WHEN age < 30 THEN 'young' WHEN age >= 60 THEN 'old' ELSE 'other' END AS TEXT) AS "who",
    CAST(CASE WHEN logins > 0 THEN 1 ELSE 0 END AS DOUBLE) AS "has_app",
    CAST(CASE
      WHEN (
        assets - debt
      ) IS NULL
      THEN 'unknown'
      WHEN (
        assets - debt
      ) > 1234.56e0
      THEN 'high'
      ELSE 'low'
    END AS TEXT) AS "tier",
    CAST(CASE
      WHEN (
        assets - debt
      ) > 1234.56e0
      THEN 2
      WHEN NOT (
        assets - debt
      ) IS NULL
      THEN 1
    END AS DOUBLE) AS "tier_rank",
    CAST(CASE
      WHEN (
        -(
          since
        )
      ) > (
        -10
      )
      THEN 3
      WHEN (
        -(
          since
        )
      ) > (
        -60
      )
      THEN 2
      ELSE 1
    END AS DOUBLE) AS "rfm_r",
    CAST(CASE WHEN (
      logins
    ) > 3 THEN 3 WHEN (
      logins
    ) > 0 THEN 2 ELSE 1 END AS DOUBLE) AS "rfm_f",
    CAST(CASE WHEN (
      assets
    ) > 1000000 THEN 3 WHEN (
      assets
    ) > 0 THEN 2 ELSE 1 END AS DOUBLE) AS "rfm_m",
    CAST(CASE
      WHEN (
        age
      ) IS NULL AND (
        assets
      ) IS NULL
      THEN 'unknown'
      WHEN (
        (
          CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                age
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                age
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  age
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  age
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END
        ) * 0.09518143961927425e0 + (
          CASE
            WHEN CASE
              WHEN COALESCE(
                CAST((
                  CASE
                    WHEN (
                      assets
                    ) < 0
                    THEN -LN((
                      1 + ABS(assets)
                    ))
                    ELSE LN((
                      1 + ABS(assets)
                    ))
                  END
                ) AS DOUBLE),
                40
              ) IS NULL
              OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(
                COALESCE(
                  CAST((
                    CASE
                      WHEN (
                        assets
                      ) < 0
                      THEN -LN((
                        1 + ABS(assets)
                      ))
                      ELSE LN((
                        1 + ABS(assets)
                      ))
                    END
                  ) AS DOUBLE),
                  40
                ),
                18
              )
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(
                  CAST((
                    CASE
                      WHEN (
                        assets
                      ) < 0
                      THEN -LN((
                        1 + ABS(assets)
                      ))
                      ELSE LN((
                        1 + ABS(assets)
                      ))
                    END
                  ) AS DOUBLE),
                  40
                ) IS NULL
                OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(
                  COALESCE(
                    CAST((
                      CASE
                        WHEN (
                          assets
                        ) < 0
                        THEN -LN((
                          1 + ABS(assets)
                        ))
                        ELSE LN((
                          1 + ABS(assets)
                        ))
                      END
                    ) AS DOUBLE),
                    40
                  ),
                  18
                )
              END,
              99
            )
          END
        ) * 0.09518143961927425e0 + (
          -3.8072575847709693e0
        )
      ) >= (
        (
          CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                age
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                age
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  age
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  age
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END
        ) * 0.1439619274241523e0 + (
          CASE
            WHEN CASE
              WHEN COALESCE(
                CAST((
                  CASE
                    WHEN (
                      assets
                    ) < 0
                    THEN -LN((
                      1 + ABS(assets)
                    ))
                    ELSE LN((
                      1 + ABS(assets)
                    ))
                  END
                ) AS DOUBLE),
                40
              ) IS NULL
              OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(
                COALESCE(
                  CAST((
                    CASE
                      WHEN (
                        assets
                      ) < 0
                      THEN -LN((
                        1 + ABS(assets)
                      ))
                      ELSE LN((
                        1 + ABS(assets)
                      ))
                    END
                  ) AS DOUBLE),
                  40
                ),
                18
              )
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(
                  CAST((
                    CASE
                      WHEN (
                        assets
                      ) < 0
                      THEN -LN((
                        1 + ABS(assets)
                      ))
                      ELSE LN((
                        1 + ABS(assets)
                      ))
                    END
                  ) AS DOUBLE),
                  40
                ) IS NULL
                OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(
                  COALESCE(
                    CAST((
                      CASE
                        WHEN (
                          assets
                        ) < 0
                        THEN -LN((
                          1 + ABS(assets)
                        ))
                        ELSE LN((
                          1 + ABS(assets)
                        ))
                      END
                    ) AS DOUBLE),
                    40
                  ),
                  18
                )
              END,
              99
            )
          END
        ) * 0.04640095181439619e0 + (
          -4.807257584770969e0
        )
      )
      THEN 'c0'
      ELSE 'c1'
    END AS TEXT) AS "near",
    CAST(CASE
      WHEN (
        age
      ) IS NULL AND (
        logins
      ) IS NULL
      THEN 'unknown'
      WHEN (
        (
          CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                age
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                age
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  age
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  age
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END
        ) * 0.09518143961927425e0 + (
          CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                age
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                age
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  age
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  age
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END * CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                age
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                age
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  age
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  age
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END
        ) * (
          -0.001189767995240928e0
        ) + (
          CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                logins
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                logins
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  logins
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  logins
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END
        ) * 0.380725758477097e0 + (
          CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                logins
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                logins
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  logins
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  logins
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END * CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                logins
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                logins
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  logins
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  logins
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END
        ) * (
          -0.004759071980963712e0
        ) + (
          -9.518143961927423e0
        )
      ) >= (
        (
          CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                age
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                age
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  age
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  age
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END
        ) * 0.1439619274241523e0 + (
          CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                age
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                age
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  age
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  age
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END * CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                age
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                age
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  age
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  age
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END
        ) * (
          -0.001189767995240928e0
        ) + (
          CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                logins
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                logins
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  logins
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  logins
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END
        ) * 0.18560380725758477e0 + (
          CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                logins
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                logins
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  logins
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  logins
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END * CASE
            WHEN CASE
              WHEN COALESCE(CAST((
                logins
              ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
              THEN NULL
              ELSE GREATEST(COALESCE(CAST((
                logins
              ) AS DOUBLE), 40), 18)
            END IS NULL
            OR 99 IS NULL
            THEN NULL
            ELSE LEAST(
              CASE
                WHEN COALESCE(CAST((
                  logins
                ) AS DOUBLE), 40) IS NULL OR 18 IS NULL
                THEN NULL
                ELSE GREATEST(COALESCE(CAST((
                  logins
                ) AS DOUBLE), 40), 18)
              END,
              99
            )
          END
        ) * (
          -0.004759071980963712e0
        ) + (
          -6.164485425342058e0
        )
      )
      THEN 'c0'
      ELSE 'c1'
    END AS TEXT) AS "soft"
  FROM (
    SELECT
      *
    FROM features
  ) AS r
) AS r
