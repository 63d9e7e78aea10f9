/** A condition on products, written by whoever knows them: SQL on the alias `p` with its parameters from `$n` on. */
export interface ProductRestriction {
  /** The condition, with placeholders that begin at `$${firstParameter}`; `$1` is the user in every statement. */
  sql(firstParameter: number): string;
  /**
   * The same in two parts, for statements that meet one product after another: on `p`, and on the alias of its document.
   * Both are to be used, since they share the values.
   */
  ofProduct(firstParameter: number): string;
  ofDocument(firstParameter: number, alias: string): string;
  /** One for each placeholder; none where nothing is restricted. */
  values: unknown[];
}
