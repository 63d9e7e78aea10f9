/** A condition on products, written by whoever knows them: SQL on the alias `p` with its parameters from `$n` on. */
export interface ProductRestriction {
  /** The condition, with placeholders that begin at `$${firstParameter}`; `$1` is the user in every statement. */
  sql(firstParameter: number): string;
  /** One for each placeholder; none where nothing is restricted. */
  values: unknown[];
}
