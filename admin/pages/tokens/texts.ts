import { texts } from '../../i18n/texts';

export const tokens = texts({ title: 'tokens' }, { title: 'tokens' });
