import { alternativesOf, canonical, FILLER_WORDS, MAX_PHRASE, relatedOf } from './thesaurus';
import { normalize } from './normalizer';
import { stem } from './stemmer';

const stems = (text: string) => text.split(' ').map((word) => stem(normalize(word)));
const of = (text: string) => alternativesOf(stems(text)).map(({ phrase }) => phrase.join(' '));

describe('the thesaurus', () => {
  it.each<[string, string]>([
    ['موبایل', 'گوشی'],
    ['گوشی', 'موبایل'],
    ['laptop', 'notebook'],
    ['شارژر همراه', 'پاوربانک'],
  ])('says that %s may be %s', (asked, other) => {
    expect(of(asked)).toContain(stems(other).join(' '));
  });

  it('says the same of synonyms both ways, and nothing of a word it does not know', () => {
    expect(of('موبایل')).toContain('mobile');
    expect(of('mobile')).toContain(stem('موبایل'));
    expect(of('ققنوس‌آباد')).toEqual([]);
  });

  it('never offers a phrase for itself', () => {
    for (const word of ['موبایل', 'کفش', 'لپ تاپ', 'بابا', 'کادو'])
      expect(of(word)).not.toContain(stems(word).join(' '));
  });

  it('has one word that stands for all of a group', () => {
    expect(canonical(stem('رایانه'))).toBe(canonical(stem('کامپیوتر')));
    expect(canonical('ققنوسآباد')).toBe('ققنوسآباد');
    expect(relatedOf(['ققنوسآباد'])).toEqual([]);
  });

  it('has words of speech that say nothing of a product, normalised', () => {
    expect(FILLER_WORDS.size).toBeGreaterThan(50);
    for (const word of FILLER_WORDS) expect(normalize(word)).toBe(word);
    for (const word of ['کفش', 'گربه', 'گوشی']) expect(FILLER_WORDS.has(word)).toBe(false);
    expect(MAX_PHRASE).toBeGreaterThanOrEqual(3);
  });
});
