import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { squeeze } from '../language/normalizer';
import type { Question } from '../language/question';
import { conditionsOf, MAX_RANKED, tiersOf, type WeighedTerm } from './candidates';
import type { ProductRestriction } from './product-restriction';
import { anyLabel, LABELS, together, toQuery, toRankQuery } from './wording-query';

/** How well and where a product has the terms of a question. */
export interface RankedRow {
  product_id: number;
  is_title: boolean;
  is_sku: boolean;
  is_named: boolean;
  is_for_others: boolean;
  /** The terms that it has, by their places in the question; the two lists after it are in the same order. */
  terms: number[];
  strengths: number[];
  ranks: number[];
}

/** Of which products the best are wanted. */
export interface Scope {
  userId: number;
  restriction: ProductRestriction;
  /** Whether all products of the shop can be looked at, one after another. */
  isSmall: boolean;
  /** All products that the restriction leaves, where these are few; otherwise null. */
  few: readonly number[] | null;
}

/** Weights of ts_rank for the letters C, B, A; that of D, the description, becomes less the longer that is. */
const [D_WEIGHT, C_WEIGHT, B_WEIGHT, A_WEIGHT] = [0.5, 0.65, 0.9, 1];
/** For whether a product has a word at all, where it stands counts less. In the order of ts_rank: D, C, B, A. */
const COVERAGE_WEIGHTS = '{0.7, 0.85, 1, 1}';
/** Distinct lexemes up to which a description counts in full. */
const SHORT_TEXT = 80;
/** How strongly a beginning of a word in title, SKU or tags is found at least; a whole word in a text is less. */
export const LABELLED = 0.75;
/** From which strength on it is a whole word there. */
export const WHOLE_LABEL = B_WEIGHT;
/** ts_rank of one occurrence of weight 1; source: calc_rank_or in PostgreSQL's tsrank.c. */
export const RANK_OF_ONE = 1 / 1.64493406685;
/** The first parameter of the ranking that says by what products are taken for it. */
const FIRST_OF_CANDIDATES = 15;

/** Ranks products by the words of a question: those that have most of it. */
@Injectable()
export class WordRanking {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The best first, at most `limit`. */
  async best(
    text: string,
    terms: readonly WeighedTerm[],
    { audience, namesThing }: Question,
    limit: number,
    scope: Scope,
  ): Promise<RankedRow[]> {
    const wordings = terms.flatMap(({ wordings: list }, term) => list.map((each) => ({ ...each, term })));
    if (wordings.length === 0) return [];
    const { ctes, source, values } =
      scope.isSmall || scope.few ? scanned(terms, scope) : tiered(terms, scope.restriction);
    // As one text, which takes the process half as long as a hundred rows with three arrays each.
    const [answer] = await this.dataSource.query<[{ ranked: string }]>(
      `WITH ${ctes}, wordings AS MATERIALIZED (
         SELECT w.term, w.query::tsquery AS query, w.rank_query::tsquery AS rank_query, w.weight, w.idf,
                w.label_query::tsquery AS label_query, w.is_code
           FROM unnest($2::int[], $3::text[], $10::text[], $4::float8[], $5::float8[], $11::text[], $7::bool[])
                AS w (term, query, rank_query, weight, idf, label_query, is_code)
       )
       SELECT coalesce(json_agg(ranked), '[]') AS ranked
         FROM (SELECT d.product_id, d.is_title, d.is_sku,
                     coalesce(m.is_named, false) OR coalesce(d.terms @@ $12::tsquery, true) AS is_named,
                     coalesce(d.terms @@ $13::tsquery AND NOT d.terms @@ $14::tsquery, false) AS is_for_others,
                     coalesce(m.terms, '{}') AS terms, coalesce(m.strengths, '{}') AS strengths, coalesce(m.ranks, '{}') AS ranks
                FROM (SELECT d.product_id, replace(d.title, ' ', '') = $6 AS is_title, d.facets @> ARRAY['sku:' || $6] AS is_sku,
                             -- A copy in memory: each use of the stored one would unpack it again.
                             d.terms || ''::tsvector AS terms,
                             ARRAY[${D_WEIGHT} * least(1, $8::float8 / length(d.terms)), ${C_WEIGHT}, ${B_WEIGHT}, ${A_WEIGHT}]::float4[] AS weights
                        FROM ${source} candidate
                        JOIN documents d ON d.user_id = $1 AND d.product_id = candidate.product_id
                      OFFSET 0) d
               CROSS JOIN LATERAL (
                 SELECT array_agg(t.term) AS terms, array_agg(t.strength) AS strengths, array_agg(t.rank) AS ranks,
                        sum(t.rank) AS score, bool_or(t.is_named) AS is_named,
                        max(t.strength) FILTER (WHERE t.is_code) AS code
                   FROM (SELECT w.term, bool_or(d.terms @@ w.label_query) AS is_named, bool_or(w.is_code) AS is_code,
                                max(w.weight * ts_rank('${COVERAGE_WEIGHTS}', d.terms, w.rank_query)) AS strength,
                                max(w.weight * w.idf * ts_rank(d.weights, d.terms, w.rank_query)) AS rank
                           FROM wordings w WHERE d.terms @@ w.query GROUP BY w.term) t) m
               ORDER BY d.is_title OR d.is_sku DESC, coalesce(m.code >= ${B_WEIGHT * RANK_OF_ONE}, false) DESC,
                        m.score DESC NULLS LAST, d.product_id LIMIT $9) ranked`,
      [
        scope.userId,
        wordings.map(({ term }) => term),
        wordings.map(({ query }) => query),
        // Two lexemes of a stem share the rank that ts_rank gives.
        wordings.map(({ kind, weight }) => (kind === 'stems' ? 2 * weight : weight)),
        wordings.map(({ idf }) => idf),
        squeeze(text),
        wordings.map(({ term }) => terms[term]!.isCode),
        SHORT_TEXT,
        limit,
        wordings.map(toRankQuery),
        wordings.map((each) => (namesThing && terms[each.term]!.isHead ? toQuery(each, LABELS) : null)),
        namesThing ? together(terms) : null,
        audience && anyLabel(audience.others),
        audience && anyLabel(audience.wanted),
        ...values,
      ],
    );
    return JSON.parse(answer.ranked) as RankedRow[];
  }
}

