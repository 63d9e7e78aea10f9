import { texts } from '../../i18n/texts';

export const stores = texts({ title: 'stores' }, { title: 'stores' });
