import { STOP_WORDS } from './normalizer';
import { soundAlikes } from './spelling';
import { bareForms, compoundsOf, stem } from './stemmer';
import {
  AUDIENCE_STEMS,
  alternativesOf,
  canonical,
  FILLER_WORDS,
  LEXICON_STEMS,
  MAX_PHRASE,
  relatedOf,
  VAGUE_STEMS,
} from './thesaurus';
import { tokenize, type Token } from './tokenizer';

/** One way in which a word of a question may stand in a text. */
export interface Wording {
  /** `word`: just so; `prefix`: what begins so; `stems`: words in a row that have these stems. */
  kind: 'word' | 'prefix' | 'stems';
  parts: readonly string[];
  /** 1 for what was asked, less for what was not quite that. */
  weight: number;
}

/** A word of a question that a product should have to do with, and its wordings. */
export interface Term {
  form: string;
  /** A model code or part number: letters and digits, or many digits. */
  isCode: boolean;
  /** It says that things are wanted, and not which: `وسایل`, `دستگاه`. */
  isVague: boolean;
  /** What is wanted, to which the other words add; one of the terms at most. */
  isHead: boolean;
  wordings: Wording[];
}

export interface Question {
  terms: Term[];
  /** Stems for the people whom it is asked for, and for others; null where it does not say. */
  audience: { wanted: readonly string[]; others: readonly string[] } | null;
  /** It has words around what is wanted, as speech does. */
  isSpoken: boolean;
  /** It is the name of a thing, in a word or two. */
  namesThing: boolean;
}

const MAX_TERMS = 24;
/** Words that may stand between two that belong together, and one. */
const MAX_APART = 3;
const WEIGHTS = {
  form: 1,
  stem: 0.9,
  joined: 1,
  part: 0.55,
  prefix: 0.8,
  spoken: 0.9,
  synonym: 0.8,
  related: 0.5,
  clitic: 0.7,
  sound: 0.8,
};

/** Reads a question as terms, each with the wordings by which it is looked for. Pure; the shop's words come later. */
export function readQuestion(text: string): Question {
  const tokens = tokenize(text).slice(0, 200);
  const kept = tokens.map(({ form }) => !STOP_WORDS.has(form) && !FILLER_WORDS.has(form));
  // A question of such words alone is searched by them.
  const meaningful = kept.some(Boolean) ? kept : tokens.map(({ form }) => !STOP_WORDS.has(form));
  const terms = new Map<number, Term>();
  for (const [index, token] of tokens.entries()) {
    if (meaningful[index] && terms.size < MAX_TERMS)
      terms.set(index, {
        form: token.form,
        isCode: isCode(token.form),
        isVague: VAGUE_STEMS.has(stem(token.form)),
        isHead: false,
        wordings: ownWordings(token),
      });
  }
  for (let start = 0; start < tokens.length; start++) {
    for (let length = 1; length <= MAX_PHRASE && start + length <= tokens.length; length++) {
      addPhrase(tokens.slice(start, start + length), terms, start);
    }
  }
  addRelated(tokens, terms);
  markHead([...terms.values()]);
  const isSpoken = terms.size < tokens.length;
  return {
    terms: [...terms.values()],
    audience: audienceOf([...terms.keys()].map((place) => stem(tokens[place]!.form))),
    isSpoken,
    namesThing: !isSpoken && terms.size <= 2,
  };
}

function audienceOf(stems: readonly string[]): Question['audience'] {
  const isWanted = (group: readonly string[]) => stems.some((root) => group.includes(root));
  const wanted = AUDIENCE_STEMS.filter(isWanted).flat();
  const others = AUDIENCE_STEMS.filter((group) => !isWanted(group)).flat();
  return wanted.length > 0 && others.length > 0 ? { wanted, others } : null;
}

/** A Persian noun comes before what says more of it, an English one after. */
function markHead(terms: readonly Term[]): void {
  const telling = terms.filter(({ isVague }) => !isVague);
  const head = telling.every(({ form }) => /^[a-z]/.test(form)) ? telling.at(-1) : telling[0];
  if (head) head.isHead = true;
}

export const isCode = (form: string): boolean =>
  /^[a-z\d]+$/.test(form) && /\d/.test(form) && (/[a-z]/.test(form) ? form.length >= 3 : form.length >= 5);

function ownWordings({ form, parts }: Token): Wording[] {
  const wordings = [exactly(form, WEIGHTS.form), byStems([stem(form)], WEIGHTS.stem)];
  if (parts.length > 1) wordings.push(byStems(parts.map(stem), WEIGHTS.joined));
  else for (const compound of compoundsOf(form)) wordings.push(byStems(compound.map(stem), WEIGHTS.joined));
  if (parts.length > 0 && !isCode(form)) {
    for (const part of parts) wordings.push(byStems([stem(part)], WEIGHTS.part));
  }
  if (isCode(form) || /^[a-z]{4,}$/.test(form)) {
    wordings.push({ kind: 'prefix', parts: [form], weight: WEIGHTS.prefix });
  }
  return wordings;
}

