import { texts } from '../../i18n/texts';

export const knowledge = texts({ title: 'knowledge' }, { title: 'knowledge' });
