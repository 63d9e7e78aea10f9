import 'i18next';
import type { Parts } from './resources';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    returnNull: false;
    /** Keys are checked, and the values that a text has places for. */
    resources: { [P in keyof Parts]: Parts[P]['en'] };
  }
}