const exactly = (word: string, weight: number): Wording => ({ kind: 'word', parts: [word], weight });
const byStems = (stems: readonly string[], weight: number): Wording => ({
  kind: 'stems',
  parts: stems,
  weight,
});

/** What words in a row mean together, joined or in other words: counts for each of them. */
function addPhrase(tokens: Token[], terms: ReadonlyMap<number, Term>, start: number): void {
  const covered = tokens.flatMap((_, offset) => terms.get(start + offset) ?? []);
  if (covered.length === 0) return;
  const add = (wordings: Wording[]) => {
    for (const term of covered) term.wordings.push(...wordings);
  };
  if (tokens.length > 1 && tokens.length <= 3) {
    const joined = tokens.map(({ form }) => form).join('');
    add([exactly(joined, WEIGHTS.joined), byStems([stem(joined)], WEIGHTS.stem)]);
    // `جای کفش` is `جاکفشی`: the ezafe goes when a compound is made of them.
    const bare = tokens.map(({ form }) => stem(form)).join('');
    if (bare !== stem(joined)) add([byStems([bare], WEIGHTS.stem)]);
  }
  const stems = tokens.flatMap(({ form, parts }) => (parts.length > 1 ? parts : [form])).map(stem);
  const alternatives = [...alternativesOf(stems)];
  const last = tokens.at(-1)!;
  const joinedStems = tokens.map(({ form }) => stem(form));
  if (tokens.length > 1)
    alternatives.push(...alternativesOf([stem(tokens.map(({ form }) => form).join(''))]));
  if (joinedStems.join(' ') !== stems.join(' ')) alternatives.push(...alternativesOf(joinedStems));
  if (alternatives.length === 0) {
    const before = joinedStems.slice(0, -1);
    const known = bareForms(last.form).map((bare) => alternativesOf([...before, stem(bare)]));
    alternatives.push(...(known.find(({ length }) => length > 0) ?? []));
  }
  if (tokens.length > 1 && alternatives.length > 0) {
    // `لوازم تحریر` is a thing of its own.
    for (const term of covered) term.isVague = false;
  }
  for (const { phrase, kind } of alternatives) {
    add([byStems(phrase, WEIGHTS[kind])]);
    // Spoken forms have synonyms of their own once they are written out.
    if (kind === 'spoken') {
      for (const further of alternativesOf(phrase))
        add([byStems(further.phrase, WEIGHTS[further.kind] * WEIGHTS.spoken)]);
    }
  }
}

/** What the words that count stand for together, whatever stands between them. */
function addRelated(tokens: readonly Token[], terms: ReadonlyMap<number, Term>): void {
  const places = [...terms.keys()];
  const roots = places.map((place) => rootOf(tokens[place]!.form));
  const add = (phrase: readonly number[]): void => {
    const wordings = relatedOf(phrase.map((index) => roots[index]!)).map((each) =>
      byStems(each.phrase, WEIGHTS.related),
    );
    for (const index of phrase) terms.get(places[index]!)!.wordings.push(...wordings);
  };
  for (const start of places.keys()) {
    for (let length = 1; length <= MAX_PHRASE && start + length <= places.length; length++) {
      add(Array.from({ length }, (_, offset) => start + offset));
    }
    // Two words that belong together stand in either order: `گوشیم زود خالی میشه`, `خالی شدن گوشی`.
    for (let other = start + 1; other <= start + MAX_APART && other < places.length; other++) {
      add([other, start]);
      if (other > start + 1) add([start, other]);
    }
  }
}

/** The canonical stem of a word, as it would be without the endings of speech where the lexicon has it so. */
function rootOf(form: string): string {
  const forms = [form, ...bareForms(form)].map((each) => canonical(stem(each)));
  return forms.find((root) => LEXICON_STEMS.has(root)) ?? forms[0]!;
}

/**
 * Further wordings of a term of which the shop has no word as it was asked: without an ending, with
 * another letter of the same sound, or as two words.
 */
export function guesses({ form }: Term): Wording[] {
  const found = bareForms(form).flatMap((bare) => [
    exactly(bare, WEIGHTS.clitic),
    byStems([stem(bare)], WEIGHTS.clitic),
  ]);
  for (const other of soundAlikes(form)) found.push(byStems([stem(other)], WEIGHTS.sound));
  if (form.length >= 5 && form.length <= 24 && !/\d/.test(form)) {
    for (let cut = 2; cut <= form.length - 2; cut++) {
      found.push(byStems([stem(form.slice(0, cut)), stem(form.slice(cut))], WEIGHTS.joined));
    }
  }
  return found;
}
