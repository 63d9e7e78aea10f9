/** What words have to do with one another, as lines of text that people can read and add to. */
export interface Lexicon {
  /** A line: words or phrases that stand for nearly the same thing, separated by ` | `. */
  synonyms: string;
  /** A line: `need, problem, occasion or class => what answers it`, alternatives on both sides separated by ` | `. */
  related: string;
}
