import { texts } from '../../i18n/texts';

export const audit = texts({ title: 'audit' }, { title: 'audit' });
