import { texts } from '../../i18n/texts';

export const products = texts({ title: 'products' }, { title: 'products' });
