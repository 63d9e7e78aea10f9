/** How good one answer is: relevance judged from 0 (not at all) to 3, by product id. */
export interface Judgement {
  recall5: number;
  ndcg10: number;
  reciprocalRank: number;
}

export interface Quality {
  queries: number;
  recall_5: number;
  ndcg_10: number;
  mrr: number;
}

const gain = (grade: number): number => 2 ** grade - 1;
const discount = (rank: number): number => 1 / Math.log2(rank + 2);

/**
 * Judges the ids that came back, best first. recall@5 is the share of all relevant products (grade 1 or more) among
 * the first five, of five where there are more; nDCG@10 has gains of 2^grade - 1 (Burges et al. 2005) against the best
 * possible order; the reciprocal rank is that of the first relevant one.
 */
export function judge(found: readonly string[], relevant: Readonly<Record<string, number>>): Judgement {
  const grades = found.map((id) => relevant[id] ?? 0);
  const ideal = Object.values(relevant).sort((a, b) => b - a);
  const total = ideal.filter((grade) => grade > 0).length;
  const dcg = (list: number[]) =>
    list.slice(0, 10).reduce((sum, grade, rank) => sum + gain(grade) * discount(rank), 0);
  const first = grades.findIndex((grade) => grade > 0);
  return {
    recall5: total === 0 ? 0 : grades.slice(0, 5).filter((grade) => grade > 0).length / Math.min(5, total),
    ndcg10: total === 0 ? 0 : dcg(grades) / dcg(ideal),
    reciprocalRank: first < 0 ? 0 : 1 / (first + 1),
  };
}

export function average(judgements: readonly Judgement[]): Quality {
  const mean = (pick: (judgement: Judgement) => number) =>
    judgements.length === 0
      ? 0
      : round(judgements.reduce((sum, each) => sum + pick(each), 0) / judgements.length);
  return {
    queries: judgements.length,
    recall_5: mean(({ recall5 }) => recall5),
    ndcg_10: mean(({ ndcg10 }) => ndcg10),
    mrr: mean(({ reciprocalRank }) => reciprocalRank),
  };
}

const round = (value: number): number => Math.round(value * 10_000) / 10_000;
