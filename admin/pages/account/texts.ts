import { texts } from '../../i18n/texts';

export const account = texts({ title: 'account' }, { title: 'account' });