/** Whether the question is its SKU or title. */
const IS_EXACT = `(d.facets @> ARRAY['sku:' || $6] OR replace(d.title, ' ', '') = $6)`;

interface Candidates {
  ctes: string;
  /** Of rows with a `product_id`. */
  source: string;
  values: unknown[];
}

/** As a subquery that the planner does not begin with. */
const isMet = (restriction: ProductRestriction, first: number): string =>
  `EXISTS (SELECT FROM products p
            WHERE p.user_id = $1 AND p.id = d.product_id AND p.is_active AND ${restriction.ofProduct(first)}
           OFFSET 0)`;

/** By inverted indexes: tier by tier until there are enough. */
function tiered(terms: readonly WeighedTerm[], restriction: ProductRestriction): Candidates {
  const queries = tiersOf(terms);
  const first = FIRST_OF_CANDIDATES + queries.length;
  const conditions = [
    // By indexes of their own: whatever else has the words, these are found.
    `d.facets @> ARRAY['sku:' || $6]`,
    `hashtextextended(replace(d.title, ' ', ''), 0) = hashtextextended($6, 0) AND replace(d.title, ' ', '') = $6`,
    ...queries.map(({ terms: column }, place) => `${column} @@ $${FIRST_OF_CANDIDATES + place}::tsquery`),
  ];
  const most = queries.length > 1 ? MAX_RANKED : 'ALL';
  // Each is read no further than the limit asks for, and only once those before it are used up. OFFSET keeps the
  // planner from beginning with what a restriction leaves, once for each tier, or with all of the user's products;
  // the limit inside NOT IN, which is never reached, tells it that these are few.
  const tier = (condition: string, place: number): string => `tier_${place} AS MATERIALIZED (
       SELECT d.product_id FROM (SELECT d.* FROM documents d WHERE d.user_id = $1 AND ${condition} OFFSET 0) d
        WHERE ${place === 0 ? '' : `d.product_id NOT IN (SELECT product_id FROM upto_${place - 1} LIMIT ${most}) AND `}${isMet(restriction, first)} AND ${restriction.ofDocument(first, 'd')}
     ), upto_${place} AS MATERIALIZED (
       ${place === 0 ? '' : `SELECT product_id FROM upto_${place - 1} UNION ALL `}SELECT product_id FROM tier_${place}
     )`;
  return {
    ctes: conditions.map(tier).join(', '),
    source: `(SELECT product_id FROM upto_${conditions.length - 1} LIMIT ${most})`,
    values: [...queries.map(({ query }) => query), ...restriction.values],
  };
}

/** By looking at each product of a small shop, or of a few: those that have most of the question, by its weight. */
function scanned(terms: readonly WeighedTerm[], { restriction, few }: Scope): Candidates {
  const { deciding, asked } = conditionsOf(terms);
  const values: unknown[] = [deciding];
  /** @returns its placeholder */
  const add = (value: unknown): string => `$${FIRST_OF_CANDIDATES + values.push(value) - 1}`;
  const weight = asked.map(
    (term) =>
      `CASE WHEN d.terms @@ ${add(term.query)}::tsquery
            THEN ${add(term.weight)}::float8 + CASE WHEN d.terms @@ ${add(term.inLabels)}::tsquery
                                                    THEN ${add(term.labelWeight)}::float8 ELSE 0 END
            ELSE 0 END`,
  );
  const left = few ? `d.product_id = ANY(${add(few)}::bigint[]) AND ` : '';
  const first = FIRST_OF_CANDIDATES + values.length;
  return {
    ctes: `scanned AS MATERIALIZED (
         SELECT d.product_id
           FROM (SELECT d.product_id, d.terms, ${IS_EXACT} AS is_exact
                   FROM documents d WHERE d.user_id = $1 AND ${left}${restriction.ofDocument(first, 'd')} OFFSET 0) d
          WHERE d.is_exact OR d.terms @@ $${FIRST_OF_CANDIDATES}::tsquery
          ORDER BY d.is_exact DESC, ${weight.join(' + ')} DESC, d.product_id
       )`,
    // In their order, and no more than are ranked.
    source: `(SELECT d.product_id FROM scanned d WHERE ${isMet(restriction, first)} LIMIT ${MAX_RANKED})`,
    values: [...values, ...restriction.values],
  };
}
