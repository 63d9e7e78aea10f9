import { texts } from '../../i18n/texts';

export const dashboard = texts({ title: 'dashboard' }, { title: 'dashboard' });
