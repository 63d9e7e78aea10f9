import { account } from '../pages/account/texts';
import { audit } from '../pages/audit/texts';
import { dashboard } from '../pages/dashboard/texts';
import { events } from '../pages/events/texts';
import { knowledge } from '../pages/knowledge/texts';
import { products } from '../pages/products/texts';
import { stores } from '../pages/stores/texts';
import { tokens } from '../pages/tokens/texts';
import { users } from '../pages/users/texts';
import { common } from './common';

const parts = { common, account, audit, dashboard, events, knowledge, products, stores, tokens, users };
/** Texts of all parts, by language. */
export type Parts = typeof parts;

const of = <L extends 'en' | 'fa'>(language: L) =>
  Object.fromEntries(Object.entries(parts).map(([name, texts]) => [name, texts[language]])) as {
    [P in keyof Parts]: Parts[P][L];
  };

export const resources = { en: of('en'), fa: of('fa') };
