import { texts } from '../../i18n/texts';

export const users = texts({ title: 'users' }, { title: 'users' });
