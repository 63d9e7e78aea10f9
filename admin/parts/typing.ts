/** A text that is typed, and asked for a moment later. */
export interface Typing {
  text: string;
  /** What the address says. */
  known: string;
  /** What was last asked for. */
  asked: string;
}

export const startTyping = (known: string): Typing => ({ text: known, known, asked: known });

/** The address has changed: the text follows, unless it is its own doing. More may have been typed since. */
export function follow(typing: Typing, known: string): Typing {
  return known === typing.asked ? { ...typing, known } : startTyping(known);
}
