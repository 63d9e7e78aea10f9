/**
 * Documents of user `$1` from all of the shop, the oldest to the newest: at most `$2`, where ids lie apart some of them
 * several times. As a source of rows.
 * @param column of `documents`
 */
export const sampleOf = (column: 'terms' | 'product_id'): string => `(
  WITH bounds AS MATERIALIZED (
    SELECT (SELECT product_id FROM documents WHERE user_id = $1 ORDER BY product_id LIMIT 1) AS first,
           (SELECT product_id FROM documents WHERE user_id = $1 ORDER BY product_id DESC LIMIT 1) AS last
  )
  SELECT d.${column} FROM bounds CROSS JOIN generate_series(0, $2 - 1) AS step
   CROSS JOIN LATERAL (SELECT ${column} FROM documents
                        WHERE user_id = $1 AND product_id >= first + (last - first) * step / $2
                        ORDER BY product_id LIMIT 1) d)`;
