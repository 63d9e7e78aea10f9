import { texts } from '../../i18n/texts';

export const events = texts({ title: 'events' }, { title: 'events' });
